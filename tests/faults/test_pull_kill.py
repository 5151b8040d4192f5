"""Kill -9 at any moment of a pull, while people join, leave and change: afterwards the mirror is what Zetkin holds."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import event
from sqlalchemy.orm import configure_mappers

from tests.pulling import ROOT, Mirrored, Simulated, simulated
from zetkin_sync import records
from zetkin_sync.demo.simulator.mutations import Mutation
from zetkin_sync.demo.simulator.serving import Operator
from zetkin_sync.records import Mirror
from zetkin_sync.store.vanishing import conclude

KILLS = 20
READ: tuple[type[Mirror], ...] = (records.Organization, records.Person, records.Tag, records.Event)
HANGING: dict[type[Mirror], type[Mirror]] = {records.Tagging: records.Tag}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulated]:
    """A simulator in a process of its own, so that this one has no threads when it forks."""
    reading, writing = os.pipe()
    server = os.fork()
    if server == 0:
        with simulated(people=60, months=1) as running:
            os.write(writing, running.url.encode() + b"\n")
            signal.pause()
    os.close(writing)
    with os.fdopen(reading) as told:
        url = told.readline().strip()
    yield Simulated(cast(Any, None), Operator(url))
    os.kill(server, signal.SIGKILL)
    os.waitpid(server, 0)


def pull(mirror: Mirrored, zetkin: Any) -> None:
    snapshots = [mirror.read(zetkin, record, ROOT) for record in READ]
    snapshots += [
        mirror.read(zetkin, record, ROOT, mirror.parents(of, ROOT)) for record, of in HANGING.items()
    ]
    assert all(s.complete for s in snapshots), [s.why for s in snapshots]


class Moments:
    """Counts what a pull does, every request and every statement before and after, and strikes at one of them."""

    def __init__(self, mirror: Mirrored, zetkin: Any, *, strike_at: int = 0) -> None:
        self.count = 0
        self.strike_at = strike_at
        for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(mirror.store.engine, moment, self.one)
        exchange = zetkin._client._exchange

        def counted(*arguments: Any) -> Any:
            self.one()
            answer = exchange(*arguments)
            self.one()
            return answer

        zetkin._client._exchange = counted

    def one(self, *_: Any) -> None:
        self.count += 1
        if self.count == self.strike_at:
            os.kill(os.getpid(), signal.SIGKILL)


def in_child(work: Callable[[], None]) -> bool:
    """Do it in a process of its own. True when it came to its end, False when it was killed."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001 - the parent sees that it did not end well
            import traceback

            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


def test_after_twenty_kills_of_twenty_the_mirror_is_what_zetkin_holds(
    simulator: Simulated, tmp_path: Path
) -> None:
    def first() -> None:
        mirror, zetkin = Mirrored(tmp_path / "mirror.db"), simulator.connect(zetkin_page_size=10)
        pull(mirror, zetkin)
        moments = Moments(mirror, zetkin)  # of a pull in which nothing has changed: the fewest there are
        pull(mirror, zetkin)
        (tmp_path / "moments").write_text(str(moments.count))

    configure_mappers()  # once here, not in each child
    assert in_child(first)
    moments = int((tmp_path / "moments").read_text())
    assert moments > 5 * KILLS, "too few moments to choose from"
    right = 0
    for number in range(1, KILLS + 1):
        simulator.operator.mutate(changes(number))

        def killed(number: int = number) -> None:
            mirror, zetkin = Mirrored(tmp_path / "mirror.db"), simulator.connect(zetkin_page_size=10)
            mirror.later(number * 200)
            Moments(mirror, zetkin, strike_at=(2 * number - 1) * moments // (2 * KILLS))
            pull(mirror, zetkin)

        assert not in_child(killed), f"kill {number} came too late"

        def afterwards(number: int = number) -> None:
            """Two pulls an hour apart bring it home; a fresh mirror shows what home is."""
            mirror, zetkin = Mirrored(tmp_path / "mirror.db"), simulator.connect(zetkin_page_size=10)
            mirror.later(number * 200)
            for _ in range(2):
                mirror.later()
                pull(mirror, zetkin)
            verdicts = conclude(mirror.store, zetkin.look, district=ROOT)
            assert not verdicts.notes
            assert mirror.is_sound()
            other = Mirrored(tmp_path / f"fresh{number}.db")
            pull(other, zetkin)
            for record in (*READ, *HANGING):
                assert mirror.rows(record) == other.rows(record), record

        right += in_child(afterwards)
    assert right == KILLS


def changes(seed: int) -> Mutation:
    return Mutation(organization=ROOT, join=2, leave=1, move=1, edit=4, seed=seed)
