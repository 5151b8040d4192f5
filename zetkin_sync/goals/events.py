"""All events of a district as columns, so that a hundred goals can ask about half a million of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from zetkin_sync.areas.names import Words, says_one, words_of
from zetkin_sync.goals.windows import Window, month_index
from zetkin_sync.records.facts import Facts

DAYS_TO_RECORD = 7
_NEVER = date.max.toordinal()

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]


class EventFilter(BaseModel):
    """Which events are meant: any of types, projects, words, places or organizers (all, if none is given), and no
    `not_` one.

    Types and projects are whole titles; `words` stand in the event's or the project's title, `places` in the
    place's, `organizers` in the title of the organization that holds it. Compared as whole words without case;
    a `*` at the end takes every ending ("klimat*"). `title` is what people call such events.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = ""
    types: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    organizers: tuple[str, ...] = ()
    not_types: tuple[str, ...] = ()
    not_projects: tuple[str, ...] = ()
    not_words: tuple[str, ...] = ()
    not_places: tuple[str, ...] = ()


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
        known = (e for e in facts.events if e.organization in organizations)
        events = sorted(known, key=lambda e: (e.starts, e.id))
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
        titles = {o.id: o.title for o in facts.organizations}
        self.organizer = _Coded(titles[e.organization] for e in events)
        self._zone = facts.zone
        self._bookings, self._responses = facts.participations, facts.responses
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
            self.title.where(says_one(wanted.words)) | self.project.where(says_one(wanted.words))
            if wanted.words
            else None,
            self.place.where(says_one(wanted.places)) if wanted.places else None,
            self.organizer.where(says_one(wanted.organizers)) if wanted.organizers else None,
        ]
        given = [mask for mask in positive if mask is not None]
        found = np.logical_or.reduce(given) if given else np.ones(len(self), np.bool_)
        for column, test in (
            (self.type, _is_one(wanted.not_types)),
            (self.project, _is_one(wanted.not_projects)),
            (self.title, says_one(wanted.not_words)),
            (self.place, says_one(wanted.not_places)),
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
    def published_day(self) -> NDArray[np.int32]:
        """The local day of publication; far ahead for what is not published."""
        zone = self._zone
        days = [e.published.astimezone(zone).toordinal() if e.published else _NEVER for e in self.facts]
        return np.array(days, np.int32)

    @cached_property
    def required(self) -> NDArray[np.int32]:
        return np.array([e.required for e in self.facts], np.int32)

    @cached_property
    def booked(self) -> NDArray[np.int32]:
        return np.array([e.available for e in self.facts], np.int32)

    @cached_property
    def informed(self) -> Mask:
        """Does it say what and where?"""
        return np.array([e.has_info for e in self.facts], np.bool_)

    @cached_property
    def placed(self) -> Mask:
        """Has it a place, whatever is known of it?"""
        return np.array([e.place is not None or bool(e.place_title) for e in self.facts], np.bool_)

    @cached_property
    def with_contact(self) -> Mask:
        return np.array([e.contact is not None for e in self.facts], np.bool_)

    @cached_property
    def anyone(self) -> Mask:
        """Has somebody signed up, or been booked?"""
        return self._among({b.event for b in self._bookings} | {r.event for r in self._responses})

    @cached_property
    def attendance_said(self) -> Mask:
        """Has anybody said who came, within a week after it ended?"""
        said: dict[int, date] = {}
        for booking in self._bookings:
            at = booking.attended or booking.noshow
            if at is not None:
                day = at.astimezone(self._zone).date()
                said[booking.event] = min(day, said.get(booking.event, day))
        late = [
            id_ in said and said[id_].toordinal() <= day + DAYS_TO_RECORD
            for id_, day in zip(self.id.tolist(), self.day.tolist(), strict=True)
        ]
        return np.array(late, np.bool_)

    @cached_property
    def reminded(self) -> Mask:
        """Has anybody who is booked been reminded?"""
        return self._among({b.event for b in self._bookings if b.reminded is not None})

    @cached_property
    def together(self) -> Mask:
        """Do several organizations have an event there and then? That is one arrangement, whoever wrote it down."""
        who: dict[tuple[object, ...], set[int]] = {}
        keys = []
        for event in self.facts:
            place = (event.lat, event.lng) if event.lat is not None else (event.place_title, None)
            keys.append((event.starts, *place) if place[0] else None)
            if place[0]:
                who.setdefault((event.starts, *place), set()).add(event.organization)
        return np.array([key is not None and len(who[key]) > 1 for key in keys], np.bool_)

    def _among(self, ids: set[int]) -> Mask:
        return np.array([id_ in ids for id_ in self.id.tolist()], np.bool_)

    @cached_property
    def row_of(self) -> Mapping[int, int]:
        """The row of each event's id."""
        return {id_: row for row, id_ in enumerate(self.id.tolist())}


def _is_one(titles: Sequence[str]) -> Callable[[Words], bool]:
    wanted = {words_of(title) for title in titles}
    return lambda words: words in wanted
