"""config/actions.toml: which actions are planned, whether they may push, within which limits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from zetkin_sync.changes import ApprovalRule, Limits


class ActionEntry(BaseModel):
    """One action. `push = false` plans and shows, and never touches Zetkin: the default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    module: str | None = Field(
        None, description="the module in changes/actions; the entry's own name when not given"
    )
    push: bool = False
    limits: Limits = Limits()
    approval: ApprovalRule = ApprovalRule()
    oldest_hours: float = Field(36, gt=0)
    valid_hours: float = Field(48, gt=0)
    parameters: dict[str, Any] = {}

    @property
    def oldest(self) -> timedelta:
        return timedelta(hours=self.oldest_hours)

    @property
    def valid(self) -> timedelta:
        return timedelta(hours=self.valid_hours)


class Actions(BaseModel):
    """Every action."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actions: dict[str, ActionEntry] = {}
