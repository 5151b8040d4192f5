"""config/access.toml: what a role in Zetkin gives on the page, and accounts for those without one.

An account is a configured address to which a login link is mailed, and a second factor. Its secret stands
here encrypted with the installation's key, so the file alone opens nothing (`zetkin-sync user add` writes it).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from zetkin_sync.configuration.people import Recipient
from zetkin_sync.language import say


class Role(IntEnum):
    """What somebody may do; each includes those before it."""

    VIEWER = 1
    TRIGGER = 2
    APPROVER = 3
    ADMIN = 4


def _role(name: Any) -> Any:
    names = {role.name.lower(): role for role in Role}
    if isinstance(name, Role):
        return name
    if not isinstance(name, str) or name not in names:
        raise ValueError(
            say("“{name}” is not a role", name=str(name)), say("one of {names}", names=", ".join(names))
        )
    return names[name]


RoleName = Annotated[Role, BeforeValidator(_role)]
ZetkinRole = Literal["admin", "organizer"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ZetkinRoles(_Part):
    """What Zetkin's officials may do here: those of the district in all of it, those of an association in it."""

    district: dict[ZetkinRole, RoleName] = {"admin": Role.ADMIN, "organizer": Role.APPROVER}
    association: dict[ZetkinRole, RoleName] = {"admin": Role.APPROVER, "organizer": Role.TRIGGER}


class User(_Part):
    """An account. It sees no names: only Zetkin's own login shows people. `unit` is an association's title."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{1,39}$")
    address: str
    role: RoleName = Role.VIEWER
    unit: str | None = None
    totp: str

    @field_validator("address")
    @classmethod
    def _is_address(cls, address: str) -> str:
        return Recipient.model_validate({"role": "technical", "address": address}).address


class Access(_Part):
    """Who may do what."""

    zetkin: ZetkinRoles = ZetkinRoles()
    users: tuple[User, ...] = Field((), alias="user")

    @model_validator(mode="after")
    def _names_once(self) -> Access:
        for what, values in (
            ("name", [u.name for u in self.users]),
            ("address", [u.address for u in self.users]),
        ):
            twice = sorted({v for v in values if values.count(v) > 1})
            if twice:
                raise ValueError(
                    say("two accounts have the {what} {value}", what=what, value=twice[0]), say("each once")
                )
        return self

    def user(self, name: str) -> User | None:
        """The account of that name."""
        return next((u for u in self.users if u.name == name), None)
