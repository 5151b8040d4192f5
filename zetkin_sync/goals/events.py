"""All events of a district as columns, so that a hundred goals can ask about half a million of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from zetkin_sync.areas.names import Words, words_of
from zetkin_sync.goals.windows import Window, month_index
from zetkin_sync.records.facts import EventFact, Facts

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]


class EventFilter(BaseModel):
    """Which events are meant: any of types, projects, words or places (all, if none is given), and no `not_` one.

    Types and projects are titles, compared as whole words without case; `words` stand in the event's or the
    project's title; `places` in the place's title.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    types: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    not_types: tuple[str, ...] = ()
    not_projects: tuple[str, ...] = ()
    not_words: tuple[str, ...] = ()
    not_places: tuple[str, ...] = ()

    @property
    def titles_asked(self) -> tuple[str, ...]:
        """The types that must exist in Zetkin for the filter to find anything, when it goes by types alone."""
        return () if self.projects or self.words or self.places else self.types


class _Coded:
    """A column of texts as numbers into the different texts; none is 0."""

    def __init__(self, texts: Iterable[str | None]) -> None:
        self.texts: list[str] = [""]
        seen: dict[str | None, int] = {None: 0, "": 0}
        codes = []
        for text in texts:
            code = seen.get(text)
            if code is None:
                code = seen[text] = len(self.texts)
                self.texts.append(text or "")
            codes.append(code)
        self.codes = np.array(codes, np.int32)

    @cached_property
    def words(self) -> list[Words]:
        return [words_of(text) for text in self.texts]

    def where(self, test: Callable[[Words], bool]) -> Mask:
        """Which rows' texts fulfil a test; an empty text never does."""
        good = np.array([bool(words) and test(words) for words in self.words], np.bool_)
        return np.asarray(good[self.codes])


class EventTable:
    """The columns. `day` is the local start's ordinal; `month` counts months from year 0.

    `happens` is published and not cancelled as of now; `doubtful` events were not listed at the last reading
    and are not proven gone.
    """

    def __init__(self, facts: Facts, *, organizations: Mapping[int, int]) -> None:
        """`organizations` gives each organization's id its index; events of others are left out."""
        events = [e for e in facts.events if e.organization in organizations]
        self.facts = events
        self.id = np.array([e.id for e in events], np.int64)
        self.organization = np.array([organizations[e.organization] for e in events], np.int32)
        self.day = np.array([e.starts.toordinal() for e in events], np.int32)
        self.month = np.array([month_index(e.starts.date()) for e in events], np.int32)
        self.happens = np.array([e.happens(facts.now) for e in events], np.bool_)
        self.located = np.array([e.located != "unknown" for e in events], np.bool_)
        self.doubtful = np.isin(self.id, np.array(sorted(facts.missing_events), np.int64))
        self.type = _Coded(e.type for e in events)
        self.project = _Coded(e.project for e in events)
        self.title = _Coded(e.title for e in events)
        self.place = _Coded(e.place_title for e in events)
        self._found: dict[EventFilter, Mask] = {}

    def __len__(self) -> int:
        return len(self.id)

    def matching(self, wanted: EventFilter) -> Mask:
        """Which events the filter means, whatever their state."""
        if wanted not in self._found:
            self._found[wanted] = self._match(wanted)
        return self._found[wanted]

    def _match(self, wanted: EventFilter) -> Mask:
        positive = [
            self.type.where(_is_one(wanted.types)) if wanted.types else None,
            self.project.where(_is_one(wanted.projects)) if wanted.projects else None,
            self.title.where(_says_one(wanted.words)) | self.project.where(_says_one(wanted.words))
            if wanted.words
            else None,
            self.place.where(_says_one(wanted.places)) if wanted.places else None,
        ]
        given = [mask for mask in positive if mask is not None]
        found = np.logical_or.reduce(given) if given else np.ones(len(self), np.bool_)
        for column, test in (
            (self.type, _is_one(wanted.not_types)),
            (self.project, _is_one(wanted.not_projects)),
            (self.title, _says_one(wanted.not_words)),
            (self.place, _says_one(wanted.not_places)),
        ):
            found = found & ~column.where(test)
        return np.asarray(found)

    def within(self, window: Window, *, until: date | None = None) -> Mask:
        """Which events start within the window; `until` (included) cuts it."""
        last = min(window.last, until) if until else window.last
        return np.asarray((self.day >= window.first.toordinal()) & (self.day <= last.toordinal()))

    def ids(self, mask: Mask) -> tuple[int, ...]:
        """The ids of the marked events, oldest first."""
        rows = np.flatnonzero(mask)
        return tuple(self.id[rows[np.lexsort((self.id[rows], self.day[rows]))]].tolist())

    @cached_property
    def lng(self) -> NDArray[np.float64]:
        return np.array([np.nan if e.lng is None else e.lng for e in self.facts], np.float64)

    @cached_property
    def lat(self) -> NDArray[np.float64]:
        return np.array([np.nan if e.lat is None else e.lat for e in self.facts], np.float64)

    @cached_property
    def by_area(self) -> Mapping[str, Ints]:
        """The rows of the events in each area."""
        rows: dict[str, list[int]] = {}
        for row, event in enumerate(self.facts):
            for area in event.areas:
                rows.setdefault(area, []).append(row)
        return {area: np.array(some, np.int64) for area, some in rows.items()}

    @cached_property
    def by_organization(self) -> tuple[Ints, Ints]:
        """Rows sorted by organization, and where each organization's begin."""
        order = np.argsort(self.organization, kind="stable")
        count = int(self.organization.max(initial=-1)) + 2
        return order, np.searchsorted(self.organization[order], np.arange(count))


def _is_one(titles: Sequence[str]) -> Callable[[Words], bool]:
    wanted = {words_of(title) for title in titles}
    return lambda words: words in wanted


def _says_one(phrases: Sequence[str]) -> Callable[[Words], bool]:
    wanted = [words_of(phrase) for phrase in phrases]
    return lambda words: any(_within(phrase, words) for phrase in wanted)


def _within(phrase: Words, words: Words) -> bool:
    n = len(phrase)
    return any(words[i : i + n] == phrase for i in range(len(words) - n + 1)) if n else False


__all__ = ["EventFact", "EventFilter", "EventTable", "Field"]
