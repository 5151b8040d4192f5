"""What is old goes, what is needed stays, and who has left is erased within a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlmodel import SQLModel

from jobs import retention as job
from tests.installations import Time, district, installation
from tests.person_everywhere import KEY, hits, write_everywhere
from zetkin_sync.configuration.reading import checked
from zetkin_sync.configuration.retention import DEFAULTS, Retention
from zetkin_sync.errors import Problem
from zetkin_sync.records import Keep, Run, RunState
from zetkin_sync.runner import Installation, carry
from zetkin_sync.store import access, claims, erasing, ledger, retention
from zetkin_sync.store.access import Deed
from zetkin_sync.store.engine import Store

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
GONE, STAYS = 987654321, 876543210


@pytest.fixture
def time() -> Time:
    return Time(NOW)


@pytest.fixture
def place(sqlite_store: Store, time: Time, tmp_path: Path) -> Iterator[Installation]:
    """A district whose only job is retention, with a clock that a test moves."""
    store = Store(str(sqlite_store.engine.url), now=time)
    settings = {"hash_key": KEY.decode(), "instance_file": tmp_path / "zetkin_sync.instance"}
    jobs = {"retention": job.run}
    yield installation(store, district(1, {"retention": {"every_minutes": 60}}), jobs=jobs, **settings)
    store.close()


def carried(place: Installation, slot: str = "1") -> Run:
    run = ledger.enqueue(place.store, district=1, job="retention", organization=1, slot=slot)
    assert run is not None
    claim = claims.claim(place.store, owner="test", lease=timedelta(minutes=5), run=run)
    assert claim is not None
    carry(place, claim)
    found = ledger.run_of(place.store, run)
    assert found is not None
    return found


def test_every_table_that_ages_has_a_rule() -> None:
    ageing = {Keep.LEDGER, Keep.SENDING, Keep.BOUNCE, Keep.ACCESS}
    tables = {
        table.name
        for table in SQLModel.metadata.tables.values()
        if ageing & {c.info["keep"] for c in table.primary_key if c.name != "district"}
    }
    ruled = {rule.table for rule in retention.RULES}
    assert tables - ruled - set(retention.ELSEWHERE) == set()
    assert ruled & set(retention.ELSEWHERE) == set()
    assert {rule.keep for rule in retention.RULES} <= set(DEFAULTS)


def count(store: Store, table: str) -> int:
    with store.reading() as session:
        query = select(func.count()).select_from(SQLModel.metadata.tables[table])
        return int(session.connection().execute(query).scalar_one())


def runs(store: Store, *ages: int, state: str = RunState.OK) -> None:
    with store.writing() as session:
        for number, age in enumerate(ages):
            at = NOW - timedelta(days=age)
            session.add(
                Run(
                    district=1,
                    job="pull",
                    organization=1,
                    slot=f"{state}{number}",
                    due=at,
                    ready=at,
                    finished=at,
                    state=state,
                )
            )


def test_old_runs_go_and_the_newest_of_a_job_stays_however_old(store: Store) -> None:
    runs(store, 400, 91, 89, 1)
    runs(store, 400, state=RunState.QUEUED)
    assert retention.remove_old(store, DEFAULTS, district=1, now=NOW) == {"run": 2}
    assert count(store, "run") == 3
    assert retention.remove_old(store, {**DEFAULTS, "ledger": 7}, district=2, now=NOW) == {}
    later = NOW + timedelta(days=1000)
    assert retention.remove_old(store, DEFAULTS, district=1, now=later) == {"run": 2}
    assert count(store, "run") == 1  # the one that still waits is the newest


def test_what_was_sent_goes_with_its_plan_and_what_is_open_stays(store: Store) -> None:
    write_everywhere(store, GONE)
    later = NOW + timedelta(days=800)
    asked, open_ = count(store, "asked"), count(store, "intent")
    removed = retention.remove_old(store, DEFAULTS, district=1, now=later)
    assert removed["asked"] == asked
    assert count(store, "intent") == open_ and count(store, "plan") > 0
    with store.writing() as session:
        session.connection().execute(SQLModel.metadata.tables["intent"].update().values(state="done"))
    removed = retention.remove_old(store, DEFAULTS, district=1, now=later)
    assert removed["intent"] == open_ and count(store, "plan") == 0


def test_an_address_that_nobody_has_is_forgotten(store: Store) -> None:
    write_everywhere(store, GONE, STAYS)
    before = count(store, "reachability")
    with store.writing() as session:
        table = SQLModel.metadata.tables["reachability"]
        row = dict(session.connection().execute(select(table).limit(1)).mappings().one())
        session.connection().execute(insert(table).values(**{**row, "address": b"nobody" * 5}))
    removed = retention.remove_old(store, DEFAULTS, district=1, now=NOW + timedelta(days=60))
    assert removed["reachability_of_nobody"] == 1 and count(store, "reachability") == before


def test_who_has_left_is_erased_by_the_next_run_and_it_is_noted(place: Installation, time: Time) -> None:
    store = place.store
    write_everywhere(store, GONE, STAYS)
    table = SQLModel.metadata.tables["person"]
    with store.writing() as session:
        session.connection().execute(SQLModel.metadata.tables["departed"].delete())
        erasing.note_departure(session.connection(), table.c.id == GONE, district=1, at=time())
        session.connection().execute(table.delete().where(table.c.id == GONE))
    time.pass_by(hours=1)
    run = carried(place)
    assert run.state == RunState.OK, run.notes
    assert '"people_erased":1' in run.counts.replace(" ", "")
    assert hits(store, GONE) == [] and hits(store, STAYS)
    assert [e.who for e in access.who(store, (Deed.DELETED,), district=1)] == ["service"]
    [erased] = access.deleted(store, district=1, person=GONE, keys=(KEY,))
    assert (erased.reason, erased.barred) == ("vanished", False)
    ledger_file = place.settings.erasure_path
    assert ledger_file is not None and len(ledger_file.read_text().splitlines()) == 1


def test_the_schedule_that_is_shipped_erases_within_a_day() -> None:
    import tomllib

    entry = tomllib.loads(Path("config/schedule.toml").read_text())["jobs"]["retention"]
    assert entry["every_minutes"] <= 12 * 60


def test_the_access_log_is_cut_after_a_year_and_stays_provable(place: Installation, time: Time) -> None:
    def saw(person: int) -> None:
        with place.store.writing() as session:
            access.note(
                session,
                district=1,
                who="user:1",
                deed=Deed.SAW,
                what="page",
                why="test",
                at=time(),
                people=[person],
            )

    saw(101)
    time.pass_by(days=300)
    saw(102)
    carried(place, "first")
    assert access.verify(place.store, district=1, keys=(KEY,)).entries == 2
    time.pass_by(days=100)
    run = carried(place, "second")
    assert '"access_entry":1' in run.counts.replace(" ", "")
    assert access.verify(place.store, district=1, keys=(KEY,)) == (1, ())
    assert access.who(place.store, (Deed.SAW,), district=1, person=101) == []
    assert [e.who for e in access.who(place.store, (Deed.SAW,), district=1, person=102)] == ["user:1"]
    assert count(place.store, "access_person") == 1


@pytest.mark.parametrize(
    ("data", "right"),
    [
        ({}, True),
        ({"ledger": 7, "sending": 60, "bounce": 30, "access": 30}, True),
        ({"access": 366}, False),
        ({"access": 366, "reasons": {"access": "for fun"}}, False),
        ({"access": 366, "reasons": {"ledger": "The auditors of the district ask for it."}}, False),
        ({"access": 366, "reasons": {"access": "The auditors of the district ask for it."}}, True),
        ({"sending": 30}, False),
        ({"mirror": 30}, False),
        ({"reasons": {"mirror": "x"}}, False),
    ],
)
def test_longer_only_with_a_reason(data: dict[str, Any], right: bool) -> None:
    problems: list[Problem] = []
    model = checked(Retention, data, file="retention.toml", problems=problems)
    assert (model is not None and not problems) is right, problems


def test_the_shipped_table_is_the_default() -> None:
    import tomllib

    shipped = tomllib.loads(Path("config/retention.toml").read_text())
    assert {k: v for k, v in shipped.items() if k != "reasons"} == DEFAULTS
