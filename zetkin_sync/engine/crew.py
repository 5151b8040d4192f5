"""The threads that carry runs: a fixed number at work, and a new one for each that never came back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import SimpleQueue

from zetkin_sync.log import logger


@dataclass(eq=False)
class _Task:
    run: int
    work: Callable[[], None]
    done: Future[None] = field(default_factory=Future)
    abandoned: bool = False


class Crew:
    """`size` threads. `freed` is called when one has nothing to do any more."""

    def __init__(self, size: int, *, freed: Callable[[], None] = lambda: None) -> None:
        self.size = size
        self.freed = freed
        self.stuck = 0
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._open: set[_Task] = set()
        self._changed = threading.Condition()
        self._hired = 0
        for _ in range(size):
            self._hire()

    def _hire(self) -> None:
        self._hired += 1
        threading.Thread(target=self._toil, name=f"crew-{self._hired}", daemon=True).start()

    @property
    def idle(self) -> int:
        """How many could begin something now."""
        with self._changed:
            return self.size - len(self._open)

    def submit(self, run: int, work: Callable[[], None]) -> Future[None]:
        """Have a run carried. The future is done when it has ended, or was given up."""
        task = _Task(run, work)
        with self._changed:
            self._open.add(task)
        self._tasks.put(task)
        return task.done

    def abandon(self, run: int) -> None:
        """The run was given up: somebody else takes the place of the thread that is still in it."""
        with self._changed:
            task = next((t for t in self._open if t.run == run), None)
            if task is None:
                return
            self._open.discard(task)
            task.abandoned = True
            self.stuck += 1
            self._changed.notify_all()
        self._hire()
        task.done.set_result(None)
        self.freed()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is under way. False when time ran out."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._open, timeout=seconds)

    def dismiss(self) -> None:
        """No more work; threads that are idle end."""
        for _ in range(self.size):
            self._tasks.put(None)

    def _toil(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                task.work()
            except Exception:  # a fault of ours must not cost a thread
                log = logger()
                log.exception("crew.fault", run=task.run)
            with self._changed:
                if task.abandoned:
                    self.stuck -= 1
                    return
                self._open.discard(task)
                self._changed.notify_all()
            task.done.set_result(None)
            self.freed()
