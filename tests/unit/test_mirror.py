"""The mirror equals the last whole reading, and concludes nothing from a broken one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from zetkin_sync.errors import Temporary
from zetkin_sync.language import say
from zetkin_sync.records import (
    Absence,
    Event,
    Mirror,
    Missing,
    Page,
    Participation,
    Person,
    Snapshot,
    Tagging,
    own_columns,
)
from zetkin_sync.store.brake import Brake
from zetkin_sync.store.engine import Store
from zetkin_sync.store.mirror import read_whole
from zetkin_sync.store.vanishing import forget

Rows = dict[int, str]


def person(i: int, postcode: str) -> tuple[Any, ...]:
    return (i, None, None, True, False, postcode, False, None)


def pages(people: Rows, size: int = 10, *, fail_at: int | None = None) -> Iterator[Page]:
    rows = [person(i, postcode) for i, postcode in sorted(people.items())]
    for number, start in enumerate(range(0, max(len(rows), 1), size)):
        if number == fail_at:
            raise Temporary(say("Zetkin does not answer."))
        chunk = rows[start : start + size]
        yield Page(number, hashlib.sha256(repr(chunk).encode()).digest()[:16], lambda chunk=chunk: chunk)


def read(store: Store, reading: Iterable[Page], **options: Any) -> Snapshot:
    return read_whole(store, Person, reading, district=1, organization=1, **options)


def mirrored(store: Store) -> Rows:
    with store.reading() as session:
        return {p.id: p.postcode or "" for p in session.exec(select(Person)).all()}


def hundred() -> Rows:
    return {i: f"{16000 + i}" for i in range(1, 101)}


def test_a_first_reading_writes_every_row(store: Store) -> None:
    snapshot = read(store, pages(hundred()))
    assert (snapshot.complete, snapshot.new, snapshot.seen, snapshot.pages) == (True, 100, 100, 10)
    assert mirrored(store) == hundred()


def test_an_unchanged_reading_decodes_and_writes_nothing(store: Store) -> None:
    read(store, pages(hundred()))
    again = read(store, pages(hundred()))
    assert (again.complete, again.decoded, again.new, again.changed, again.seen) == (True, 0, 0, 0, 100)


def test_a_changed_row_is_the_only_one_written(store: Store) -> None:
    read(store, pages(hundred()))
    people = hundred() | {42: "11111"}
    snapshot = read(store, pages(people))
    assert (snapshot.decoded, snapshot.changed, snapshot.new) == (10, 1, 0)
    assert mirrored(store) == people


def test_rows_that_move_to_another_page_are_not_new(store: Store) -> None:
    read(store, pages(hundred()))
    people = {0: "10000"} | hundred()
    snapshot = read(store, pages(people))
    assert (snapshot.new, snapshot.changed, snapshot.missing) == (1, 0, 0)
    assert mirrored(store) == people


def test_a_broken_reading_leaves_the_mirror_as_it_was(store: Store) -> None:
    read(store, pages(hundred()))
    snapshot = read(store, pages(hundred() | {1: "99999"}, fail_at=5))
    assert not snapshot.complete
    assert snapshot.why is not None and "does not answer" in snapshot.why
    assert mirrored(store) == hundred()


def test_a_row_twice_in_one_reading_is_one_row(store: Store) -> None:
    twice = [person(1, "11111"), person(2, "22222")]
    other = [person(2, "22222"), person(3, "33333")]
    snapshot = read(store, [Page(0, b"a" * 16, lambda: twice), Page(1, b"b" * 16, lambda: other)])
    assert (snapshot.new, len(mirrored(store))) == (3, 3)
    again = read(store, [Page(0, b"c" * 16, lambda: twice), Page(1, b"d" * 16, lambda: other)])
    assert (again.new, again.changed, again.missing) == (0, 0, 0)


@pytest.mark.parametrize("left", [89, 50, 1])
def test_too_many_missing_people_engage_the_brake(store: Store, left: int) -> None:
    read(store, pages(hundred()))
    snapshot = read(store, pages({i: v for i, v in hundred().items() if i <= left}))
    assert not snapshot.complete
    assert mirrored(store) == hundred()


def test_a_person_may_say_that_the_absence_is_right(store: Store) -> None:
    read(store, pages(hundred()))
    half = {i: v for i, v in hundred().items() if i <= 50}
    assert read(store, pages(half), brake=Brake(share=1.0)).missing == 50


def test_an_empty_answer_where_there_was_data_is_no_answer(store: Store) -> None:
    read(store, pages(hundred()))
    snapshot = read(store, [Page(0, b"e" * 16, list)])
    assert not snapshot.complete
    assert mirrored(store) == hundred()


def test_empty_before_and_empty_now_is_fine(store: Store) -> None:
    assert read(store, [Page(0, b"e" * 16, list)]).complete
    assert read(store, [Page(0, b"e" * 16, list)]).complete


def test_a_missing_person_stays_until_it_is_proven_gone(tmp_path: Any) -> None:
    from sqlmodel import SQLModel

    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    store = Store(f"sqlite:///{tmp_path}/z.db", now=lambda: now)
    SQLModel.metadata.create_all(store.engine)
    people = hundred()
    read(store, pages(people))
    del people[7]
    assert read(store, pages(people)).missing == 1
    now += timedelta(minutes=30)
    read(store, pages(people))
    assert [(m.id, m.ripe) for m in waiting(store)] == [(7, False)]
    now += timedelta(minutes=31)
    read(store, pages(people))
    assert [(m.id, m.ripe) for m in waiting(store)] == [(7, True)]
    assert 7 in mirrored(store)
    assert forget(store, Person, district=1, organization=1, ids=[7]) == 1
    assert waiting(store) == []
    assert 7 not in mirrored(store)


def test_who_comes_back_is_no_longer_waited_for(store: Store) -> None:
    people = hundred()
    read(store, pages(people))
    read(store, pages({i: v for i, v in people.items() if i != 7}))
    snapshot = read(store, pages(people))
    assert snapshot.complete
    assert waiting(store) == []


def waiting(store: Store) -> list[Missing]:
    with store.reading() as session:
        return list(session.exec(select(Missing)).all())


def taggings(of: dict[int, list[int]]) -> Iterator[Page]:
    for tag, people in of.items():
        rows = [(tag, p, None) for p in people]
        yield Page(tag, hashlib.sha256(repr(rows).encode()).digest()[:16], lambda rows=rows: rows)


def tagged(store: Store) -> set[tuple[int, int]]:
    with store.reading() as session:
        return {(t.tag, t.person) for t in session.exec(select(Tagging)).all()}


def test_what_hangs_on_a_parent_goes_when_one_whole_reading_lacks_it(store: Store) -> None:
    read_whole(store, Tagging, taggings({1: [10, 11], 2: [10, 12]}), district=1, organization=1)
    snapshot = read_whole(store, Tagging, taggings({1: [11], 2: [10, 12, 13]}), district=1, organization=1)
    assert (snapshot.new, snapshot.gone) == (1, 1)
    assert tagged(store) == {(1, 11), (2, 10), (2, 12), (2, 13)}


def test_a_parent_that_was_not_asked_again_is_kept(store: Store) -> None:
    read_whole(store, Tagging, taggings({1: [10], 2: [12]}), district=1, organization=1)
    read_whole(store, Tagging, taggings({1: [11]}), district=1, organization=1, keep=[2])
    assert tagged(store) == {(1, 11), (2, 12)}
    read_whole(store, Tagging, taggings({1: [11]}), district=1, organization=1)
    assert tagged(store) == {(1, 11)}


def test_instants_and_wall_clock_times_come_back_as_they_went(store: Store) -> None:
    starts, published = datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 1, 7, 0, 0, 5, UTC)
    row = (
        1,
        "Torgmöte",
        3,
        None,
        None,
        None,
        59.3,
        18.0,
        starts,
        None,
        False,
        2,
        1,
        None,
        published,
        None,
        True,
        False,
    )
    read_whole(store, Event, [Page(0, b"a" * 16, lambda: [row])], district=1, organization=1)
    with store.reading() as session:
        event = session.exec(select(Event)).one()
    assert (event.starts, event.published) == (starts, published)


def made_up(record: type[Mirror], n: int) -> tuple[Any, ...]:
    """A row of any record, every column filled."""
    values: list[Any] = []
    for name in own_columns(record):
        column = record.__table__.c[name]  # type: ignore[attr-defined]
        kind = column.type
        if isinstance(kind, UTCDateTime):
            values.append(datetime(2026, 10, 25, 2, 30, n, tzinfo=UTC))
            continue
        moment = datetime(2026, 10, 25, 2, 30, n)
        of_kind = {int: n, str: f"å{n}", bool: True, float: 59.25, bytes: b"\0" * 32, datetime: moment}
        values.append(
            {**of_kind, date: date(2026, 2, n)}[str if isinstance(kind, AutoString) else kind.python_type]
        )
    return tuple(values)


@pytest.mark.parametrize("record", sorted(Mirror.__subclasses__(), key=lambda r: r.__name__))
def test_every_list_of_zetkin_can_be_mirrored_changed_and_emptied(store: Store, record: type[Mirror]) -> None:
    def reading(*numbers: int) -> Iterator[Page]:
        if record.mirrored.parented:
            for n in numbers:
                yield Page(n, bytes([n]) * 16, lambda n=n: [made_up(record, n)])
        else:
            yield Page(0, bytes(numbers).ljust(16, b"!"), lambda: [made_up(record, n) for n in numbers])

    def known() -> list[tuple[Any, ...]]:
        with store.reading() as session:
            found = [
                tuple(getattr(r, c) for c in own_columns(record)) for r in session.exec(select(record)).all()
            ]
        return sorted(found, key=repr)

    for numbers in [(1, 2, 3), (1, 2, 3), (2, 3, 4)]:
        snapshot = read_whole(store, record, reading(*numbers), district=1, organization=1)
        assert snapshot.complete, snapshot.why
    expected = {2, 3, 4} | ({1} if record.mirrored.absence is Absence.PROOF else set())
    assert known() == sorted((made_up(record, n) for n in expected), key=repr)


def bookings(of: dict[int, list[int]]) -> Iterator[Page]:
    for event, people in of.items():
        rows = [(event, p, None, None, None, None) for p in people]
        yield Page(event, hashlib.sha256(repr(rows).encode()).digest()[:16], lambda rows=rows: rows)


def booked(store: Store, of: dict[int, list[int]]) -> set[tuple[int, int]]:
    snapshot = read_whole(store, Participation, bookings(of), district=1, organization=1)
    assert snapshot.complete, snapshot.why
    with store.reading() as session:
        return {(p.event, p.person) for p in session.exec(select(Participation)).all()}


def test_an_event_that_is_suddenly_without_anybody_is_believed_the_second_time(sqlite_store: Store) -> None:
    many = {e: list(range(10)) for e in range(1, 31)}
    everybody = booked(sqlite_store, many)
    assert booked(sqlite_store, many | {7: []}) == everybody
    assert booked(sqlite_store, many) == everybody
    assert booked(sqlite_store, many | {7: []}) == everybody
    assert booked(sqlite_store, many | {7: []}) == {(e, p) for e, p in everybody if e != 7}
    assert booked(sqlite_store, many | {7: [1]}) == {(e, p) for e, p in everybody if e != 7} | {(7, 1)}


def test_an_event_with_few_may_lose_them_at_once(sqlite_store: Store) -> None:
    many = {e: [1, 2] for e in range(1, 31)}
    assert (7, 1) not in booked(sqlite_store, many) - {(7, 1), (7, 2)}
    assert {e for e, _ in booked(sqlite_store, many | {7: []})} == set(range(1, 31)) - {7}


def test_an_event_that_could_not_be_asked_keeps_what_is_known(sqlite_store: Store) -> None:
    many = {e: [1, 2] for e in range(1, 31)}
    everybody = booked(sqlite_store, many)
    reading = [Page.unknown(99), *(p if p.number != 7 else Page.unknown(7) for p in bookings(many))]
    snapshot = read_whole(sqlite_store, Participation, reading, district=1, organization=1)
    assert (snapshot.complete, snapshot.seen, snapshot.gone) == (True, 60, 0)
    assert booked(sqlite_store, many) == everybody


def read_pages(store: Store, *contents: dict[int, str]) -> Snapshot:
    """A reading whose pages hold exactly these people, as postcodes by id."""

    def reading() -> Iterator[Page]:
        for number, people in enumerate(contents):
            rows = [person(i, postcode) for i, postcode in people.items()]
            yield Page(number, hashlib.sha256(repr(rows).encode()).digest()[:16], lambda rows=rows: rows)

    return read(store, reading(), brake=Brake(share=1.0, least=0))


def test_a_row_that_stood_on_two_pages_and_now_on_one_has_not_left(sqlite_store: Store) -> None:
    read_pages(sqlite_store, {1: "a", 2: "b"}, {2: "b", 3: "c"})
    snapshot = read_pages(sqlite_store, {1: "a", 2: "b"}, {3: "c"})
    assert (snapshot.seen, snapshot.missing) == (3, 0)
    assert waiting(sqlite_store) == []
    read_pages(sqlite_store, {1: "a", 2: "b"}, {2: "b", 3: "c"})
    snapshot = read_pages(sqlite_store, {1: "a"}, {2: "b", 3: "c"})
    assert (snapshot.seen, snapshot.missing) == (3, 0)


@pytest.mark.parametrize("first", [True, False])
def test_a_row_that_comes_twice_and_not_the_same_makes_the_reading_void(
    sqlite_store: Store, first: bool
) -> None:
    if not first:
        read_pages(sqlite_store, {1: "a", 2: "b"}, {3: "c"})
    before = mirrored(sqlite_store)
    snapshot = read_pages(sqlite_store, {1: "a", 2: "b"}, {2: "x", 3: "c"})
    assert not snapshot.complete
    assert "came twice" in (snapshot.why or "")
    assert mirrored(sqlite_store) == before
    assert read_pages(sqlite_store, {1: "a"}, {2: "x", 3: "c"}).complete
    assert mirrored(sqlite_store)[2] == "x"


def test_somebody_new_who_comes_twice_and_not_the_same_makes_the_reading_void(sqlite_store: Store) -> None:
    read_pages(sqlite_store, {1: "a"}, {3: "c"})
    assert not read_pages(sqlite_store, {1: "a", 2: "b"}, {2: "x", 3: "c"}).complete
    assert read_pages(sqlite_store, {1: "a", 2: "b"}, {2: "b", 3: "c"}).new == 1


@pytest.mark.parametrize("to", [0, 2])
def test_a_row_that_changed_while_it_moved_is_written(sqlite_store: Store, to: int) -> None:
    contents: list[dict[int, str]] = [{1: "a"}, {2: "b", 4: "d"}, {3: "c"}]
    read_pages(sqlite_store, *contents)
    del contents[1][2]
    contents[to][2] = "x"
    snapshot = read_pages(sqlite_store, *contents)
    assert (snapshot.new, snapshot.changed, snapshot.missing) == (0, 1, 0)
    assert mirrored(sqlite_store)[2] == "x"


def test_a_row_of_a_page_that_is_no_more_may_stand_on_another(sqlite_store: Store) -> None:
    read_pages(sqlite_store, {1: "a"}, {2: "b"}, {3: "c", 4: "d"})
    snapshot = read_pages(sqlite_store, {1: "a"}, {2: "b", 3: "c", 4: "x"})
    assert (snapshot.new, snapshot.changed, snapshot.missing) == (0, 1, 0)
    assert mirrored(sqlite_store) == {1: "a", 2: "b", 3: "c", 4: "x"}


def test_very_many_new_rows_at_once_are_all_written(sqlite_store: Store) -> None:
    read_pages(sqlite_store, {1: "a", 2: "b"})
    many = dict.fromkeys(range(10, 45010), "c")
    ids = list(many)
    chunks = [{i: many[i] for i in ids[at : at + 1000]} for at in range(0, len(ids), 1000)]
    snapshot = read_pages(sqlite_store, *chunks, {1: "a", 2: "x"})
    assert (snapshot.new, snapshot.changed, snapshot.missing) == (45_000, 1, 0)
    assert len(mirrored(sqlite_store)) == 45_002
