"""Lists read to their proven end, a few pages ahead of whoever takes them.

A list of its own ends with an empty page, nothing less: a short page may be the server's cap on page sizes, or
a page whose rows we may not see. A list that hangs on a parent (an event's participants) is mostly one page, and
there are thousands of them; such a page is the last when it is shorter than one this server has already given,
because then no cap cut it off. A page that comes twice means that the server does not turn pages: whole if
it gave another number of rows than we asked for, otherwise nobody can know, and that is an error.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future
from functools import partial
from itertools import count as numbers
from typing import TypeVar

from connectors.zetkin.wire.shapes import count, count_and_total
from zetkin_sync.errors import NeedsHuman, Temporary
from zetkin_sync.language import say

T = TypeVar("T")
Ask = Callable[[int], bytes]

MOST_PAGES = 20_000
_TOGETHER = 1024 * 1024  # bytes: large pages are asked ahead only so far that they hold so much memory
_SMALL = 200  # bytes: only a body as short as this can be a list without rows
_SLOW = 0.005  # seconds of waiting that make it worth to ask ahead
_CALM = 32  # quick answers in a row after which fewer are asked ahead


def whole_list(
    ask: Ask,
    *,
    size: int,
    endpoint: str,
    ahead: Ahead,
    most: int = MOST_PAGES,
) -> Iterator[bytes]:
    """The bodies of a list, page by page; the empty one at the end is only given when it is the first."""
    last = ahead.timed(partial(ask, 0))
    yield last
    rows = count(last, endpoint=endpoint)
    if not rows:
        return
    rest = (partial(ask, number) for number in numbers(1))
    more = ahead(rest, most=max(1, _TOGETHER // len(last))) if rows >= size else (one() for one in rest)
    try:
        for number, body in enumerate(more, 1):
            if _is_empty(body, endpoint=endpoint):
                return
            if body == last:
                _is_no_turning(body, size=size, number=number, endpoint=endpoint)
                return
            if number >= most:
                raise NeedsHuman(
                    say("{endpoint} does not end: {n} pages were read.", endpoint=endpoint, n=most),
                    say("Look in Zetkin how many there are; if it is right, ask for larger pages."),
                )
            last = body
            yield body
    finally:
        more.close()


def hanging_list(ask: Ask, *, size: int, endpoint: str, largest: Callable[[int], int]) -> list[bytes]:
    """The bodies of a list that hangs on a parent.

    `largest` is told how many rows a page had and answers how many the largest so far has had, before it.
    """
    bodies: list[bytes] = []
    for number in range(MOST_PAGES):
        body = ask(number)
        rows = count(body, endpoint=endpoint)
        if bodies and not rows:
            break
        if bodies and body == bodies[-1]:
            _is_no_turning(body, size=size, number=number, endpoint=endpoint)
            break
        bodies.append(body)
        if not rows or rows < largest(rows):
            break
    return bodies


def counted_list(ask: Ask, *, endpoint: str) -> Iterator[bytes]:
    """The bodies of a list that says how many it holds (API v2); `ask` takes page numbers from 1."""
    seen = 0
    for number in numbers(1):
        body = ask(number)
        rows, total = count_and_total(body, endpoint=endpoint)
        seen += rows
        if rows or number == 1:
            yield body
        if seen >= total:
            return
        if not rows:
            raise Temporary(
                say("Zetkin gave {n} of the {total} in {endpoint}.", n=seen, total=total, endpoint=endpoint)
            )


def _is_empty(body: bytes, *, endpoint: str) -> bool:
    return len(body) < _SMALL and not count(body, endpoint=endpoint)


def _is_no_turning(body: bytes, *, size: int, number: int, endpoint: str) -> None:
    """A page came twice: fine where the server turns no pages or stays on the last, else an error."""
    if count(body, endpoint=endpoint) == size:
        raise Temporary(
            say(
                "Zetkin gave page {n} of {endpoint} a second time instead of the next.",
                n=number,
                endpoint=endpoint,
            )
        )


class Ahead:
    """Asks a few pages ahead in threads, as many as waiting for the wire makes useful and none when it is quick.

    On a fast connection threads only get in each other's way (SYNC §3.1), on a slow one they are the
    largest gain there is (§3.4). What one list taught holds for the next. `widest` is how many may be under way.
    """

    def __init__(self, pool: Callable[[], Executor], *, widest: int, clock: Callable[[], float]) -> None:
        self._pool = pool
        self._widest = widest
        self._clock = clock
        self._room = 0
        self._slow = 0
        self._quick = 0

    def timed(self, task: Callable[[], T]) -> T:
        """Do it now, and learn from how long it takes."""
        began = self._clock()
        result = task()
        self._learn(self._clock() - began)
        return result

    def __call__(self, tasks: Iterable[Callable[[], T]], *, most: int = MOST_PAGES) -> Generator[T]:
        """The results of `tasks`, in order, `most` of them ahead; a closed iterator asks no more."""
        todo = iter(tasks)
        waiting: deque[Future[T]] = deque()
        try:
            while True:
                while len(waiting) < min(self._room, most) and (task := next(todo, None)) is not None:
                    waiting.append(self._pool().submit(task))
                if waiting:
                    result = self.timed(waiting.popleft().result)
                elif (task := next(todo, None)) is not None:
                    result = self.timed(task)
                else:
                    return
                while len(waiting) < min(self._room, most) and (task := next(todo, None)) is not None:
                    waiting.append(self._pool().submit(task))
                yield result
        finally:
            for future in waiting:
                future.cancel()

    def _learn(self, waited: float) -> None:
        """A slow wire is slow every time; one slow answer may be a busy machine."""
        if waited > _SLOW:
            self._slow, self._quick = self._slow + 1, 0
            if self._slow > 1:
                self._room = self._widest
        else:
            self._slow, self._quick = 0, self._quick + 1
            if self._quick >= _CALM and self._room:
                self._quick = 0
                self._room -= 1
