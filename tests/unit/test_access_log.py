"""The access log: who saw, changed, deleted; nothing in it can be altered without showing."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.installations import make_tables
from zetkin_sync.errors import Trouble
from zetkin_sync.log import set_up
from zetkin_sync.records import AccessPerson
from zetkin_sync.store import access
from zetkin_sync.store.access import Deed
from zetkin_sync.store.engine import Store

KEY = b"k" * 32
TABLES = ("access_entry", "access_head", "access_checkpoint", "access_person", "erasure")
DAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Each kind of database in turn, with the log's tables."""
    store = make_tables(Store(database_url), TABLES)
    yield store
    store.close()


def a_day(store: Store, *, district: int = 1) -> None:
    """An organizer looks, changes, deletes; the service looks too."""
    deeds = [
        ("user:7", Deed.SAW, "page cases", "case:4", [101, 102], "solve cases"),
        ("user:8", Deed.CHANGED, "page cases", "case:4", [101], "solve cases"),
        ("service", Deed.SAW, "job reconcile", "", [102, 103], "assess goals"),
        ("cli:anna", Deed.DELETED, "person erase", "person", [103], "asked"),
    ]
    for minute, (who, deed, what, subject, people, why) in enumerate(deeds):
        with store.writing() as session:
            access.note(
                session,
                district=district,
                who=who,
                deed=deed,
                what=what,
                subject=subject,
                people=people,
                why=why,
                at=DAY + timedelta(minutes=minute),
            )


def test_the_three_questions_each_have_their_answer(store: Store) -> None:
    a_day(store)
    ask = {deed: access.who(store, (deed,), district=1, person=None) for deed in Deed}
    assert [e.who for e in access.who(store, (Deed.SAW,), district=1, person=101)] == ["user:7"]
    assert [e.who for e in access.who(store, (Deed.SAW,), district=1, person=102)] == ["service", "user:7"]
    assert [e.who for e in access.who(store, (Deed.CHANGED,), district=1, subject="case:4")] == ["user:8"]
    assert [e.who for e in access.who(store, (Deed.DELETED,), district=1, person=103)] == ["cli:anna"]
    assert [len(ask[d]) for d in (Deed.SAW, Deed.CHANGED, Deed.DELETED)] == [2, 1, 1]
    assert access.who(store, (Deed.SAW,), district=1, person=999) == []
    assert access.who(store, (Deed.SAW,), district=2, person=101) == []
    assert len(access.who(store, (Deed.SAW,), district=1, since=DAY + timedelta(minutes=1))) == 1


def test_a_person_stands_under_a_random_name_that_means_nothing_without_its_row(store: Store) -> None:
    a_day(store)
    with store.writing() as session:
        connection = session.connection()
        kept = json.dumps([*map(list, connection.execute(text("SELECT people FROM access_entry")))])
        assert "101" not in kept
        connection.execute(text("DELETE FROM access_person WHERE person = 101"))
    assert access.who(store, (Deed.SAW,), district=1, person=101) == []
    assert access.verify(store, district=1, keys=(KEY,)) == (4, ())


def test_entries_cannot_be_altered_or_removed(store: Store) -> None:
    a_day(store)
    for statement in ("UPDATE access_entry SET who = 'user:9'", "DELETE FROM access_entry WHERE number = 4"):
        with pytest.raises((DBAPIError, Trouble)), store.writing() as session:
            session.connection().execute(text(statement))
    assert access.verify(store, district=1, keys=(KEY,)) == (4, ())


TAMPERED = {
    "who": "UPDATE access_entry SET who = 'user:9' WHERE number = 2",
    "time": "UPDATE access_entry SET at = '2026-11-02 09:01:01.000000' WHERE number = 2",
    "people": "UPDATE access_entry SET people = '' WHERE number = 1",
    "hash": "UPDATE access_entry SET chain = (SELECT chain FROM access_entry WHERE number = 1) WHERE number = 3",
    "middle": "DELETE FROM access_entry WHERE number = 2",
    "first": "DELETE FROM access_entry WHERE number = 1",
    "last": "DELETE FROM access_entry WHERE number = 4",
    "all": "DELETE FROM access_entry",
}


@pytest.mark.parametrize("statement", TAMPERED.values(), ids=TAMPERED)
def test_whatever_is_tampered_with_shows(store: Store, statement: str) -> None:
    a_day(store)
    disarm(store)
    with store.writing() as session:
        session.connection().execute(text(statement))
    assert access.verify(store, district=1, keys=(KEY,)).wrong


def disarm(store: Store) -> None:
    """What somebody with all rights to the database can do."""
    statements = (
        ("DROP TRIGGER access_entry_unaltered", "DROP TRIGGER access_entry_kept")
        if store.dialect == "sqlite"
        else ("DROP TRIGGER access_entry_guarded ON access_entry",)
    )
    with store.writing() as session:
        for statement in statements:
            session.connection().execute(text(statement))


def test_a_chain_that_was_rewritten_as_a_whole_contradicts_the_signed_checkpoint(store: Store) -> None:
    a_day(store)
    with store.writing() as session:
        assert access.checkpoint(session, district=1, key=KEY, at=DAY) == 4
    disarm(store)
    with store.writing() as session:
        for table in ("access_entry", "access_head"):
            session.connection().execute(text(f"DELETE FROM {table}"))
    a_day(store)  # other pseudonyms would do, and here another minute too
    assert access.verify(store, district=1, keys=(KEY,)) == (
        4,
        (),
    )  # the very same entries: nothing was changed
    with store.writing() as session:
        for table in ("access_entry", "access_head", "access_person"):
            session.connection().execute(text(f"DELETE FROM {table}"))
    a_day(store)
    assert access.verify(store, district=1, keys=(KEY,)).wrong


def test_old_entries_go_and_a_signed_checkpoint_stays(store: Store) -> None:
    a_day(store)
    with store.writing() as session:
        access.checkpoint(session, district=1, key=KEY, at=DAY)
        gone = access.cut(session, district=1, key=KEY, before=DAY + timedelta(minutes=2), at=DAY)
    assert gone == 2
    assert access.verify(store, district=1, keys=(KEY,)) == (2, ())
    assert access.verify(store, district=1, keys=(b"another key" * 3,)).wrong
    a_day(store)
    assert access.verify(store, district=1, keys=(b"new" * 11, KEY)) == (6, ())
    with store.writing() as session:
        assert access.cut(session, district=1, key=KEY, before=DAY + timedelta(days=1), at=DAY) == 6
    assert access.verify(store, district=1, keys=(KEY,)) == (0, ())


def test_who_forges_a_checkpoint_to_remove_entries_is_found_out(store: Store) -> None:
    a_day(store)
    with store.writing() as session:
        access.cut(session, district=1, key=b"not the key" * 3, before=DAY + timedelta(minutes=2), at=DAY)
    assert access.verify(store, district=1, keys=(KEY,)).wrong


def test_many_at_once_make_one_chain(store: Store) -> None:
    start, failed = Barrier(4), []

    def work(who: int) -> None:
        start.wait()
        try:
            for number in range(5):
                with store.writing() as session:
                    access.note(
                        session,
                        district=1,
                        who=f"user:{who}",
                        deed=Deed.SAW,
                        what="page",
                        why="test",
                        people=[number],
                        at=DAY,
                    )
        except Exception as error:  # noqa: BLE001 - any kind of failure is what is asked about
            failed.append(error)

    threads = [Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert access.verify(store, district=1, keys=(KEY,)) == (20, ())
    with store.reading() as session:
        assert len(session.exec(text("SELECT * FROM access_person")).all()) == 5  # type: ignore[call-overload]


def test_a_deed_that_is_undone_leaves_no_entry(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.writing() as session:
        access.note(session, district=1, who="user:7", deed=Deed.SAW, what="p", why="w", at=DAY, people=[1])
        raise ZeroDivisionError
    assert access.verify(store, district=1, keys=(KEY,)) == (0, ())
    with store.reading() as session:
        assert session.get(AccessPerson, (1, 1)) is None


def test_the_journal_holds_the_place_and_hash_of_every_entry(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sqlite_store = make_tables(Store(f"sqlite:///{tmp_path}/x.db"), TABLES)
    level, handlers = logging.getLogger().level, logging.getLogger().handlers[:]
    set_up(form="json")
    try:
        a_day(sqlite_store)
    finally:
        logging.getLogger().handlers[:] = handlers
        logging.getLogger().setLevel(level)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    with sqlite_store.reading() as session:
        rows = session.connection().execute(text("SELECT number, chain FROM access_entry ORDER BY number"))
        assert [(line["entry"], line["chain"]) for line in lines] == [(n, chain.hex()) for n, chain in rows]
    assert not any("dropped" in line for line in lines)
