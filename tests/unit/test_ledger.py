"""A run happens once for each slot, and only the newest claim may finish it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from zetkin_sync.records import PAUSE, RunState
from zetkin_sync.store import claims, controls, ledger, upkeep
from zetkin_sync.store.engine import Store
from zetkin_sync.store.ledger import Wanted

LEASE = timedelta(seconds=60)
TABLES = [SQLModel.metadata.tables[name] for name in ("run", "control", "instance")]


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
    SQLModel.metadata.create_all(store.engine, tables=TABLES)
    return store


def ask(
    store: Store, job: str = "pull", slot: str = "s1", organization: int = 1, **more: object
) -> int | None:
    return ledger.enqueue(store, district=1, job=job, organization=organization, slot=slot, **more)  # type: ignore[arg-type]


def take(store: Store, owner: str = "a", **more: object) -> claims.Claim | None:
    upkeep.look_after(store)
    return claims.claim(store, owner=owner, lease=LEASE, **more)  # type: ignore[arg-type]


def state_of(store: Store, slot: str) -> tuple[str, list[str]]:
    run = next(r for r in ledger.runs(store) if r.slot == slot)
    return run.state, [str(note) for note in ledger.notes_of(run)]


def put(store: Store, *wanted: Wanted) -> list[int]:
    with store.transaction() as connection:
        return ledger.enqueue_in(connection, wanted)


def end(store: Store, claim: claims.Claim, state: RunState = RunState.OK) -> None:
    with store.writing() as session:
        claims.finish(session, claim, state=state, counts={"rows": 3}, notes=[], at=store.now())


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
    assert not claims.renew(store, first, lease=LEASE)
    with pytest.raises(claims.FenceLost):
        end(store, first)
    end(store, second)
    assert ledger.runs(store)[0].state == RunState.OK


def test_renewing_keeps_a_run(store: Store, time: Time) -> None:
    ask(store)
    claim = take(store)
    assert claim is not None
    for _ in range(5):
        time.pass_by(seconds=40)
        assert claims.renew(store, claim, lease=LEASE)
        assert take(store, "b") is None


def test_a_run_claimed_by_a_clock_a_month_ahead_is_free_once_the_clock_is_right_again(
    store: Store, time: Time
) -> None:
    """Else its lease would last a month, and nothing else of its organization would run."""
    ask(store)
    time.pass_by(days=30)
    first = take(store, "a")
    time.pass_by(days=-30)
    second = take(store, "b")
    assert first is not None and second is not None and second.fence == first.fence + 1
    assert not claims.renew(store, first, lease=LEASE)


def test_asking_whether_a_run_is_ours_renews_it_only_when_less_than_half_a_lease_is_left(
    store: Store, time: Time
) -> None:
    ask(store)
    claim = take(store)
    assert claim is not None
    begun = ledger.runs(store)[0].lease_until
    time.pass_by(seconds=20)
    assert claims.holds(store, claim, lease=LEASE)
    assert ledger.runs(store)[0].lease_until == begun
    time.pass_by(seconds=20)
    assert claims.holds(store, claim, lease=LEASE)
    assert begun is not None and ledger.runs(store)[0].lease_until == begun + timedelta(seconds=40)
    time.pass_by(seconds=61)
    assert take(store, "b") is not None
    assert not claims.holds(store, claim, lease=LEASE)


def test_effects_of_a_lost_run_are_rolled_back(store: Store, time: Time) -> None:
    ask(store)
    claim = take(store)
    assert claim is not None
    time.pass_by(seconds=61)
    take(store, "b")
    with pytest.raises(claims.FenceLost), store.writing() as session:
        follow = Wanted(district=1, job="follow", organization=1, slot="x", due=time.now)
        ledger.enqueue_in(session.connection(), [follow])
        claims.finish(session, claim, state=RunState.OK, counts={}, notes=[], at=time.now)
    assert [r.job for r in ledger.runs(store)] == ["pull"]


def test_a_job_waits_for_those_that_go_before_it(store: Store, time: Time) -> None:
    ask(store, "status", "s1", due=time.now - timedelta(minutes=1), waits_for=["reconcile"])
    ask(store, "reconcile", "s1", due=time.now - timedelta(minutes=2))
    first = take(store)
    assert first is not None and first.job == "reconcile"
    assert take(store) is None
    end(store, first)
    second = take(store)
    assert second is not None and second.job == "status"


def test_a_later_run_of_the_first_job_does_not_hold_up_the_second(store: Store, time: Time) -> None:
    ask(store, "reconcile", "later", due=time.now + timedelta(hours=1))
    ask(store, "status", "s1", due=time.now, waits_for=["reconcile"])
    taken = take(store)
    assert taken is not None and taken.job == "status"


def test_another_districts_order_is_its_own(store: Store, time: Time) -> None:
    put(
        store,
        Wanted(district=2, job="reconcile", organization=9, slot="s", due=time.now),
        Wanted(district=1, job="status", organization=1, slot="s", due=time.now, waits_for=["reconcile"]),
    )
    assert {take(store).job, take(store).job} == {"reconcile", "status"}  # type: ignore[union-attr]


def test_what_a_person_asks_for_goes_before_what_the_clock_did(store: Store, time: Time) -> None:
    ask(store, "pull", "s1", due=time.now - timedelta(hours=1))
    ask(store, "pull", "request-1", asked_by="user:1")
    taken = take(store)
    assert taken is not None and taken.slot == "request-1"


def test_a_spread_run_waits_for_its_turn_and_keeps_its_slot(store: Store, time: Time) -> None:
    ready = time.now + timedelta(minutes=7)
    put(store, Wanted(district=1, job="pull", organization=1, slot="s", due=time.now, ready=ready))
    assert take(store) is None
    time.pass_by(minutes=7)
    taken = take(store)
    assert taken is not None and taken.due == ready - timedelta(minutes=7)


def test_a_run_that_could_not_start_in_time_is_skipped_and_says_so(store: Store, time: Time) -> None:
    late = Wanted(
        district=1,
        job="pull",
        organization=1,
        slot="late",
        due=time.now,
        not_after=time.now + timedelta(minutes=5),
    )
    put(store, late)
    time.pass_by(minutes=6)
    assert take(store) is None
    state, notes = state_of(store, "late")
    assert state == RunState.SKIPPED and "could not start in time" in notes[0]


def test_a_paused_job_waits_and_what_a_person_asks_for_does_not(store: Store) -> None:
    controls.turn_on(store, district=1, name=f"{PAUSE}pull", who="user:1")
    ask(store, slot="s1")
    assert take(store) is None
    ask(store, slot="request-1", asked_by="user:1")
    mine = take(store)
    assert mine is not None and mine.slot == "request-1"
    end(store, mine)
    controls.turn_off(store, district=1, name=f"{PAUSE}pull")
    assert take(store) is not None


def test_a_pause_ends_by_itself_and_is_one_districts_own(store: Store, time: Time) -> None:
    controls.turn_on(
        store, district=1, name=f"{PAUSE}pull", who="user:1", until=time.now + timedelta(hours=1)
    )
    put(store, Wanted(district=2, job="pull", organization=2, slot="s", due=time.now))
    ask(store)
    other = take(store)
    assert other is not None and other.district == 2
    assert take(store) is None
    assert controls.paused_jobs(store) == {(1, "pull")}
    time.pass_by(hours=2)
    assert take(store) is not None
    assert controls.paused_jobs(store) == set()


def test_a_job_that_this_program_does_not_know_is_left_to_another(store: Store) -> None:
    ask(store, "of_a_newer_version", "s1")
    ask(store, "pull", "s2", organization=2)
    known = claims.Strangers(lambda _district, job: job == "pull")
    taken = take(store, strangers=known)
    assert taken is not None and taken.job == "pull"
    assert take(store, strangers=known) is None
    assert known.found == {(1, "of_a_newer_version")}
    newer = take(store)
    assert newer is not None and newer.job == "of_a_newer_version"


def test_unknown_jobs_in_front_do_not_hide_the_others(store: Store, time: Time) -> None:
    for organization in range(1, 61):
        ask(store, "strange", organization=organization, due=time.now - timedelta(hours=1))
    ask(store, "pull", organization=100)
    taken = take(store, strangers=claims.Strangers(lambda _district, job: job == "pull"))
    assert taken is not None and taken.job == "pull"


def test_many_are_taken_at_once_one_of_each_organization(store: Store) -> None:
    for organization in range(1, 6):
        ask(store, slot="s1", organization=organization)
        ask(store, slot="s2", organization=organization)
    taken = claims.claim_many(store, owner="a", lease=LEASE, most=4)
    assert [c.organization for c in taken] == [1, 2, 3, 4]
    assert [c.organization for c in claims.claim_many(store, owner="b", lease=LEASE, most=4)] == [5]


def test_what_is_given_back_is_taken_by_another_at_once(store: Store) -> None:
    ask(store)
    first = take(store, "a")
    assert first is not None
    assert upkeep.give_back(store, [first]) == 1
    assert not claims.renew(store, first, lease=LEASE)
    second = take(store, "b")
    assert second is not None and second.fence == first.fence + 1
    assert upkeep.give_back(store, [first]) == 0


def test_a_run_that_ends_its_process_again_and_again_is_given_up(store: Store, time: Time) -> None:
    ask(store)
    for _ in range(upkeep.MOST_CLAIMS):
        assert take(store) is not None
        time.pass_by(seconds=61)
    assert take(store) is None
    state, notes = state_of(store, "s1")
    assert state == RunState.FAILED and "10 times" in notes[0]


def test_a_clock_that_was_set_back_does_not_make_a_dead_worker_immortal(store: Store, time: Time) -> None:
    time.pass_by(days=30)
    ask(store)
    assert take(store, "dead") is not None
    time.pass_by(days=-30)
    ask(store, slot="s2", organization=2)
    taken = {c.slot for c in (take(store, "b"), take(store, "b")) if c is not None}
    assert "s2" in taken
    time.pass_by(days=30)
    assert take(store, "c") is not None or "s1" in taken


def test_a_person_stops_a_run_that_waits_and_one_under_way(store: Store) -> None:
    ask(store, slot="s1")
    ask(store, slot="s2", organization=2)
    running = take(store)
    assert running is not None
    for run in ledger.runs(store):
        assert run.id is not None
        assert upkeep.stop(store, run.id, who="user:1")
        assert not upkeep.stop(store, run.id, who="user:1")
    assert not claims.report(store, running, step=None, done=1, total=2)
    assert [r.state for r in ledger.runs(store)] == [RunState.SKIPPED, RunState.SKIPPED]


def test_many_workers_at_once_carry_every_run_once(database_url: str, tmp_path: Path) -> None:
    store = Store(database_url)
    SQLModel.metadata.create_all(store.engine, tables=TABLES)
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
