"""How much a plan may change before it is refused, and how many people must approve it.

Limits are absolute and relative, and hold for small sets too: a share of a set of five is not one person.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from zetkin_sync.changes.change import Change
from zetkin_sync.language import Message, Share, say


class Limits(BaseModel):
    """The limits of one action, from config/actions.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    changes: int = Field(500, ge=0, description="at most so many changes in a plan")
    removals: int = Field(50, ge=0, description="at most so many removals in a plan")
    removal_share: float = Field(0.10, ge=0, le=1, description="at most this share of the set removed …")
    removal_least: int = Field(2, ge=0, description="… but so many may always be removed")
    recipients: int = Field(200, ge=0, description="at most so many people concerned")


class ApprovalRule(BaseModel):
    """Who must approve a plan: nobody up to `auto_up_to` people, two above `two_above`, else one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    auto_up_to: int = Field(0, ge=0)
    two_above: int | None = Field(None, ge=0)

    def approvals(self, people: int) -> int:
        """How many different people must approve a plan that concerns `people` people."""
        if self.two_above is not None and people > self.two_above:
            return 2
        return 0 if people <= self.auto_up_to else 1


def over(limits: Limits, changes: tuple[Change, ...], *, base: int, recipients: int) -> tuple[Message, ...]:
    """Every limit that the changes go over, each as a sentence; empty when none."""
    why = []
    if len(changes) > limits.changes:
        why.append(
            say("It holds {n} changes; at most {limit} are allowed.", n=len(changes), limit=limits.changes)
        )
    if recipients > limits.recipients:
        why.append(
            say("It concerns {n} people; at most {limit} are allowed.", n=recipients, limit=limits.recipients)
        )
    removals = sum(c.removes for c in changes)
    if removals > limits.removals:
        why.append(say("It removes {n}; at most {limit} are allowed.", n=removals, limit=limits.removals))
    elif removals > max(limits.removal_least, limits.removal_share * base):
        why.append(
            say(
                "It removes {n} of {base}; at most {share} are allowed.",
                n=removals,
                base=base,
                share=Share(limits.removal_share),
            )
        )
    return tuple(why)
