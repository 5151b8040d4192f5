"""Nobody is removed on the strength of a list; see ARCHITECTURE decision 5."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import SQLModel, select

from tests.unit.test_mirror import pages
from zetkin_sync.errors import Temporary
from zetkin_sync.language import say
from zetkin_sync.records import Absence, Event, Found, Mirror, Missing, Organization, Page, Person, Project
from zetkin_sync.store.brake import Brake
from zetkin_sync.store.engine import Store
from zetkin_sync.store.mirror import read_whole
from zetkin_sync.store.vanishing import PROVEN, conclude, ripe


class Clocked:
    """A store whose time is ours."""

    def __init__(self, folder: Path) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.store = Store(f"sqlite:///{folder}/z.db", now=lambda: self.now)
        SQLModel.metadata.create_all(self.store.engine)

    def read(self, organization: int, people: list[int]) -> None:
        rows = {i: f"{16000 + i % 1000}" for i in people}
        snapshot = read_whole(self.store, Person, pages(rows), district=1, organization=organization)
        assert snapshot.complete, snapshot.why

    def read_twice(self, organization: int, people: list[int]) -> None:
        self.read(organization, people)
        self.now += timedelta(minutes=61)
        self.read(organization, people)

    def people(self, organization: int) -> set[int]:
        with self.store.reading() as session:
            return set(session.exec(select(Person.id).where(Person.organization == organization)).all())


@pytest.fixture
def clocked(tmp_path: Path) -> Iterator[Clocked]:
    made = Clocked(tmp_path)
    yield made
    made.store.close()


def answers(of: dict[int, Found] | None = None) -> Callable[..., Found]:
    def look(record: type[Mirror], *, organization: int, row: int) -> Found:
        return (of or {}).get(row, Found.HERE)

    return look


ALL = list(range(1, 101))


def test_who_zetkin_says_is_gone_is_removed(clocked: Clocked) -> None:
    clocked.read(2, ALL)
    clocked.read_twice(2, ALL[2:])
    verdicts = conclude(clocked.store, answers({1: Found.GONE, 2: Found.GONE}), district=1)
    assert verdicts.gone["people"] == [(2, 1), (2, 2)]
    assert clocked.people(2) == set(ALL[2:])
    assert ripe(clocked.store, Person, district=1) == {}


def test_who_is_still_there_stays(clocked: Clocked) -> None:
    clocked.read(2, ALL)
    clocked.read_twice(2, ALL[2:])
    verdicts = conclude(clocked.store, answers({1: Found.GONE}), district=1)
    assert clocked.people(2) == {2, *ALL[2:]}
    assert verdicts.counts == {"gone": 1, "here": 1, "forbidden": 0}


def test_whom_we_may_not_ask_for_is_a_persons_matter(clocked: Clocked) -> None:
    clocked.read(2, ALL)
    clocked.read_twice(2, ALL[2:])
    verdicts = conclude(clocked.store, answers({1: Found.FORBIDDEN, 2: Found.FORBIDDEN}), district=1)
    assert clocked.people(2) == set(ALL)
    assert "rights may have been lost" in str(verdicts.notes[0])
    with clocked.store.reading() as session:
        assert {m.verdict for m in session.exec(select(Missing)).all()} == {"forbidden"}


def test_one_reading_is_no_proof(clocked: Clocked) -> None:
    clocked.read(2, ALL)
    clocked.read(2, ALL[1:])
    clocked.now += timedelta(minutes=59)
    clocked.read(2, ALL[1:])
    assert conclude(clocked.store, answers({1: Found.GONE}), district=1).gone == {}
    assert clocked.people(2) == set(ALL)


def test_a_server_that_denies_the_living_is_not_believed_about_the_dead(clocked: Clocked) -> None:
    clocked.read(2, ALL)
    clocked.read_twice(2, ALL[1:])
    verdicts = conclude(clocked.store, answers(dict.fromkeys(ALL, Found.GONE)), district=1)
    assert clocked.people(2) == set(ALL)
    assert "denies what it lists" in str(verdicts.notes[0])


def test_a_server_that_breaks_off_leaves_the_rest_waiting(clocked: Clocked) -> None:
    clocked.read(2, ALL)
    clocked.read_twice(2, ALL[3:])

    def look(record: type[Mirror], *, organization: int, row: int) -> Found:
        if row == 2:
            raise Temporary(say("Zetkin does not answer."))
        return Found.GONE if row == 1 else Found.HERE

    verdicts = conclude(clocked.store, look, district=1)
    assert clocked.people(2) == set(ALL[1:])
    assert ripe(clocked.store, Person, district=1) == {2: [2, 3]}
    assert verdicts.counts["waiting"] == 2


def test_too_many_in_the_whole_district_engage_its_brake(clocked: Clocked) -> None:
    for organization in range(10, 20):
        clocked.read(organization, [i + organization * 1000 for i in ALL])
    for organization in range(10, 20):
        clocked.read_twice(organization, [i + organization * 1000 for i in ALL[3:]])
    everybody = answers({i + o * 1000: Found.GONE for o in range(10, 20) for i in (1, 2, 3)})
    verdicts = conclude(clocked.store, everybody, district=1)
    assert verdicts.gone == {}
    assert "30 of the district's 1,000" in str(verdicts.notes[0])
    accepted = conclude(clocked.store, everybody, district=1, accepted=range(10, 20))
    assert len(accepted.gone["people"]) == 30


@pytest.mark.parametrize(
    ("of", "missing", "stops"),
    [(3, 2, False), (4, 3, True), (20, 2, False), (20, 3, True), (100, 10, False), (100, 11, True)],
)
def test_two_or_a_tenth_may_go_at_once_and_with_one_more_nobody_goes(
    clocked: Clocked, of: int, missing: int, stops: bool
) -> None:
    clocked.read(2, ALL[:of])
    for _ in range(2):
        left = {i: f"{16000 + i}" for i in ALL[missing:of]}
        snapshot = read_whole(clocked.store, Person, pages(left), district=1, organization=2)
        assert snapshot.complete is not stops
        clocked.now += timedelta(minutes=61)
    conclude(clocked.store, answers(dict.fromkeys(ALL[:missing], Found.GONE)), district=1)
    assert clocked.people(2) == set(ALL[:of] if stops else ALL[missing:of])


def test_who_moved_to_another_association_is_gone_from_the_first_only(clocked: Clocked) -> None:
    clocked.read(2, ALL)
    clocked.read(3, [200])
    clocked.read(3, [1, 200])
    clocked.read_twice(2, ALL[1:])

    def look(record: type[Mirror], *, organization: int, row: int) -> Found:
        return Found.GONE if (organization, row) == (2, 1) else Found.HERE

    conclude(clocked.store, look, district=1)
    assert 1 not in clocked.people(2)
    assert clocked.people(3) == {1, 200}


def test_an_id_that_comes_back_starts_anew(clocked: Clocked) -> None:
    clocked.read(2, ALL)
    clocked.read_twice(2, ALL[1:])
    conclude(clocked.store, answers({1: Found.GONE}), district=1)
    clocked.read(2, ALL)
    assert clocked.people(2) == set(ALL)
    assert ripe(clocked.store, Person, district=1) == {}


def tree(ids: list[int]) -> Iterator[Page]:
    rows = [(i, None if i == 1 else 1, f"Association {i}", True, False) for i in ids]
    yield Page(0, hashlib.sha256(repr(rows).encode()).digest()[:16], lambda: rows)


def test_a_closed_association_takes_its_rows_with_it_once_it_is_proven_gone(clocked: Clocked) -> None:
    def read_tree(ids: list[int]) -> None:
        assert read_whole(clocked.store, Organization, tree(ids), district=1, organization=1).complete

    read_tree([1, 2, 3])
    clocked.read(2, ALL)
    clocked.read(3, [200])
    read_tree([1, 3])
    clocked.now += timedelta(minutes=61)
    read_tree([1, 3])
    assert clocked.people(2) == set(ALL)
    conclude(clocked.store, answers({2: Found.GONE}), district=1)
    assert clocked.people(2) == set()
    assert clocked.people(3) == {200}


def test_everything_that_needs_proof_is_asked_for() -> None:
    import zetkin_sync.records  # noqa: F401

    assert {r for r in Mirror.__subclasses__() if r.mirrored.absence is Absence.PROOF} == set(PROVEN)
    assert Event in PROVEN


def projects(ids: range) -> Iterator[Page]:
    rows = [(i, f"P{i}", True, False, "open") for i in ids]
    yield Page(0, f"{len(rows):016}".encode(), lambda: rows)


def test_a_list_that_shrinks_much_is_believed_the_second_time(clocked: Clocked) -> None:
    def read(ids: range, **more: Brake) -> bool:
        return read_whole(clocked.store, Project, projects(ids), district=1, organization=1, **more).complete

    def known() -> int:
        with clocked.store.reading() as session:
            return len(session.exec(select(Project)).all())

    assert read(range(50))
    assert (read(range(45)), known()) == (True, 45)  # a tenth may go at once
    assert (read(range(20)), known()) == (False, 45)
    assert (read(range(30)), known()) == (False, 45)  # says something else: wait again
    assert (read(range(30)), known()) == (True, 30)
    assert (read(range(10), brake=Brake(share=1.0)), known()) == (True, 10)
