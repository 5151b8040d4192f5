"""A whole pull from the command line: the lists that the plan needs, those that the schedule names, odd times."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from jobs.pull_zetkin import FURTHER, PARENT, _further
from tests.journeys.test_bad_input import Desk
from tests.journeys.zetkin_server import Server, prepare, serving
from zetkin_sync.errors import ConfigError
from zetkin_sync.records import Mirror

ODD = 2


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        coming = sorted(
            (e for e in running.state.events.values() if e.organization == 1), key=lambda e: -e.id
        )
        for event in coming[:ODD]:
            event.starts = event.starts.replace(year=2027, hour=3)
            event.ends = event.starts + timedelta(hours=1)
        yield running


@pytest.fixture(scope="module")
def desk(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    made = Desk(server, tmp_path_factory.mktemp("pulling"))
    prepare(server, made.folder, made.run)
    schedule = made.folder / "config" / "schedule.toml"
    names = ", ".join(f'"{name}"' for name in (*FURTHER, "survey_answers", "callers"))
    text, count = re.subn(r"^further = .*$", f"further = [{names}]", schedule.read_text(), flags=re.MULTILINE)
    assert count == 1
    schedule.write_text(text)
    assert made.run("sync", "pull_zetkin").returncode in (0, 3), made.newest_run()
    return made


def rows(folder: Path, table: str, column: str = "id") -> list[int]:
    with sqlite3.connect(folder / "zetkin_sync.db") as database:
        found = database.execute(f"SELECT {column} FROM {table} WHERE organization = 1 ORDER BY 1")
        return [row[0] for row in found]


def test_what_the_plan_counts_is_read(desk: Desk, server: Server) -> None:
    state = server.state
    assert rows(desk.folder, "email") == sorted(e.id for e in state.emails.values() if e.organization == 1)
    assert rows(desk.folder, "drawn_area") == sorted(a.id for a in state.areas.values())
    cases = [i for i in state.instances.values() if i.organization == 1]
    assert rows(desk.folder, "journey_instance") == sorted(i.id for i in cases)
    assert rows(desk.folder, "email_recipient", "email")


def test_what_the_schedule_names_is_read_with_what_it_hangs_on(desk: Desk, server: Server) -> None:
    assert rows(desk.folder, "survey") == sorted(
        s.id for s in server.state.surveys.values() if s.organization == 1
    )
    assert rows(desk.folder, "survey_answer", "submission")
    assert rows(desk.folder, "caller", "assignment")


def test_events_at_odd_times_are_counted_by_the_run_and_listed(desk: Desk) -> None:
    listed = desk.run("times").stdout
    assert listed.count("2027-") >= ODD
    assert "03:00" in listed
    assert "2 aktiviteter ligger på märkliga tider" in str(desk.newest_run()["notes"])
    assert desk.run("times", "--json").stdout.count('"event"') == ODD


def test_every_list_that_can_be_read_may_be_named() -> None:
    names = [r.mirrored.resource for r in Mirror.__subclasses__() if r in PARENT]
    order = _further(names)
    for record in order:
        assert PARENT.get(record) is None or PARENT[record] not in order[order.index(record) :]
    with pytest.raises(ConfigError, match="no list personnummer"):
        _further(["personnummer"])
