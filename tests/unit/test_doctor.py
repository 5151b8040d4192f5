"""The doctor finds what was broken on purpose, and nothing where all is in order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.installations import whole_store, write_district
from zetkin_sync import backup
from zetkin_sync.doctor import Finding, Level, Patient, examine
from zetkin_sync.settings import Settings
from zetkin_sync.store import epoch

SCHEDULE = '[jobs.make_backup]\nat = ["03:20"]\n'


@pytest.fixture
def patient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Patient]:
    """An installation in order, with what a test changes."""
    config = write_district(tmp_path / "config", 1, SCHEDULE)
    (tmp_path / "data").mkdir(mode=0o700)
    settings: dict[str, Any] = {
        "config": config,
        "DATABASE_URL": f"sqlite:///{tmp_path}/data/z.db",
        "hash_key": "h" * 32,
        "backups": tmp_path / "backups",
        "backup_key": "b" * 32,
        "heartbeat_url": "https://example.org/ping",
        "mail_from": "a@example.org",
    }
    store = whole_store(settings["DATABASE_URL"])
    epoch.beat(store, tmp_path / "data" / "z.instance")
    backup.make(store, tmp_path / "backups", key=b"b" * 32)
    store.close()

    monkeypatch.chdir(tmp_path)

    def make(**changed: Any) -> Patient:
        return Patient(Settings.model_validate({**settings, **changed}))

    return make


def found(patient: Patient, level: Level = Level.BAD) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for check, finding in examine(patient):
        assert isinstance(finding, Finding)
        assert finding.level is Level.GOOD or finding.do is not None
        if finding.level is level:
            result.setdefault(check, []).append(str(finding.what))
    patient.close()
    return result


def test_where_all_is_in_order_nothing_is_wrong(patient: Callable[..., Patient]) -> None:
    assert found(patient()) == {}
    good = found(patient(), Level.GOOD)
    assert {
        "configuration",
        "database",
        "disk",
        "clock",
        "schedule",
        "backups",
        "mail",
        "secret_values",
    } <= set(good)


@pytest.mark.parametrize(
    ("check", "words", "changed"),
    [
        ("secret_values", "HASH_KEY is not set", {"hash_key": "short"}),
        ("configuration", "no folder", {"config": Path("nowhere")}),
        ("database", "no tables", {"DATABASE_URL": "sqlite:///other.db"}),
        ("database", "does not answer", {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}),
        ("permissions", "cannot be written", {"instance_file": Path("/proc/nowhere/file")}),
    ],
)
def test_what_is_wrong_is_found_where_it_belongs(
    patient: Callable[..., Patient],
    check: str,
    words: str,
    changed: dict[str, Any],
) -> None:
    said = found(patient(**changed))
    assert check in said, said
    if check != "configuration":
        assert words in " ".join(said[check])


def damage_schedule(folder: Path) -> None:
    (folder / "config/schedule.toml").write_text("[jobs.nothing]\nat = ['25:00']\n", encoding="utf-8")


def open_database(folder: Path) -> None:
    (folder / "data").chmod(0o755)
    (folder / "data/z.db").chmod(0o644)
    for part in (folder, *folder.parents):
        if not part.stat().st_mode & 0o001:
            part.chmod(part.stat().st_mode | 0o001)


def cut_database(folder: Path) -> None:
    file = folder / "data/z.db"
    held = bytearray(file.read_bytes())
    held[4096 * 3 : 4096 * 6] = b"\xff" * (4096 * 3)
    file.write_bytes(held)


def age_schema(folder: Path) -> None:
    _sql(folder, "UPDATE alembic_version SET version_num = '0001'")


def move(folder: Path) -> None:
    _sql(folder, "UPDATE instance SET moved_to = 'postgresql://host/z'")


def set_back(folder: Path) -> None:
    _sql(folder, "UPDATE instance SET beaten = '2099-01-01 00:00:00.000000'")


def _sql(folder: Path, statement: str) -> None:
    import sqlite3

    with sqlite3.connect(folder / "data/z.db") as connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    ("check", "words", "harm"),
    [
        ("configuration", "schedule.toml", damage_schedule),
        ("permissions", "can read the database", open_database),
        ("database", "damaged", cut_database),
        ("database", "needs", age_schema),
        ("database", "was moved", move),
        ("clock", "set back", set_back),
    ],
)
def test_what_was_harmed_is_found(
    patient: Callable[..., Patient],
    tmp_path: Path,
    check: str,
    words: str,
    harm: Callable[[Path], None],
) -> None:
    harm(tmp_path)
    said = found(patient())
    assert words in " ".join(said.get(check, [])), said


def test_a_mail_server_that_does_not_answer_is_found(patient: Callable[..., Patient], tmp_path: Path) -> None:
    (tmp_path / "config/district.toml").write_text(
        'title = "District 1"\n[connectors]\nmailer = "smtp"\n', encoding="utf-8"
    )
    assert "does not answer" in " ".join(found(patient(smtp_url="smtp://127.0.0.1:1"))["mail"])
    offline = patient(smtp_url="smtp://127.0.0.1:1")
    offline.online = False
    assert "mail" not in found(offline)
