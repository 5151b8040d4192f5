"""What carrying out needs: Zetkin, the store, the time, and the questions asked before each write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from zetkin_sync.errors import Temporary
from zetkin_sync.language import say
from zetkin_sync.ports import Zetkin
from zetkin_sync.store import controls
from zetkin_sync.store.engine import Store

_LOOKS = ("find_", "read_", "has_", "count_", "list_people", "email_", "preview_")
_ASKS = frozenset(
    {"tagged", "bulk_state", "booked", "reminded", "unsubscribed", "pages", "look", "begin", "close"}
)


def _nothing(_label: str) -> None:
    """The crash point of a process that is not under test."""


@dataclass(frozen=True, kw_only=True)
class Hands:
    """The only thing that acts on Zetkin.

    `still_ours` is asked right before every write: False means another worker has taken the run. `quiet` is
    the least time between a request without an answer and looking it up: longer than a request can still
    land after we gave up plus what a look-up lags (RELIABILITY §4.4). `point` is called between commits and
    requests, so that a test can crash there. `intent` is the effect in hand.
    """

    zetkin: Zetkin
    store: Store
    district: int
    now: Callable[[], datetime]
    still_ours: Callable[[], bool]
    zone: ZoneInfo = ZoneInfo("UTC")  # noqa: RUF009 - a constant
    quiet: timedelta = timedelta(minutes=15)
    retry_after: timedelta = timedelta(minutes=5)
    most_attempts: int = 3
    point: Callable[[str], None] = _nothing
    tags: dict[tuple[int, str, str], int] = field(default_factory=dict)
    intent: int = 0

    def check(self) -> None:
        """May a write begin now? Raises Temporary when all is stopped or another worker has taken the run."""
        if not self.still_ours():
            raise Temporary(say("Another worker has taken over the run."))
        halted = controls.halted(self.store, district=self.district)
        if halted is not None:
            raise Temporary(halted)

    def careful(self) -> Hands:
        """The same, with `check` before every single write, also those in the middle of a step."""
        return replace(self, zetkin=cast(Zetkin, _Careful(self)))

    def local_now(self) -> datetime:
        """The district's wall clock, without zone, comparable with an event's times."""
        return self.now().astimezone(self.zone).replace(tzinfo=None)


def only_looks(method: str) -> bool:
    """Does a method of the port change nothing?"""
    return method in _ASKS or method.startswith(_LOOKS)


class _Careful:
    """Zetkin, but nothing is written without asking first. What only looks goes straight through."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._hands.zetkin, name)
        if only_looks(name):
            return method

        def asked_first(*args: Any, **named: Any) -> Any:
            self._hands.check()
            return method(*args, **named)

        return asked_first
