"""The commands an inspection asks for: who saw, changed, deleted; and what they say when something is wrong."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlmodel import SQLModel
from typer.testing import CliRunner, Result

from tests.filling import value
from tests.person_everywhere import hits, write_everywhere
from zetkin_sync.cli import app
from zetkin_sync.errors import ConfigError, NeedsHuman, Trouble
from zetkin_sync.records import BounceEvent, Participation, Person, Response, Tagging
from zetkin_sync.store import access, erasing, rights, schema
from zetkin_sync.store.access import Deed
from zetkin_sync.store.engine import Store
from zetkin_sync.store.erasing import marked

ROOT = 1
Command = Callable[..., Result]


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database: made once, copied for each test."""
    path = tmp_path_factory.mktemp("privacy") / "empty.db"
    store = Store(f"sqlite:///{path}")
    schema.migrate(store)
    with store.connection() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    store.close()
    return path


@pytest.fixture
def store(empty_database: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copy(empty_database, tmp_path / "zetkin_sync.db")
    store = Store(f"sqlite:///{tmp_path}/zetkin_sync.db")
    yield store
    store.close()


@pytest.fixture
def command(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command in a small installation."""
    shutil.copytree(Path("config"), tmp_path / "config")
    (tmp_path / "config" / "associations.csv").write_text(
        "id;title;kind;contact_role\n1;Distriktet;district;\n11;Föreningen Nord;geographic;\n"
    )
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/zetkin_sync.db")
    monkeypatch.setenv("ZETKIN_SYNC_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("ZETKIN_SYNC_HASH_KEY", "k" * 40)
    monkeypatch.setenv("COLUMNS", "220")

    def run(*arguments: str, fails: type[Trouble] | None = None) -> Result:
        result = CliRunner().invoke(app, list(arguments))
        if fails is None:
            assert result.exit_code == 0, (result.output, result.exception)
        else:
            assert isinstance(result.exception, fails), (result.output, result.exception)
        return result

    return run


def scripted_day(store: Store) -> None:
    """An organizer opens a case with two members in it, changes one; a third is erased; somebody is refused."""
    now = store.now()
    script: list[dict[str, Any]] = [
        {"who": "user:7", "deed": Deed.SAW, "what": "page cases", "subject": "case:4", "people": [101, 102]},
        {"who": "user:8", "deed": Deed.CHANGED, "what": "page cases", "subject": "case:4", "people": [101]},
        {"who": "user:9", "deed": Deed.REFUSED, "what": "page cases", "subject": "case:4"},
        {
            "who": "cli:anna",
            "deed": Deed.DELETED,
            "what": "person erase",
            "subject": "person",
            "people": [103],
        },
    ]
    for minute, deed in enumerate(script):
        with store.writing() as session:
            access.note(session, district=ROOT, why="solve cases", at=now + timedelta(minutes=minute), **deed)


def answered(result: Result) -> list[str]:
    return [entry["who"] for entry in json.loads(result.stdout)]


def test_the_three_questions_are_one_command_each(command: Command, store: Store) -> None:
    scripted_day(store)
    assert answered(command("access", "who-saw", "102", "--json")) == ["user:7"]
    assert answered(command("access", "who-changed", "101", "--json")) == ["user:8"]
    assert answered(command("access", "who-deleted", "103", "--json")) == ["cli:anna"]
    assert answered(command("access", "who-saw", "case:4", "--json")) == ["user:7"]
    assert answered(command("access", "who-saw", "103", "--json")) == []
    assert answered(command("access", "who-saw", "--since", "2999-01-01", "--json")) == []
    shown = command("access", "who-saw").stdout
    assert "user:7" in shown and "såg" in shown and "101" not in shown


def test_a_tampered_log_is_said(command: Command, store: Store) -> None:
    scripted_day(store)
    assert "4 poster" in command("access", "verify").stdout
    with store.writing() as session:
        session.connection().execute(text("DROP TRIGGER access_entry_unaltered"))
        session.connection().execute(text("UPDATE access_entry SET who = 'user:8' WHERE number = 1"))
    result = command("access", "verify", fails=NeedsHuman)
    assert "Post 1 har ändrats" in result.output


PERSON, OTHER = 987654321, 876543210


def test_an_export_holds_every_marked_column_and_is_readable(
    command: Command, store: Store, tmp_path: Path
) -> None:
    write_everywhere(store, PERSON, OTHER)
    command("person", "export", str(PERSON), "--out", str(tmp_path / "out"))
    whole = (tmp_path / "out" / f"person-{PERSON}.json").read_text()
    found = json.loads(whole)
    tables = {t["table"] for t in found["tables"]}
    assert tables == {t.name for mark in ("person", "address") for t, _ in marked(mark)} - {"access_person"}
    for table in found["tables"]:
        assert all(table["columns"][name]["purpose"] for row in table["rows"] for name in row)
    assert found["chosen"] and found["seen"]
    assert str(OTHER) not in whole
    page = (tmp_path / "out" / f"person-{PERSON}.html").read_text()
    assert (
        "Det här finns lagrat om dig" in page
        and "<script" not in page
        and "http" not in page.replace("http-equiv", "")
    )
    for written in (tmp_path / "out").iterdir():
        assert written.stat().st_mode & 0o077 == 0
    assert answered(command("access", "who-saw", str(PERSON), "--json"))[0].startswith("cli:")


def fill_up(store: Store, *, people: int) -> None:
    """So many people in the tables that hold most of them."""
    records = (Person, Tagging, Participation, Response, BounceEvent)
    with store.writing() as session:
        for table in (record.__table__ for record in records):  # type: ignore[attr-defined]
            plain = {c.name: value(c, 1) for c in table.columns}
            key = {c.name for c in table.primary_key} - {"district", "organization"}
            own = [c.name for c in table.columns if c.info.get("person") or c.name in key]
            hashes = [c.name for c in table.columns if c.info.get("address") or c.name == "key"]
            rows = [
                plain
                | dict.fromkeys(own, n)
                | dict.fromkeys(hashes, n.to_bytes(32, "big"))
                | {"district": ROOT}
                for n in range(1, people + 1)
            ]
            session.connection().execute(insert(table), rows)


def test_an_export_among_ten_thousand_people_takes_less_than_five_seconds(
    command: Command, store: Store, tmp_path: Path
) -> None:
    fill_up(store, people=10_000)
    began = time.process_time()
    command("person", "export", "7777", "--out", str(tmp_path / "out"))
    assert time.process_time() - began < 5
    found = json.loads((tmp_path / "out" / "person-7777.json").read_text())
    assert {len(t["rows"]) for t in found["tables"]} == {1} and len(found["tables"]) == 5


def test_erased_people_are_gone_and_the_ledger_answers(
    command: Command, store: Store, tmp_path: Path
) -> None:
    write_everywhere(store, PERSON, OTHER)
    command("person", "erase", str(PERSON), "--yes")
    assert hits(store, PERSON) == [] and hits(store, OTHER)
    assert (tmp_path / "zetkin_sync.erasures").exists()
    [who] = answered(command("access", "who-deleted", str(PERSON), "--json"))
    assert who.startswith("cli:")
    command("access", "verify")
    command("person", "export", str(PERSON), "--out", str(tmp_path))
    assert json.loads((tmp_path / f"person-{PERSON}.json").read_text())["tables"] == []


def test_a_restored_backup_is_erased_again_by_whatever_command_comes_first(
    command: Command, store: Store, tmp_path: Path
) -> None:
    write_everywhere(store, PERSON, OTHER)
    store.close()
    erasing.sweep(store)
    shutil.copy(tmp_path / "zetkin_sync.db", tmp_path / "backup")
    command("person", "erase", str(PERSON), "--yes")
    store.close()
    for rest in tmp_path.glob("zetkin_sync.db*"):
        rest.unlink()
    shutil.copy(tmp_path / "backup", tmp_path / "zetkin_sync.db")
    restored = Store(f"sqlite:///{tmp_path}/zetkin_sync.db")
    assert hits(restored, PERSON)
    command("runs")
    assert hits(restored, PERSON) == [] and hits(restored, OTHER)
    restored.close()


def test_a_restriction_is_kept_until_it_is_released(command: Command, store: Store) -> None:
    command("person", "restrict", "101")
    assert "redan" in command("person", "restrict", "101").stdout
    assert rights.restricted(store, district=ROOT) == {101}
    command("person", "restrict", "101", "--release")
    assert rights.restricted(store, district=ROOT) == frozenset()
    assert len(answered(command("access", "who-changed", "101", "--json"))) == 2


def test_a_person_is_not_erased_without_being_asked_twice(command: Command, store: Store) -> None:
    write_everywhere(store, PERSON)
    result = CliRunner().invoke(app, ["person", "erase", str(PERSON)], input="n\n")
    assert result.exit_code == 1 and hits(store, PERSON)


def test_the_record_of_processing_names_every_column_in_both_languages(command: Command) -> None:
    swedish = command("privacy", "record").stdout
    english = command("privacy", "record", "--language", "en").stdout
    assert "Register över behandlingar" in swedish and "Record of processing activities" in english
    for table in SQLModel.metadata.sorted_tables:
        assert f"### {table.name} (" in english
        for column in table.columns:
            assert column.info["purpose"] in english, f"{table.name}.{column.name}"
    command("privacy", "record", "--language", "fi", fails=ConfigError)


def test_an_incident_bundle_counts_and_names_nobody(command: Command, store: Store, tmp_path: Path) -> None:
    write_everywhere(store, PERSON)
    scripted_day(store)
    out = tmp_path / "incident"
    result = command("incident", "--since", "2020-01-01", "--out", str(out))
    assert "72" in (out / "report.md").read_text() and result.stdout
    bundle = {path.stem: json.loads(path.read_text()) for path in out.glob("*.json")}
    assert set(bundle) == {"about", "chain", "access", "runs", "sends", "mails", "decisions", "configuration"}
    assert bundle["chain"]["wrong"] == [] and len(bundle["access"]) == 5
    assert sum(send["people"] for send in bundle["sends"]) >= 1
    assert bundle["about"]["schema"] == schema.newest() and "sqlmodel" in bundle["about"]["packages"]
    assert len(bundle["configuration"]["district.toml"]["sha256"]) == 64
    assert all(str(PERSON) not in path.read_text() for path in out.iterdir())
    assert all(path.stat().st_mode & 0o077 == 0 for path in out.iterdir())
    assert [e["what"] for e in json.loads(command("access", "who-saw", "access log", "--json").stdout)] == [
        "incident"
    ]


def test_one_flipped_byte_is_detected_in_the_bundle(command: Command, store: Store, tmp_path: Path) -> None:
    scripted_day(store)
    store.close()
    path = tmp_path / "zetkin_sync.db"
    database = sqlite3.connect(path)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    data = bytearray(path.read_bytes())
    at = data.find(b"user:7")
    data[at + 5] ^= 1
    path.write_bytes(data)
    command("incident", "--since", "2020-01-01", "--out", str(tmp_path / "incident"))
    assert json.loads((tmp_path / "incident" / "chain.json").read_text())["wrong"]
