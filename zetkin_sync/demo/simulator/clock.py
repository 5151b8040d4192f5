"""The simulated clock: it starts where it is told and stands still, or runs at the speed of a real one."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta


class Clock:
    """Says what time it is in the simulation; only goes forward.

    `ticks` gives seconds from a clock that runs; without it time stands still until `advance`.
    """

    def __init__(self, start: datetime, ticks: Callable[[], float] | None = time.monotonic) -> None:
        if start.tzinfo is None:
            raise ValueError("the clock needs an instant with a time zone")
        self._start = start
        self._ticks = ticks
        self._zero = ticks() if ticks else 0.0
        self._added = timedelta()

    def __call__(self) -> datetime:
        passed = self._ticks() - self._zero if self._ticks else 0.0
        return self._start + timedelta(seconds=passed) + self._added

    def advance(self, seconds: float) -> datetime:
        """Move on by that many seconds, never back."""
        if seconds < 0:
            raise ValueError("the clock does not go back")
        self._added += timedelta(seconds=seconds)
        return self()
