"""Whatever happens to a list and however its reading goes, the mirror is the list as it last was read whole."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlmodel import SQLModel, select

from zetkin_sync.errors import Temporary
from zetkin_sync.language import say
from zetkin_sync.records import Missing, Page, Person, Project, Snapshot, Tagging
from zetkin_sync.store.engine import Store
from zetkin_sync.store.mirror import Brake, read_whole

ids = st.integers(1, 40)
values = st.sampled_from("abcd")
ANYTHING = Brake(least=10**9, share=1.0)


def digest(rows: Any) -> bytes:
    return hashlib.sha256(repr(rows).encode()).digest()[:16]


class OneList(RuleBasedStateMachine):
    """A list in pages, the same list as projects (gone when unlisted) and as people (gone when proven)."""

    @initialize(size=st.integers(1, 7), by_id=st.booleans())
    def begin(self, size: int, by_id: bool) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.now = datetime(2026, 11, 22, tzinfo=UTC)
        self.store = Store(f"sqlite:///{Path(self.folder.name)}/z.db", now=lambda: self.now)
        SQLModel.metadata.create_all(self.store.engine)
        self.size, self.by_id = size, by_id
        self.server: dict[int, str] = {}
        self.mirrored: dict[int, str] = {}
        self.people: dict[int, str] = {}

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    @rule(joining=st.dictionaries(ids, values, max_size=6))
    def join_or_change(self, joining: dict[int, str]) -> None:
        self.server |= joining

    @rule(leaving=st.sets(ids, max_size=6))
    def leave(self, leaving: set[int]) -> None:
        self.server = {i: v for i, v in self.server.items() if i not in leaving}

    @rule(order=st.randoms(use_true_random=False))
    def reorder(self, order: Any) -> None:
        if not self.by_id:
            items = list(self.server.items())
            order.shuffle(items)
            self.server = dict(items)

    def listed(self) -> list[tuple[int, str]]:
        return sorted(self.server.items()) if self.by_id else list(self.server.items())

    def pages(self, record: Any, fail_at: int | None = None, change: Any = None) -> Iterator[Page]:
        """The list page by page; `change` happens to it before the page of that number."""
        number = 0
        while True:
            if number == fail_at:
                raise Temporary(say("Zetkin does not answer."))
            if change is not None and number == change[0]:
                self.server = {i: v for i, v in self.server.items() if i not in change[1]} | change[2]
            some = self.listed()[number * self.size : (number + 1) * self.size]
            if not some and number:
                return
            rows = [self.row(record, i, v) for i, v in some]
            yield Page(number, digest(rows), lambda rows=rows: rows)
            number += 1

    def row(self, record: Any, i: int, value: str) -> tuple[Any, ...]:
        if record is Project:
            return (i, value, True, False, "open")
        return (i, None, None, False, False, value, False, None)

    def read(self, record: Any, pages: Iterator[Page]) -> Snapshot:
        self.now += timedelta(minutes=1)
        return read_whole(self.store, record, pages, district=1, organization=1, brake=ANYTHING)

    @rule()
    def read_whole(self) -> None:
        before, self.mirrored = self.mirrored, dict(self.server)
        snapshot = self.read(Project, self.pages(Project))
        assert snapshot.complete
        assert snapshot.seen == len(self.server)
        if self.steady:
            assert snapshot.new == len(self.server.keys() - before.keys())
            assert snapshot.gone == len(before.keys() - self.server.keys())
            assert snapshot.changed == sum(before.get(i, v) != v for i, v in self.server.items())
        self.steady = True
        assert self.read(Person, self.pages(Person)).complete
        self.people |= self.server

    steady = True

    @rule(fail_at=st.integers(0, 5))
    def break_off(self, fail_at: int) -> None:
        for record in (Project, Person):
            snapshot = self.read(record, self.pages(record, fail_at))
            if snapshot.complete:  # it ended before it would have failed
                if record is Project:
                    self.mirrored = dict(self.server)
                else:
                    self.people |= self.server

    @rule(
        at=st.integers(0, 5),
        leaving=st.sets(ids, max_size=3),
        joining=st.dictionaries(ids, values, max_size=3),
    )
    def change_while_it_is_read(self, at: int, leaving: set[int], joining: dict[int, str]) -> None:
        """What is read then is nobody's list; the next whole reading must be right all the same."""
        self.read(Project, self.pages(Project, change=(at, leaving, joining)))
        self.mirrored = self.projects()
        self.steady = False
        self.read(Person, self.pages(Person, change=(at, leaving, joining)))
        self.people = self.persons()

    def projects(self) -> dict[int, str]:
        with self.store.reading() as session:
            return {p.id: p.title for p in session.exec(select(Project)).all()}

    def persons(self) -> dict[int, str]:
        with self.store.reading() as session:
            return {p.id: p.postcode or "" for p in session.exec(select(Person)).all()}

    @invariant()
    def the_mirror_is_what_was_read_whole(self) -> None:
        if not hasattr(self, "store"):
            return
        assert self.projects() == self.mirrored
        assert self.persons() == self.people
        with self.store.reading() as session:
            waiting = set(session.exec(select(Missing.id)).all())
        assert waiting <= self.people.keys()


class Hanging(RuleBasedStateMachine):
    """Lists that hang on parents: all are asked, or some are kept."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store(
            f"sqlite:///{Path(self.folder.name)}/z.db", now=lambda: datetime(2026, 11, 22, tzinfo=UTC)
        )
        SQLModel.metadata.create_all(self.store.engine)
        self.server: dict[int, dict[int, str]] = {}
        self.mirrored: dict[int, dict[int, str]] = {}

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    @rule(tag=st.integers(1, 6), people=st.dictionaries(ids, values, max_size=8))
    def set_tag(self, tag: int, people: dict[int, str]) -> None:
        self.server[tag] = people

    @rule(tag=st.integers(1, 6))
    def remove_tag(self, tag: int) -> None:
        self.server.pop(tag, None)

    @rule(kept=st.sets(st.integers(1, 6)), lost=st.sets(st.integers(1, 6), max_size=1))
    def read_some(self, kept: set[int], lost: set[int]) -> None:
        def pages() -> Iterator[Page]:
            for tag, people in self.server.items():
                if tag in lost:
                    yield Page.unknown(tag)
                elif tag not in kept:
                    rows = [(tag, p, v) for p, v in people.items()]
                    yield Page(tag, digest((tag, rows)), lambda rows=rows: rows)

        snapshot = read_whole(
            self.store, Tagging, pages(), district=1, organization=1, keep=kept, brake=ANYTHING
        )
        assert snapshot.complete
        stays = {t: self.mirrored[t] for t in (kept | (lost & self.server.keys())) & self.mirrored.keys()}
        asked = {t: dict(p) for t, p in self.server.items() if t not in kept | lost}
        self.mirrored = stays | asked
        assert snapshot.seen == sum(map(len, self.mirrored.values()))

    @invariant()
    def the_mirror_is_what_was_read(self) -> None:
        if not hasattr(self, "store"):
            return
        found: dict[int, dict[int, str]] = {}
        with self.store.reading() as session:
            for t in session.exec(select(Tagging)).all():
                found.setdefault(t.tag, {})[t.person] = t.value or ""
        assert found == {t: p for t, p in self.mirrored.items() if p}


usual = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestOneList = OneList.TestCase
TestOneList.settings = usual
TestHanging = Hanging.TestCase
TestHanging.settings = usual
