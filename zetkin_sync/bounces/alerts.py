"""What goes wrong on our side, told once for all whom it hits: never a member's case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from zetkin_sync.bounces.proof import Proof
from zetkin_sync.bounces.thresholds import Thresholds
from zetkin_sync.bounces.verdict import Reason, Side
from zetkin_sync.language import Message, say_n

RECENT = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A report whose reason lies on our side; `provider` is a large public mail provider's domain, or none."""

    address: bytes
    day: date
    proof: Proof
    reason: Reason
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedBy:
    """So many addresses at one provider refuse us for one reason."""

    provider: str | None
    reason: Reason
    count: int

    @property
    def subject(self) -> str:
        return f"{self.provider or '-'}:{self.reason}"

    @property
    def what(self) -> Message:
        """The sentence that the office reads."""
        if self.provider is None:
            return say_n(
                "{n} member with a smaller mail provider does not get our mail: {reason}",
                "{n} members with smaller mail providers do not get our mail: {reason}",
                n=self.count,
                reason=self.reason.sentence,
            )
        return say_n(
            "{n} member at {provider} does not get our mail: {reason}",
            "{n} members at {provider} do not get our mail: {reason}",
            n=self.count,
            provider=self.provider,
            reason=self.reason.sentence,
        )


def refused(found: Iterable[Refusal], *, today: date, thresholds: Thresholds) -> list[RefusedBy]:
    """Who refuses us now, the most first. Forged reports raise no alert."""
    hit: Mapping[tuple[str | None, Reason], set[bytes]] = defaultdict(set)
    for each in found:
        if each.proof is not Proof.NONE and each.reason.side is Side.OURS and today - each.day <= RECENT:
            hit[each.provider, each.reason].add(each.address)
    rows = [
        RefusedBy(provider, reason, len(addresses))
        for (provider, reason), addresses in hit.items()
        if len(addresses) >= thresholds.alert_least
    ]
    return sorted(rows, key=lambda r: (-r.count, r.subject))
