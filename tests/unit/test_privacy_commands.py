"""The commands an inspection asks for: who saw, changed, deleted; and what they say when something is wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from zetkin_sync.cli import app
from zetkin_sync.errors import NeedsHuman, Trouble
from zetkin_sync.store import access, schema
from zetkin_sync.store.access import Deed
from zetkin_sync.store.engine import Store

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
