"""An older copy of the database is recognised, and nothing is sent from it until everything was looked up."""

from __future__ import annotations

import shutil
import threading
import time as time_of_day
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from tests.installations import Time, make_tables
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.records import EVERY_DISTRICT, Instance
from zetkin_sync.store import controls, epoch
from zetkin_sync.store.engine import Store


@pytest.fixture
def time() -> Time:
    return Time()


def opened(folder: Path, time: Time) -> Store:
    return make_tables(Store(f"sqlite:///{folder}/z.db", now=time))


def halted(store: Store) -> bool:
    return controls.halted(store, district=1) is not None


def test_a_new_database_is_trusted_and_so_is_the_next_start(tmp_path: Path, time: Time) -> None:
    file = tmp_path / "z.instance"
    store = opened(tmp_path, time)
    for _ in range(3):
        assert epoch.beat(store, file) is None
        time.pass_by(minutes=1)
    assert not halted(store)
    assert file.stat().st_mode & 0o077 == 0


def test_a_copy_put_back_is_recognised_at_the_next_start(tmp_path: Path, time: Time) -> None:
    file = tmp_path / "z.instance"
    store = opened(tmp_path, time)
    epoch.beat(store, file)
    store.close()
    shutil.copy(tmp_path / "z.db", tmp_path / "copy.db")
    later = opened(tmp_path, time)
    time.pass_by(hours=1)
    epoch.beat(later, file)
    later.close()
    for old in tmp_path.glob("z.db*"):
        old.unlink()
    shutil.copy(tmp_path / "copy.db", tmp_path / "z.db")
    restored = opened(tmp_path, time)
    assert "older copy" in str(epoch.check(restored, file))
    assert halted(restored)
    assert epoch.restored_at(restored) == time.now
    time.pass_by(minutes=1)
    assert epoch.check(restored, file) is None  # known now; still halted until looked up
    assert halted(restored)


def test_a_copy_on_another_machine_is_not_trusted(tmp_path: Path, time: Time) -> None:
    store = opened(tmp_path, time)
    epoch.beat(store, tmp_path / "a.instance")
    time.pass_by(hours=1)
    assert "not worked with this database" in str(epoch.beat(store, tmp_path / "b.instance"))
    assert halted(store)


def test_an_empty_database_where_there_was_one_is_not_trusted(tmp_path: Path, time: Time) -> None:
    file = tmp_path / "z.instance"
    epoch.beat(opened(tmp_path, time), file)
    (tmp_path / "other").mkdir()
    fresh = opened(tmp_path / "other", time)
    assert "empty" in str(epoch.beat(fresh, file))
    assert halted(fresh)


def test_another_database_is_not_trusted(tmp_path: Path, time: Time) -> None:
    (tmp_path / "other").mkdir()
    epoch.beat(opened(tmp_path, time), tmp_path / "a.instance")
    other = opened(tmp_path / "other", time)
    epoch.beat(other, tmp_path / "b.instance")
    assert "another database" in str(epoch.check(other, tmp_path / "a.instance"))


def test_a_new_host_beside_a_living_one_is_trusted_on_postgres(
    postgres_url: str, tmp_path: Path, time: Time
) -> None:
    store = make_tables(Store(postgres_url, now=time))
    epoch.beat(store, tmp_path / "a.instance")
    time.pass_by(minutes=5)
    assert epoch.beat(store, tmp_path / "b.instance") is None
    time.pass_by(hours=1)
    assert epoch.beat(store, tmp_path / "c.instance") is not None


def test_a_moved_database_refuses_to_start(tmp_path: Path, time: Time) -> None:
    store = opened(tmp_path, time)
    epoch.beat(store, tmp_path / "z.instance")
    with store.transaction() as connection:
        connection.execute(text("UPDATE instance SET moved_to = 'postgresql://host/zetkin'"))
    for ask in (epoch.beat, epoch.check):
        with pytest.raises(NeedsHuman, match="was moved"):
            ask(store, tmp_path / "z.instance")


def test_the_clock_set_back_does_not_make_a_database_look_old(tmp_path: Path, time: Time) -> None:
    file = tmp_path / "z.instance"
    store = opened(tmp_path, time)
    for delta in (timedelta(days=30), timedelta(days=-30), timedelta(minutes=1)):
        time.now += delta
        assert epoch.beat(store, file) is None


def test_a_damaged_file_counts_as_none(tmp_path: Path, time: Time) -> None:
    file = tmp_path / "z.instance"
    store = opened(tmp_path, time)
    epoch.beat(store, file)
    file.write_text("{", encoding="utf-8")
    assert epoch.check(store, file) is not None
    assert halted(store)


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path, time: Time) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(NeedsHuman, match="cannot be written"):
        epoch.beat(opened(tmp_path, time), tmp_path / "file" / "z.instance")


def test_two_hosts_that_start_at_the_same_moment_on_a_new_database_both_start(
    postgres_url: str, tmp_path: Path
) -> None:
    store = make_tables(Store(postgres_url))
    said: list[object] = []
    second = threading.Thread(target=lambda: said.append(epoch.beat(store, tmp_path / "second")))
    with store.transaction() as connection:
        now = store.now(connection)
        row = {"district": EVERY_DISTRICT, "identity": "a", "beat": 7, "beaten": now}
        connection.execute(insert(Instance.__table__), row)  # type: ignore[attr-defined]
        second.start()
        until = time_of_day.monotonic() + 10
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while not connection.exec_driver_sql(waiting).scalar_one() and time_of_day.monotonic() < until:
            time_of_day.sleep(0.02)
    second.join(10)
    store.close()
    assert said == [None]
