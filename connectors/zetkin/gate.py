"""The gate in front of one Zetkin server: all threads pass it, so all slow down together.

It holds how many requests may be under way, until when everybody waits, and how many requests this run may
still make. When Zetkin says that it is too much, the gate closes for everyone and fewer may pass at once
afterwards; that number grows back one by one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say

_WIDEN_AFTER = 20


class Gate:
    """`width` requests at once at most, `budget` in all until `refill`.

    `clock` gives monotonic seconds, `sleep` waits them.
    """

    def __init__(
        self,
        *,
        width: int,
        budget: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.clock = clock
        self.sleep = sleep
        self.spent = 0
        self._budget = budget
        self._widest = width
        self._width = width
        self._inside = 0
        self._calm = 0
        self._opens = clock()
        self._free = threading.Condition()

    @property
    def width(self) -> int:
        """How many may pass at once at present."""
        return self._width

    @contextmanager
    def passing(self) -> Iterator[None]:
        """One request's way through the gate. Raises NeedsHuman when the run's budget is used up."""
        with self._free:
            while self._inside >= self._width:
                self._free.wait()
            if self.spent >= self._budget:
                raise NeedsHuman(
                    say("This run has made {n} requests to Zetkin, as many as one run may.", n=self._budget),
                    say(
                        "See in the run history why it needs so many, then raise ZETKIN_SYNC_ZETKIN_REQUESTS_PER_RUN."
                    ),
                )
            self.spent += 1
            self._inside += 1
        try:
            while (wait := self._opens - self.clock()) > 0:
                self.sleep(wait)
            yield
        finally:
            with self._free:
                self._inside -= 1
                self._free.notify()

    def hold(self, seconds: float) -> None:
        """Zetkin asked for rest: nobody passes for so long, and then half as many at once."""
        with self._free:
            now = self.clock()
            if now >= self._opens:  # the first complaint of a wave; the others saw the same one
                self._width = max(1, self._width // 2)
            self._opens = max(self._opens, now + seconds)
            self._calm = 0

    def went_well(self) -> None:
        """An answer came as it should; after a number of them one more may pass at once."""
        if self._width == self._widest:
            return
        with self._free:
            self._calm += 1
            if self._calm >= _WIDEN_AFTER:
                self._calm = 0
                self._width = min(self._widest, self._width + 1)
                self._free.notify()

    def refill(self) -> None:
        """A new run begins."""
        with self._free:
            self.spent = 0
