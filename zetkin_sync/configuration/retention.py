"""config/retention.toml: how long what is kept. Shorter as the district likes; longer only with its reason in writing."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from zetkin_sync.language import say

DEFAULTS = {"ledger": 90, "sending": 730, "bounce": 730, "access": 365}
_REASON = 20  # characters: a word is not a reason
_Days = Annotated[int, Field(ge=7, le=3650)]


class Retention(BaseModel):
    """Days by kind of data, and why where it is longer than the default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ledger: _Days = Field(DEFAULTS["ledger"], description="runs and readings")
    sending: Annotated[int, Field(ge=60, le=3650)] = Field(
        DEFAULTS["sending"], description="what was sent; callouts count sixty days back"
    )
    bounce: _Days = Field(DEFAULTS["bounce"], description="evidence about addresses")
    access: _Days = Field(DEFAULTS["access"], description="the access log, and who decided what")
    reasons: dict[str, str] = Field({}, description="why a kind is kept longer than the default")

    @model_validator(mode="after")
    def _longer_only_with_a_reason(self) -> Retention:
        unknown = sorted(set(self.reasons) - set(DEFAULTS))
        if unknown:
            raise ValueError(
                say("a reason is given for {name}", name=unknown[0]),
                say("{names}", names=", ".join(DEFAULTS)),
            )
        for name, default in DEFAULTS.items():
            if getattr(self, name) > default and len(self.reasons.get(name, "").strip()) < _REASON:
                raise ValueError(
                    say("{name} is kept longer than {n} days, and no reason is given", name=name, n=default),
                    say("at most {n} days, or a sentence under [reasons] that says why", n=default),
                )
        return self

    @property
    def days(self) -> dict[str, int]:
        """Kind → days."""
        return {name: getattr(self, name) for name in DEFAULTS}
