"""Real processes, killed with -9 and frozen beyond their lease: no slot missed, none run twice, taken over in time.

The short form kills a hundred times on each kind of database; `--soak` a thousand times. The control takes the fence
away and sees the same reckoning find a run that was done twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.killing import World, now

KILLS, SOAK = 100, 1000
DISTRICTS = 20
LEASE = 1.2


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    made: list[World] = []

    def make(url: str, **more: Any) -> World:
        made.append(World(url, tmp_path, **{"districts": DISTRICTS, "seed": 1, "lease": LEASE, **more}))
        return made[-1]

    yield make
    for each in made:
        each.end()


def reckon(world: World, begin: Any, end: Any, *, seconds: float = 240) -> None:
    """Once everything is calm again: every slot exactly once, and nothing ended in any other way."""
    due = world.due(begin, end)
    world.wait_until_done(due, seconds=seconds)
    done = world.done()
    logs = "".join(p.read_text()[-2000:] for p in world.folder.glob("*.log"))
    assert due - set(done) == set(), f"missed; {world.states()} {logs}"
    assert world.twice() == []
    assert world.ended_otherwise() == []
    assert world.unasked == [], logs


def how_many(request: pytest.FixtureRequest) -> tuple[int, float]:
    soak = request.config.getoption("--soak")
    return (SOAK, 3600.0) if soak else (KILLS, 150.0)


@pytest.mark.timeout(4000)
def test_on_sqlite_one_process_killed_a_hundred_times_misses_nothing_and_does_nothing_twice(
    world: Callable[..., World], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    kills, most = how_many(request)
    here = world(f"sqlite:///{tmp_path}/z.db")
    host = here.host("a")
    here.process(host, "one", risk=0.001)
    begin = here.begun()
    with here.asking():
        here.chaos(kills=kills, every=0.05, freezing=0.0, most_seconds=most)
    assert here.kills >= kills
    reckon(here, begin, now())
    assert here.interruptions() >= kills // 2
    with here.store.reading() as session:
        said = session.connection().exec_driver_sql("PRAGMA integrity_check").scalar_one()
    assert said == "ok"


@pytest.mark.timeout(4000)
@pytest.mark.parametrize("engine", ["ledger", "procrastinate"])
def test_on_postgres_three_workers_on_two_hosts_miss_nothing_and_do_nothing_twice(
    world: Callable[..., World], postgres_url: str, request: pytest.FixtureRequest, engine: str
) -> None:
    kills, most = how_many(request)
    here = world(postgres_url)
    here.process(here.host("a"), "a1", engine=engine, risk=0.0005)
    second = here.host("b")
    here.process(second, "b1", engine=engine, risk=0.0005)
    here.process(second, "b2", engine=engine, risk=0.0005)
    begin = here.begun()
    with here.asking():
        here.chaos(kills=kills, every=0.05, freezing=0.1, most_seconds=most)
    assert here.kills >= kills and here.freezes >= 5
    reckon(here, begin, now())
    assert here.interruptions() >= kills // 2


@pytest.mark.timeout(600)
def test_without_the_fence_the_same_reckoning_finds_a_run_done_twice(
    world: Callable[..., World], postgres_url: str
) -> None:
    here = world(postgres_url, districts=60)
    first, second = here.host("a"), here.host("b")
    processes = [
        here.process(h, f"{h.name}{n}", fence=False, seconds=0.4) for h in (first, second) for n in (1, 2)
    ]
    until = time.monotonic() + 150
    while time.monotonic() < until and not here.twice():
        time.sleep(0.5)
        here.freeze(here.random.choice(processes), here.lease * 1.6)
    assert here.twice() != []


@pytest.mark.timeout(600)
def test_what_a_killed_process_carried_is_taken_over_within_its_lease_and_a_second(
    world: Callable[..., World], postgres_url: str, request: pytest.FixtureRequest
) -> None:
    here = world(postgres_url, lease=3.0, districts=12)
    first, second = here.host("a"), here.host("b")
    processes = [
        here.process(h, f"{h.name}{n}", seconds=0.8, workers=6)
        for h, n in ((first, 1), (second, 1), (second, 2))
    ]
    wanted = 400 if request.config.getoption("--soak") else 12
    begin, until = here.begun(), time.monotonic() + (600 if wanted > 12 else 150)
    with here.asking():
        while len(here.takeovers()) < wanted and time.monotonic() < until:
            time.sleep(1.5)
            here.kill(here.random.choice(processes))
    reckon(here, begin, now())
    found = here.takeovers()
    assert len(found) >= wanted
    p99 = found[min(len(found) - 1, int(len(found) * 0.99))]
    assert p99 <= here.lease + 1.0, found
