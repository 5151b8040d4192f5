"""What is wrong is an alarm with a reason and an advice; what is right is none. /health and the metrics say the same."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.installations import Time, district, installation, whole_store
from zetkin_sync.clock import Clock
from zetkin_sync.language import LANGUAGES, Language, say, to_json
from zetkin_sync.records import (
    EVERY_DISTRICT,
    PAUSE,
    RESTORED,
    Intent,
    IntentState,
    Mailing,
    Missing,
    RunState,
    Snapshot,
    StoredPlan,
)
from zetkin_sync.runner import Installation
from zetkin_sync.store import claims, controls, epoch, ledger
from zetkin_sync.store.engine import Store
from zetkin_sync.store.vital_signs import BRAKES
from zetkin_sync.vitals import Vitals, read_vitals
from zetkin_sync.vitals.alarms import Alarm, alarms, standstill
from zetkin_sync.vitals.disk import Room
from zetkin_sync.vitals.metrics import exposition
from zetkin_sync.web.health import health_routes

JOBS = {
    "pull_zetkin": {"at": ["05:30", "12:30"], "grace_minutes": 240},
    "apply_changes": {"every_minutes": 5, "grace_minutes": 5},
}
LEASE = timedelta(seconds=60)


class World:
    """One district, a clock that is moved, a database on SQLite."""

    def __init__(self, **settings: Any) -> None:
        self.time = Time(datetime(2026, 11, 23, 6, 0, tzinfo=UTC))
        self.store = whole_store(now=self.time)
        epoch.beat(self.store, None)
        self.here: Installation = installation(self.store, district(1, JOBS), **settings)
        self.clock = Clock(lambda: self.here)

    def vitals(self, **more: Any) -> Vitals:
        return read_vitals(self.store, self.here.configurations, settings=self.here.settings, **more)

    def alarms(self, **more: Any) -> list[str]:
        found = alarms(self.vitals(**more))
        for alarm in found:
            said(alarm)
        return [a.name for a in found]

    def work(self) -> None:
        """Whatever is due is done at once."""
        self.clock.look()
        while (claim := claims.claim(self.store, owner="a", lease=LEASE)) is not None:
            with self.store.writing() as session:
                claims.finish(session, claim, state=RunState.OK, counts={}, notes=[], at=self.store.now())

    def put(self, *rows: Any) -> None:
        with self.store.writing() as session:
            for row in rows:
                session.add(row)
                session.flush()

    def read(self, *, complete: bool = True, why: str | None = None) -> None:
        now = self.time.now
        self.put(
            Snapshot(
                district=1,
                organization=1,
                resource="people",
                started=now,
                finished=now,
                complete=complete,
                why=why,
            )
        )


def said(alarm: Alarm) -> None:
    """Every alarm is a sentence in every language."""
    for name in LANGUAGES:
        for message in (alarm.what, alarm.do):
            text = Language(name).say(message)
            assert text and "{" not in text
        if name == "sv":
            assert Language("sv").say(alarm.what) != Language("en").say(alarm.what), alarm.name


@pytest.fixture
def world() -> World:
    return World()


def test_a_service_that_does_what_it_should_has_no_alarm(world: World) -> None:
    world.read()
    for _ in range(24):
        world.work()
        world.time.pass_by(minutes=1)
        assert world.alarms() == []
    assert not standstill(world.vitals())


def test_a_slot_that_no_clock_has_asked_for_is_an_alarm_after_two_minutes(world: World) -> None:
    world.work()
    world.time.pass_by(minutes=6)  # 07:06: apply_changes was due 07:05
    assert world.alarms() == []
    world.time.pass_by(minutes=2)
    assert world.alarms() == ["late:apply_changes"]
    assert standstill(world.vitals())
    controls.turn_on(world.store, district=1, name=f"{PAUSE}apply_changes", who="user:1")
    assert world.alarms() == []


def test_a_run_that_nobody_takes_is_an_alarm_and_one_that_must_wait_is_none(world: World) -> None:
    world.work()
    world.time.pass_by(minutes=10)
    world.clock.look()
    busy = claims.claim(world.store, owner="a", lease=timedelta(hours=1))
    assert busy is not None
    ledger.enqueue(world.store, district=1, job="apply_changes", organization=1, slot="r")
    world.time.pass_by(minutes=3)
    assert world.alarms() == []  # its organization is busy: it waits rightly
    with world.store.writing() as session:
        claims.finish(session, busy, state=RunState.OK, counts={}, notes=[], at=world.store.now())
    world.time.pass_by(seconds=30)
    assert world.alarms() == []  # a worker has had half a minute
    world.time.pass_by(minutes=2)
    assert "waits:apply_changes" in world.alarms()


def test_a_run_left_by_a_dead_process_is_an_alarm_after_three_leases(world: World) -> None:
    world.clock.look()
    assert claims.claim(world.store, owner="a", lease=LEASE) is not None
    world.time.pass_by(seconds=150)
    assert [a for a in world.alarms() if a.startswith("left")] == []
    world.time.pass_by(seconds=31)
    assert [a for a in world.alarms() if a.startswith("left")] != []


def intent(state: IntentState, at: datetime) -> list[Any]:
    plan = StoredPlan(district=1, action="x", fingerprint="f", created=at, expires=at, body="{}")
    row = Intent(
        district=1,
        plan=1,
        position=0,
        key="k",
        organization=1,
        verb="tag",
        change="{}",
        state=state,
        updated=at,
    )
    return [plan, row]


def test_an_effect_in_doubt_for_an_hour_and_one_put_aside_are_alarms(world: World) -> None:
    world.work()
    world.put(*intent(IntentState.UNKNOWN, world.time.now))
    assert world.alarms() == []
    for _ in range(13):
        world.time.pass_by(minutes=5)
        world.work()
    assert world.alarms() == ["unknown"]
    world.put(
        Mailing(
            district=1,
            kind="weekly",
            slot="s",
            role="board",
            unit=1,
            recipient=b"x",
            language="sv",
            state="parked",
            at=world.time.now,
        )
    )
    assert world.alarms() == ["unknown", "parked"]


def test_figures_older_than_two_periods_are_an_alarm(world: World) -> None:
    world.read()
    for _ in range(35):
        world.time.pass_by(hours=1)
        world.work()
    assert world.alarms() == ["old"]  # the longest pause is 17 hours
    world.read()
    assert world.alarms() == []


@pytest.mark.parametrize("text", BRAKES)
def test_a_list_that_a_brake_holds_is_an_alarm_until_it_is_read_whole(world: World, text: str) -> None:
    world.work()
    world.read(complete=False, why=to_json(say("The connection was lost.")))
    assert world.alarms() == []
    world.read(complete=False, why=to_json(say(text, missing=9, n=10, resource="people")))
    assert world.alarms() == ["brake"]
    world.read()
    assert world.alarms() == []


def test_people_whose_absence_cannot_be_proven_for_two_days_are_an_alarm(world: World) -> None:
    world.work()
    ago = world.time.now - timedelta(days=3)
    world.put(Missing(district=1, organization=1, resource="people", id=5, snapshot=1, since=ago, ripe=True))
    assert world.alarms() == ["brake"]


def test_a_clock_that_was_set_back_is_an_alarm(world: World) -> None:
    world.work()
    world.time.pass_by(hours=-1)
    assert "clock" in world.alarms()


def token(expires: datetime) -> str:
    body = base64.urlsafe_b64encode(json.dumps({"exp": expires.timestamp()}).encode()).decode().rstrip("=")
    return f"e30.{body}.x"


def test_a_key_that_ends_within_a_week_is_an_alarm() -> None:
    now = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    for days, expected in ((8, []), (6, ["token"])):
        world = World(zetkin_grant=token(now + timedelta(days=days)))
        world.work()
        assert world.alarms() == expected
    world = World(zetkin_grant="no token")
    world.work()
    assert world.alarms() == []


def test_a_restored_database_a_broken_configuration_and_a_full_disk_are_alarms(world: World) -> None:
    world.work()
    controls.turn_on(world.store, district=EVERY_DISTRICT, name=RESTORED, who="zetkin_sync")
    assert world.alarms(broken=[Path("config/north")]) == ["configuration:north", "restored"]
    assert Room(free=2**30, total=2**40).low is False
    assert Room(free=10 * 2**20, total=2**40).low is True
    assert Room(free=100 * 2**20, total=2**30).low is False  # a small disk


def page(world: World) -> TestClient:
    app = FastAPI()
    app.include_router(health_routes(lambda: world.here))
    return TestClient(app)


def test_health_says_that_it_is_ready_how_old_the_figures_are_and_what_is_wrong(world: World) -> None:
    world.work()
    world.read()
    world.time.pass_by(minutes=8)
    found = page(world).get("/health")
    assert found.status_code == 200
    body = found.json()
    assert body["ready"] and body["live"]
    assert body["districts"]["1"]["data_age_seconds"] == 480
    assert body["last"]["1:pull_zetkin"]["slot"] == "2026-11-23T04:30Z"
    assert [a["name"] for a in body["alarms"]] == ["late:apply_changes"]


def test_health_is_not_ready_with_another_schema_or_without_a_database(world: World) -> None:
    with world.store.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    client = page(world)
    assert client.get("/health").status_code == 503
    assert client.get("/health/live").status_code == 200
    gone = installation(Store("postgresql+psycopg://nobody@127.0.0.1:1/none"), district(1, JOBS))
    app = FastAPI()
    app.include_router(health_routes(lambda: gone))
    answer = TestClient(app).get("/health")
    assert answer.status_code == 503 and answer.json()["why"] == "The database does not answer."
    assert TestClient(app).get("/metrics").status_code == 503


def test_metrics_are_numbers_of_jobs_and_need_the_token_when_there_is_one() -> None:
    world = World(metrics_token="t" * 20)
    world.work()
    client = page(world)
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    text = client.get("/metrics", headers={"Authorization": f"Bearer {'t' * 20}"}).text
    assert 'zetkin_sync_runs_total{district="1",job="pull_zetkin",state="ok"} 1.0' in text
    assert "zetkin_sync_ready 1.0" in text


def test_each_alarm_is_a_metric(world: World) -> None:
    world.work()
    world.time.pass_by(minutes=8)
    assert b'zetkin_sync_alarms{alarm="late:apply_changes",district="1"} 1.0' in exposition(world.vitals())
