"""After erasure nothing of a person is anywhere but in the erasure ledger, and a restored copy is erased again."""

from __future__ import annotations

import shutil
import struct
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel, select

from tests.person_everywhere import DISTRICT, KEY, NOW, address_of, hits, write_everywhere
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.records import Asked, Erasure, Intent, Page, Person, StoredPlan, Tagging
from zetkin_sync.store import access, erasing, erasures
from zetkin_sync.store.engine import Store
from zetkin_sync.store.mirror import read_whole

GONE, STAYS = 987654321, 876543210


def erase(store: Store, person: int = GONE, *, barred: bool = True) -> Erasure:
    with store.writing() as session:
        return erasing.erase(
            session,
            district=DISTRICT,
            person=person,
            key=KEY,
            who="cli:anna",
            reason="asked",
            at=NOW,
            barred=barred,
        )


def test_the_person_is_written_in_every_marked_column(store: Store) -> None:
    """Otherwise the tests below would prove nothing."""
    write_everywhere(store, GONE)
    found = hits(store, GONE)
    marked = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if column.info["person"] or column.info["address"]
    }
    assert marked <= set(found)
    assert {"plan.body", "intent.change", "intent.key", "intent.facts", "intent.before"} <= set(found)
    assert "mirror_page.row_keys" in found


def test_after_erasure_neither_id_nor_hash_is_in_any_table(store: Store) -> None:
    write_everywhere(store, GONE, STAYS)
    before = hits(store, STAYS)
    erased = erase(store)
    assert hits(store, GONE) == []
    assert hits(store, STAYS) == before
    assert erased.rows > 30
    with store.reading() as session:
        [line] = session.exec(select(Erasure)).all()
        assert line.person == access.person_hash(KEY, DISTRICT, GONE)
    assert access.verify(store, district=DISTRICT, keys=(KEY,)).wrong == ()


def test_the_numbers_stay_and_what_was_open_is_withdrawn(store: Store) -> None:
    write_everywhere(store, GONE, STAYS)
    with store.reading() as session:
        asked = len(session.exec(select(Asked)).all())
        plans = {p.id: p.state for p in session.exec(select(StoredPlan)).all()}
    erase(store)
    with store.reading() as session:
        assert len(session.exec(select(Asked)).all()) == asked
        after = {p.id: p.state for p in session.exec(select(StoredPlan)).all()}
        about = {p.id for p in session.exec(select(StoredPlan)).all() if str(STAYS) not in p.body}
        states = {i.state for i in session.exec(select(Intent)).all() if i.plan in about}
    assert {after[p] for p in about if plans[p] in ("proposed", "approved")} == {"superseded"}
    assert {p: s for p, s in after.items() if p not in about} == {
        p: s for p, s in plans.items() if p not in about
    }
    assert states == {"cancelled"}


def test_an_address_that_another_member_shares_stays(store: Store) -> None:
    write_everywhere(store, GONE, STAYS)
    with store.writing() as session:
        for person in session.exec(select(Person).where(Person.id == STAYS)).all():
            person.address = address_of(GONE)
    erase(store)
    assert "reachability.address" in hits(store, GONE)
    assert not [where for where in hits(store, GONE) if where.endswith((".person", ".id"))]


def test_after_the_sweep_the_file_and_its_log_hold_nothing_either(
    sqlite_store: Store, tmp_path: Path
) -> None:
    store = sqlite_store
    write_everywhere(store, GONE, STAYS)
    erase(store)
    erasing.sweep(store)
    held = b"".join(path.read_bytes() for path in tmp_path.glob("zetkin_sync.db*"))
    store.close()
    assert found(held, STAYS)
    assert found(held, GONE) == []
    assert access.person_hash(KEY, DISTRICT, GONE) in held


def found(data: bytes, person: int) -> list[str]:
    forms = {
        "text": str(person).encode(),
        "little": struct.pack("<q", person),
        "big": struct.pack(">i", person),
        "address": address_of(person),
        "address in hex": address_of(person).hex().encode(),
    }
    return [name for name, form in forms.items() if form in data]


def test_who_was_erased_is_left_out_when_zetkin_still_lists_them(store: Store) -> None:
    write_everywhere(store, GONE, STAYS)
    erase(store)
    barred = erasures.barred(store, district=DISTRICT, keys=(b"new" * 11, KEY))
    assert barred is not None
    assert (barred(GONE), barred(STAYS)) == (True, False)

    def person(id_: int) -> tuple[Any, ...]:
        return (id_, address_of(id_), None, False, False, None, False, None)

    for digest in (b"1" * 16, b"2" * 16):
        people = [Page(0, digest, lambda: [person(GONE), person(STAYS), person(5)])]
        assert read_whole(store, Person, people, district=DISTRICT, organization=11, barred=barred).complete
        tagged = [Page(9, digest, lambda: [(9, GONE, None), (9, STAYS, None)])]
        assert read_whole(store, Tagging, tagged, district=DISTRICT, organization=11, barred=barred).complete
        assert hits(store, GONE) == []
    assert {"person.id", "tagging.person"} <= set(hits(store, STAYS))


def test_a_restored_backup_is_erased_again_before_anything_else(sqlite_store: Store, tmp_path: Path) -> None:
    ledger = tmp_path / "x.erasures"
    store = sqlite_store
    write_everywhere(store, GONE, STAYS)
    erasing.sweep(store)
    shutil.copy(tmp_path / "zetkin_sync.db", tmp_path / "backup.db")
    erase(store)
    assert erasures.settle(store, ledger, keys=lambda: (KEY,)) == (0, 0, 1)
    assert erasures.settle(store, ledger, keys=lambda: (KEY,)) == (0, 0, 0)
    assert ledger.stat().st_mode & 0o077 == 0
    assert str(GONE) not in ledger.read_text()
    store.close()
    for rest in tmp_path.glob("zetkin_sync.db*"):
        rest.unlink()
    shutil.copy(tmp_path / "backup.db", tmp_path / "zetkin_sync.db")
    restored = Store(f"sqlite:///{tmp_path}/zetkin_sync.db")
    assert hits(restored, GONE)
    settled = erasures.settle(restored, ledger, keys=lambda: (b"new" * 11, KEY))
    assert settled.replayed == 1 and settled.rows > 30
    assert hits(restored, GONE) == [] and hits(restored, STAYS)
    assert erasures.settle(restored, ledger, keys=lambda: (KEY,)) == (0, 0, 0)
    restored.close()


def test_without_a_readable_ledger_nothing_runs(sqlite_store: Store, tmp_path: Path) -> None:
    ledger = tmp_path / "x.erasures"
    store = sqlite_store
    for broken in ("{", '{"district": 1}', '{"district": 1, "person": "zz", "at": "2026-01-01"}'):
        ledger.write_text(broken)
        with pytest.raises(NeedsHuman, match="cannot be read"):
            erasures.settle(store, ledger, keys=lambda: (KEY,))


def test_who_is_proven_gone_waits_for_erasure_and_who_is_back_does_not(store: Store) -> None:
    write_everywhere(store, GONE, STAYS)
    table = SQLModel.metadata.tables["person"]
    with store.writing() as session:
        session.connection().execute(text("DELETE FROM departed"))
        erasing.note_departure(session.connection(), table.c.organization > 0, district=DISTRICT, at=NOW)
        session.connection().execute(table.delete().where(table.c.id == GONE))
    assert erasing.departed(store, district=DISTRICT) == [GONE]
    assert erasing.departed(store, district=2) == []
    assert NOW + timedelta(days=1) > NOW
