"""From SQLite to PostgreSQL and back without loss; the old database says where everything has gone."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.filling import fill
from tests.installations import whole_store
from tests.unit.test_backup import rows
from zetkin_sync.errors import ConfigError, NeedsHuman
from zetkin_sync.store import copying, epoch, ledger, schema
from zetkin_sync.store.engine import Store


def filled(url: str) -> Store:
    store = whole_store(url)
    fill(store)
    with store.transaction() as connection:  # one row, as it is in use
        connection.exec_driver_sql("DELETE FROM instance")
    epoch.beat(store, None)
    return store


def test_every_row_is_moved_and_numbers_go_on(tmp_path: Path, postgres_url: str) -> None:
    old, new = filled(f"sqlite:///{tmp_path}/z.db"), Store(postgres_url)
    before = rows(old)
    counts = copying.move(old, new, place=new.place)
    assert {t: n for t, n in counts.items() if not n} == {}, "a table that the filling forgot"
    assert rows(new) == before
    run = ledger.enqueue(new, district=1, job="pull", organization=1, slot="after")
    assert run is not None and run > 3
    back = Store(f"sqlite:///{tmp_path}/back.db")
    copying.copy(new, back)
    assert rows(back) == rows(new)


def test_the_old_database_says_where_everything_has_gone(tmp_path: Path, postgres_url: str) -> None:
    old, new = filled(f"sqlite:///{tmp_path}/z.db"), Store(postgres_url)
    copying.move(old, new, place="postgresql+psycopg://***@host/zetkin")
    with pytest.raises(NeedsHuman, match=r"was moved to postgresql\+psycopg://\*\*\*@host/zetkin"):
        epoch.beat(old, tmp_path / "z.instance")
    epoch.adopt(new, tmp_path / "z.instance")
    assert epoch.check(new, tmp_path / "z.instance") is None


def test_who_writes_meanwhile_waits_and_loses_nothing(tmp_path: Path, postgres_url: str) -> None:
    old, new = filled(f"sqlite:///{tmp_path}/z.db"), Store(postgres_url)
    said: list[object] = []

    def write_now(table: str, _n: int, _of: int) -> None:
        if table == "run" and not said:
            said.append(None)
            writer.start()

    writer = threading.Thread(
        target=lambda: said.append(ledger.enqueue(old, district=1, job="late", organization=1, slot="late"))
    )
    copying.move(old, new, place=new.place, watch=write_now)
    writer.join(30)
    moved = {r.job for r in ledger.runs(new)}
    left = {r.job for r in ledger.runs(old)}
    assert (
        "late" not in moved and "late" in left
    )  # it came after the move, into a database that refuses to start


@pytest.mark.parametrize("kind", ["full", "old"])
def test_what_cannot_be_copied_safely_is_refused(tmp_path: Path, kind: str) -> None:
    old = filled(f"sqlite:///{tmp_path}/z.db")
    new = Store(f"sqlite:///{tmp_path}/new.db")
    if kind == "full":
        schema.migrate(new)
        ledger.enqueue(new, district=1, job="x", organization=1, slot="x")
        with pytest.raises(NeedsHuman, match="not empty"):
            copying.move(old, new, place=new.place)
    else:
        with old.transaction() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        with pytest.raises(ConfigError, match="migrate"):
            copying.move(old, new, place=new.place)
    found = epoch.instance(old)
    assert found is not None and found.moved_to is None


def test_a_write_that_the_target_gets_wrong_leaves_nothing(tmp_path: Path) -> None:
    old = filled(f"sqlite:///{tmp_path}/z.db")
    new = Store(f"sqlite:///{tmp_path}/new.db")
    schema.migrate(new)
    with new.transaction() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER wrong AFTER INSERT ON run BEGIN UPDATE run SET done = done + 1 WHERE id = new.id; END"
        )
    with pytest.raises(NeedsHuman, match="not what was read"):
        copying.move(old, new, place=new.place)
    assert copying.is_empty(new)
    found = epoch.instance(old)
    assert found is not None and found.moved_to is None
