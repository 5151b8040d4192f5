"""One process of the service: it ends what it began, gives back what it cannot end, and outlives its jobs."""

from __future__ import annotations

import threading
import time as real
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.installations import Job, district, finder, installation, make_tables, write_district
from zetkin_sync.cli.running import run_now
from zetkin_sync.context import Context, Outcome
from zetkin_sync.engine import Service
from zetkin_sync.engine.worker import Worker
from zetkin_sync.errors import Temporary
from zetkin_sync.language import say
from zetkin_sync.leases import Keeper
from zetkin_sync.live import Live
from zetkin_sync.records import Run, RunState
from zetkin_sync.settings import Settings
from zetkin_sync.store import claims, ledger, upkeep
from zetkin_sync.store.engine import Store

LEASE = timedelta(seconds=0.6)


class House:
    """A service in threads of this process, with jobs that are given."""

    def __init__(self, folder: Path, jobs: dict[str, Job], *, schedule: str = "", drain: float = 5.0) -> None:
        entries = "".join(f"[jobs.{name}]\nevery_minutes = 1440\n" for name in jobs)
        write_district(folder / "config", 1, schedule or entries)
        settings = Settings.model_validate(
            {"config": folder / "config", "DATABASE_URL": f"sqlite:///{folder}/z.db"}
        )
        self.store = make_tables(Store(settings.database_url))
        self.live = Live(settings, self.store, job=finder(jobs))
        self.worker = Worker(self.live, size=2, lease=LEASE, owner="test", poll=0.05)
        self.service = Service(self.live, {"worker"}, carrier=self.worker, drain=drain)
        self.ended: list[object] = []
        self.thread = threading.Thread(target=lambda: self.ended.append(self.service.run()))
        self.thread.start()

    def ask(self, job: str, organization: int = 1) -> int:
        run = ledger.enqueue(
            self.store, district=1, job=job, organization=organization, slot=f"{job}-{organization}"
        )
        assert run is not None
        self.worker.wake()
        return run

    def wait_for(self, run: int, *states: RunState, seconds: float = 10.0) -> Run:
        until = real.monotonic() + seconds
        while True:
            found = ledger.run_of(self.store, run)
            assert found is not None
            if found.state in states:
                return found
            assert real.monotonic() < until, found
            real.sleep(0.02)

    def end(self, *, again: bool = True) -> None:
        if again:
            self.service.stop()
        self.thread.join(20)
        assert not self.thread.is_alive()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    made: list[House] = []

    def make(jobs: dict[str, Job], **more: object) -> House:
        made.append(House(tmp_path, jobs, **more))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for each in made:
        each.service.stop()
        each.service.stop()
        each.thread.join(20)


class Gate:
    """A job that waits until it is let go."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.go = threading.Event()

    def __call__(self, _context: Context) -> Outcome:
        self.began.set()
        assert self.go.wait(30)
        return Outcome(counts={"rows": 1})


def quick(_context: Context) -> Outcome:
    return Outcome()


def test_a_run_under_way_is_finished_before_the_service_ends(house: Callable[..., House]) -> None:
    gate = Gate()
    here = house({"slow": gate, "quick": quick})
    run = here.ask("slow")
    assert gate.began.wait(10)
    here.service.stop()
    later = here.ask("quick", 2)
    real.sleep(0.2)
    gate.go.set()
    here.end(again=False)
    assert here.wait_for(run, RunState.OK).counts == '{"rows": 1}'
    assert here.wait_for(later, RunState.QUEUED)
    assert here.ended[0].clean and here.ended[0].code == 0  # type: ignore[attr-defined]


def test_what_does_not_end_in_time_is_given_back_at_once(house: Callable[..., House]) -> None:
    gate = Gate()
    here = house({"slow": gate}, drain=0.3)
    run = here.ask("slow")
    assert gate.began.wait(10)
    began = real.monotonic()
    here.end()
    assert real.monotonic() - began < 3
    assert here.wait_for(run, RunState.QUEUED).owner is None
    assert not here.ended[0].clean  # type: ignore[attr-defined]
    other = claims.claim(here.store, owner="other", lease=LEASE)
    assert other is not None
    gate.go.set()  # the old thread wakes: nothing of it counts
    real.sleep(0.2)
    found = here.wait_for(run, RunState.RUNNING)
    assert found.owner == "other"


def test_asked_twice_the_service_does_not_wait(house: Callable[..., House]) -> None:
    gate = Gate()
    here = house({"slow": gate}, drain=60.0)
    run = here.ask("slow")
    assert gate.began.wait(10)
    here.service.stop()
    here.end()
    here.wait_for(run, RunState.QUEUED)
    gate.go.set()


def test_a_job_that_never_returns_is_given_up_and_the_others_go_on(house: Callable[..., House]) -> None:
    gate = Gate()
    short = "timeout_minutes = 0.01\n"
    here = house(
        {"hangs": gate, "quick": quick},
        schedule=f"[jobs.hangs]\nevery_minutes = 1440\n{short}[jobs.quick]\nevery_minutes = 1440\n",
    )
    hanging = [here.ask("hangs", n) for n in (1, 2, 3)]
    for run in hanging:
        found = here.wait_for(run, RunState.FAILED)
        assert "took longer than it may" in str(ledger.notes_of(found)[0])
    here.wait_for(here.ask("quick", 9), RunState.OK)
    assert here.worker.stuck >= 1
    gate.go.set()
    until = real.monotonic() + 5
    while here.worker.stuck and real.monotonic() < until:
        real.sleep(0.02)
    assert here.worker.stuck == 0
    assert here.wait_for(hanging[0], RunState.FAILED)  # what came after all changed nothing


def test_too_many_jobs_that_never_return_end_the_process_for_a_new_one(house: Callable[..., House]) -> None:
    gate = Gate()
    here = house({"hangs": gate}, schedule="[jobs.hangs]\nevery_minutes = 1440\ntimeout_minutes = 0.005\n")
    for number in range(1, 11):
        here.wait_for(here.ask("hangs", number), RunState.FAILED)
    here.service.look_round()
    here.thread.join(20)
    assert here.ended[0].code == 1  # type: ignore[attr-defined]
    assert not here.ended[0].clean  # type: ignore[attr-defined]
    gate.go.set()


def test_a_long_run_keeps_its_lease(house: Callable[..., House]) -> None:
    gate = Gate()
    here = house({"slow": gate})
    run = here.ask("slow")
    assert gate.began.wait(10)
    until = real.monotonic() + 4 * LEASE.total_seconds()
    while real.monotonic() < until:
        assert upkeep.look_after(here.store) == 0
        real.sleep(0.05)
    gate.go.set()
    assert here.wait_for(run, RunState.OK).fence == 1


def test_a_run_that_a_person_stops_learns_it_at_its_next_report(house: Callable[..., House]) -> None:
    said: list[str] = []
    began = threading.Event()

    def reports(context: Context) -> Outcome:
        began.set()
        try:
            for step in range(1000):
                context.progress(say("Step {n}", n=step), step, step)
                real.sleep(0.01)
        except Temporary as trouble:
            said.append(str(trouble.what))
            raise
        return Outcome()

    here = house({"reports": reports})
    run = here.ask("reports")
    assert began.wait(10)
    assert upkeep.stop(here.store, run, who="user:1")
    until = real.monotonic() + 10
    while not said and real.monotonic() < until:
        real.sleep(0.02)
    assert "was stopped" in said[0]
    assert here.wait_for(run, RunState.SKIPPED)


def test_a_fault_in_a_job_is_a_failed_run_and_not_the_end(house: Callable[..., House]) -> None:
    def broken(_context: Context) -> Outcome:
        raise ValueError("anna@example.org")

    here = house({"broken": broken, "quick": quick})
    found = here.wait_for(here.ask("broken"), RunState.FAILED)
    assert "anna" not in found.notes
    here.wait_for(here.ask("quick", 2), RunState.OK)


def test_a_database_out_of_reach_for_a_whole_lease_loses_the_runs(tmp_path: Path) -> None:
    now = [0.0]
    store = make_tables(Store(f"sqlite:///{tmp_path}/z.db"))
    ledger.enqueue(store, district=1, job="pull", organization=1, slot="s")
    claim = claims.claim(store, owner="a", lease=timedelta(seconds=60))
    assert claim is not None
    keeper = Keeper(store, lease=timedelta(seconds=60), clock=lambda: now[0])
    with keeper.holding(claim, timeout=timedelta(hours=1)) as held:
        keeper.beat()
        assert not held.lost.is_set()
        with store.transaction() as connection:
            connection.exec_driver_sql("ALTER TABLE run RENAME TO away")
        now[0] = 40
        keeper.beat()
        assert not held.lost.is_set()
        now[0] = 61
        keeper.beat()
        assert held.lost.is_set()


def test_a_schema_that_another_version_changed_ends_the_process(house: Callable[..., House]) -> None:
    here = house({"quick": quick})
    with here.store.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('9999')")
    here.service.look_round()
    here.thread.join(20)
    assert here.ended[0].code == 1  # type: ignore[attr-defined]


def test_a_run_whose_effects_cannot_be_written_fails_and_leaves_none(house: Callable[..., House]) -> None:
    def writes(_context: Context) -> Outcome:
        def effect(session: object) -> None:
            session.connection().exec_driver_sql("INSERT INTO control VALUES (1, 'x', 'y', NULL, 'z', NULL)")  # type: ignore[attr-defined]
            raise Temporary(say("The database is busy."))

        return Outcome(effects=(effect,))

    here = house({"writes": writes})
    found = here.wait_for(here.ask("writes"), RunState.FAILED)
    assert "busy" in str(ledger.notes_of(found)[0])
    with here.store.reading() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM control").scalar_one() == 0


def test_a_command_carries_what_goes_first_and_lies_in_the_queue_where_no_service_runs(
    tmp_path: Path,
) -> None:
    """As a command leaves it that was killed: its lease over, its run in the queue, nobody there to carry it."""
    store = make_tables(Store(f"sqlite:///{tmp_path}/z.db"))
    done: list[str] = []

    def job(context: Context) -> Outcome:
        done.append(context.claim.job)
        return Outcome()

    here = installation(
        store,
        district(1, {"pull": {"at": ["05:00"]}, "assess": {"after": ["pull"]}}),
        jobs={"pull": job, "assess": job},
    )
    ledger.enqueue(store, district=1, job="pull", organization=1, slot="request-killed", asked_by="user:1")
    left = claims.claim(store, owner="killed", lease=timedelta(seconds=0.05))
    assert left is not None
    real.sleep(0.1)
    assert run_now(here, district=1, job="assess").state == RunState.OK
    assert done == ["pull", "assess"]
    store.close()
