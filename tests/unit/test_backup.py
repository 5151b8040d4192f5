"""A backup holds everything, gives nothing away, comes back whole or not at all, and may not send."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.filling import NOW, fill
from tests.installations import whole_store
from zetkin_sync import backup
from zetkin_sync.backup import sealing
from zetkin_sync.errors import ConfigError, NeedsHuman
from zetkin_sync.records import EVERY_DISTRICT, RESTORED
from zetkin_sync.store import controls, copying, epoch, schema
from zetkin_sync.store.engine import Store

KEY = b"k" * 32


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    file = tmp_path / "plain"
    file.write_bytes(b"Brev till partiet. " * 1000 + secrets.token_bytes(2_200_000))
    return file


def test_what_is_sealed_comes_out_as_it_was(plain: Path, tmp_path: Path) -> None:
    sealing.seal(plain, tmp_path / "sealed", key=KEY, about={"made": "x"})
    assert b"partiet" not in (tmp_path / "sealed").read_bytes()
    assert (tmp_path / "sealed").stat().st_mode & 0o077 == 0
    assert sealing.unseal(tmp_path / "sealed", tmp_path / "out", key=KEY)["made"] == "x"
    assert (tmp_path / "out").read_bytes() == plain.read_bytes()


def test_an_empty_file_and_one_of_exactly_a_piece_come_out_too(tmp_path: Path) -> None:
    for number, size in enumerate((0, 1, 1 << 20, (1 << 20) + 1, 2 << 20)):
        source = tmp_path / f"in{number}"
        source.write_bytes(secrets.token_bytes(size))
        sealing.seal(source, tmp_path / f"s{number}", key=KEY, about={})
        sealing.unseal(tmp_path / f"s{number}", tmp_path / f"o{number}", key=KEY)
        assert (tmp_path / f"o{number}").read_bytes() == source.read_bytes()


def test_another_key_is_said(plain: Path, tmp_path: Path) -> None:
    sealing.seal(plain, tmp_path / "sealed", key=KEY, about={})
    with pytest.raises(ConfigError, match="another key"):
        sealing.unseal(tmp_path / "sealed", tmp_path / "out", key=b"x" * 32)


@pytest.mark.parametrize("damage", ["head", "first", "middle", "last", "short", "shorter", "swapped", "none"])
def test_no_damage_goes_unnoticed_and_nothing_half_is_left(plain: Path, tmp_path: Path, damage: str) -> None:
    file = tmp_path / "sealed"
    sealing.seal(plain, file, key=KEY, about={"made": "2026-11-23T00:00:00+00:00"})
    held = bytearray(file.read_bytes())
    begin = held.index(b"\n", len(sealing.MAGIC)) + 1
    piece = (1 << 20) + 16
    match damage:
        case "head":
            held[held.index(b"2026")] ^= 1
        case "first":
            held[begin + 5] ^= 1
        case "middle":
            held[begin + piece + 7] ^= 1
        case "last":
            held[-1] ^= 1
        case "short":
            del held[-1:]
        case "shorter":
            del held[begin + piece :]
        case "swapped":
            one, two = bytes(held[begin : begin + piece]), bytes(held[begin + piece : begin + 2 * piece])
            held[begin : begin + 2 * piece] = two + one
        case "none":
            held[:] = b"SQLite format 3\0" + held
    file.write_bytes(held)
    with pytest.raises(NeedsHuman):
        sealing.unseal(file, tmp_path / "out", key=KEY)
    assert not (tmp_path / "out").exists()


@pytest.fixture
def filled(database_url: str) -> Store:
    store = Store(database_url)
    schema.migrate(store)
    fill(store)
    with store.transaction() as connection:  # one row, as it is in use
        connection.execute(text("DELETE FROM instance"))
    epoch.beat(store, None)
    return store


def rows(store: Store) -> dict[str, list[str]]:
    with store.reading() as session:
        connection = session.connection()
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(table.select()))
            for table in copying.tables()
        }


def test_a_backup_of_either_database_comes_back_whole_to_either_and_may_not_send(
    filled: Store, tmp_path: Path, postgres_url: str
) -> None:
    made = backup.make(filled, tmp_path / "backups", key=KEY)
    assert [f.name for f in (tmp_path / "backups").iterdir()] == [made.file.name]
    before = rows(filled)
    assert sum(map(len, before.values())) > 50
    targets = [f"sqlite:///{tmp_path}/restored.db"]
    if filled.dialect == "sqlite":
        targets.append(postgres_url)
    for url in targets:
        restored = Store(url)
        assert backup.restore(made.file, restored, key=KEY) == made.made
        after = rows(restored)
        assert {t: r for t, r in after.items() if t not in ("control", "instance")} == {
            t: r for t, r in before.items() if t not in ("control", "instance")
        }
        assert controls.halted(restored, district=1) is not None
        assert [s.name for s in controls.own_switches(restored, district=EVERY_DISTRICT)] == [RESTORED]
        assert epoch.restored_at(restored) is not None
        with pytest.raises(NeedsHuman, match="not empty"):
            backup.restore(made.file, restored, key=KEY)
        restored.close()


def test_a_backup_by_a_newer_version_is_refused_and_nothing_is_restored(tmp_path: Path) -> None:
    store = whole_store(f"sqlite:///{tmp_path}/z.db")
    made = backup.make(store, tmp_path / "b", key=KEY)
    sealing.unseal(made.file, tmp_path / "newer.db", key=KEY)
    newer = Store(f"sqlite:///{tmp_path}/newer.db")
    with newer.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    newer.settle()
    newer.close()
    sealing.seal(tmp_path / "newer.db", tmp_path / "newer.backup", key=KEY, about={"made": NOW.isoformat()})
    target = Store(f"sqlite:///{tmp_path}/target.db")
    with pytest.raises(NeedsHuman, match="does not know"):
        backup.restore(tmp_path / "newer.backup", target, key=KEY)
    assert copying.is_empty(target)


def test_old_backups_go_and_the_newest_stays(tmp_path: Path) -> None:
    for day in (1, 10, 20):
        (tmp_path / f"zetkin_sync-202611{day:02}T032000Z.backup").write_bytes(b"x")
    (tmp_path / "other.txt").write_text("kept", encoding="utf-8")
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert backup.thin_out(tmp_path, now=now, keep=timedelta(days=5)) == 2
    assert [b.made.day for b in backup.backups(tmp_path)] == [20]
    assert backup.thin_out(tmp_path, now=now + timedelta(days=99), keep=timedelta(days=5)) == 0
    assert (tmp_path / "other.txt").exists()
