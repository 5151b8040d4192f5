"""When evidence becomes a judgement: every number in one frozen value, read from config/bounces.toml."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _is_code(code: str) -> str:
    if re.fullmatch(r"[45]\.\d{1,3}\.\d{1,3}", code) is None:
        raise ValueError("is no status code like 5.1.1")
    return code


class Thresholds(BaseModel):
    """What must be seen before an address is called unreachable, and when that is over."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    one_strike_codes: tuple[Annotated[str, AfterValidator(_is_code)], ...] = Field(
        ("5.1.1", "5.1.2", "5.1.10", "5.4.4"),
        description="codes by which one proven report is enough",
    )
    address_days: int = Field(2, ge=1, le=10, description="otherwise so many different days …")
    address_apart: int = Field(3, ge=0, le=90, description="… at least so many days from first to last")
    mailbox_deliveries: int = Field(3, ge=2, le=20, description="full or closed: so many deliveries …")
    mailbox_span: int = Field(14, ge=0, le=180, description="… over at least so many days")
    evidence_days: int = Field(180, ge=14, le=730, description="older evidence counts no more")
    freeze_share: float = Field(
        0.10,
        gt=0,
        le=1,
        description="a delivery that fails on our side by more than this share counts not at all",
    )
    freeze_least: int = Field(5, ge=1, description="… when at least so many failed that way")
    alert_least: int = Field(5, ge=2, description="so many refused addresses raise an alert")
    token_days: int = Field(30, ge=1, le=365, description="a token in a return path is valid so long")
