"""A run happens once for each slot, and only the newest claim may finish it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from zetkin_sync.records import RunState
from zetkin_sync.store import ledger
from zetkin_sync.store.engine import Store

LEASE = timedelta(seconds=60)


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def store(database_url: str, time: Time) -> Store:
    store = Store(database_url, now=time)
    SQLModel.metadata.create_all(store.engine)
    return store


def ask(
    store: Store, job: str = "pull", slot: str = "s1", organization: int = 1, **more: object
) -> int | None:
    return ledger.enqueue(store, district=1, job=job, organization=organization, slot=slot, **more)  # type: ignore[arg-type]


def take(store: Store, owner: str = "a", **more: object) -> ledger.Claim | None:
    return ledger.claim(store, owner=owner, lease=LEASE, **more)  # type: ignore[arg-type]


def end(store: Store, claim: ledger.Claim, state: RunState = RunState.OK) -> None:
    with store.writing() as session:
        ledger.finish(session, claim, state=state, counts={"rows": 3}, notes=[], at=store.now())


def test_a_slot_is_one_run_however_often_it_is_asked_for(store: Store) -> None:
    assert ask(store) is not None
    assert ask(store) is None
    assert len(ledger.runs(store)) == 1


def test_a_run_is_claimed_once(store: Store) -> None:
    ask(store)
    assert take(store) is not None
    assert take(store, "b") is None


def test_a_run_that_is_not_due_waits(store: Store, time: Time) -> None:
    ask(store, due=time.now + timedelta(minutes=5))
    assert take(store) is None
    time.pass_by(minutes=5)
    assert take(store) is not None


def test_one_organization_has_one_run_at_a_time(store: Store) -> None:
    ask(store, slot="s1")
    ask(store, slot="s2")
    ask(store, slot="s1", organization=2)
    first, second = take(store, "a"), take(store, "b")
    assert first is not None and second is not None
    assert {first.organization, second.organization} == {1, 2}
    assert take(store, "c") is None
    end(store, first)
    third = take(store, "c")
    assert third is not None and third.slot == "s2"


def test_a_run_whose_lease_is_over_is_taken_by_another_and_lost_to_the_first(
    store: Store, time: Time
) -> None:
    ask(store)
    first = take(store, "a")
    assert first is not None
    time.pass_by(seconds=61)
    second = take(store, "b")
    assert second is not None and second.run == first.run and second.fence == first.fence + 1
    assert not ledger.renew(store, first, lease=LEASE)
    with pytest.raises(ledger.FenceLost):
        end(store, first)
    end(store, second)
    assert ledger.runs(store)[0].state == RunState.OK


def test_renewing_keeps_a_run(store: Store, time: Time) -> None:
    ask(store)
    claim = take(store)
    assert claim is not None
    for _ in range(5):
        time.pass_by(seconds=40)
        assert ledger.renew(store, claim, lease=LEASE)
        assert take(store, "b") is None


def test_effects_of_a_lost_run_are_rolled_back(store: Store, time: Time) -> None:
    ask(store)
    claim = take(store)
    assert claim is not None
    time.pass_by(seconds=61)
    take(store, "b")
    with pytest.raises(ledger.FenceLost), store.writing() as session:
        ledger.enqueue_in(
            session,
            dialect=store.dialect,
            values={
                "district": 1,
                "job": "follow",
                "organization": 1,
                "slot": "x",
                "due": time.now,
                "state": "queued",
            },
        )
        ledger.finish(session, claim, state=RunState.OK, counts={}, notes=[], at=time.now)
    assert [r.job for r in ledger.runs(store)] == ["pull"]


def test_a_job_waits_for_those_that_go_before_it(store: Store, time: Time) -> None:
    ask(store, "status", "s1", due=time.now - timedelta(minutes=1))
    ask(store, "reconcile", "s1", due=time.now - timedelta(minutes=2))
    after = {"status": ("reconcile",)}
    first = take(store, after=after)
    assert first is not None and first.job == "reconcile"
    assert take(store, after=after) is None
    end(store, first)
    second = take(store, after=after)
    assert second is not None and second.job == "status"


def test_an_older_run_of_the_first_job_holds_up_the_second_but_a_later_one_does_not(
    store: Store, time: Time
) -> None:
    ask(store, "reconcile", "later", due=time.now + timedelta(hours=1))
    ask(store, "status", "s1", due=time.now)
    taken = take(store, after={"status": ("reconcile",)})
    assert taken is not None and taken.job == "status"


def test_many_workers_at_once_carry_every_run_once(database_url: str, tmp_path: Path) -> None:
    store = Store(database_url)
    SQLModel.metadata.create_all(store.engine)
    for organization in range(1, 21):
        ask(store, organization=organization)
    carried: list[int] = []
    lock = threading.Lock()

    def work(name: str) -> None:
        while (claim := take(store, name)) is not None:
            with lock:
                carried.append(claim.run)
            end(store, claim)

    threads = [threading.Thread(target=work, args=(f"w{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(carried) == sorted({r.id for r in ledger.runs(store) if r.id})
    assert len(carried) == 20
