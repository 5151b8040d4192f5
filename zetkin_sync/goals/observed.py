"""A district as metrics see it: its associations and areas, its events as columns, its priorities on the day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from zetkin_sync.areas.index import AreaIndex
from zetkin_sync.areas.names import Words, words_of
from zetkin_sync.goals.events import EventFilter, EventTable, Mask
from zetkin_sync.goals.priorities import GEOGRAPHIC, current
from zetkin_sync.goals.windows import Window
from zetkin_sync.language import Message, say
from zetkin_sync.records.facts import AreaFact, Facts, OrganizationFact, PriorityFact, RegisterFact

ASSOCIATIONS = ("geographic", "branch")


def area_facts(index: AreaIndex) -> tuple[AreaFact, ...]:
    """The areas in force without their drawings."""
    found = []
    for area in index.areas:
        lng, lat = index.centres.get(area.id, (None, None))
        size = index.sizes.get(area.id)
        found.append(
            AreaFact(id=area.id, title=area.title, kind=area.kind, lat=lat, lng=lng, square_metres=size)
        )
    return tuple(found)


class Observed:
    """Facts, indexed once for all goals. Nothing here depends on the order in which facts came."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.today: date = facts.today
        self.organizations = tuple(sorted(facts.organizations, key=lambda o: o.id))
        self.index: Mapping[int, int] = {o.id: i for i, o in enumerate(self.organizations)}
        self.by_id: Mapping[int, OrganizationFact] = {o.id: o for o in self.organizations}

    def associations(self, kinds: Iterable[str] = ASSOCIATIONS) -> tuple[OrganizationFact, ...]:
        """The active associations of some kinds, by id. Inactive ones are listed elsewhere, not counted."""
        wanted = frozenset(kinds)
        return tuple(o for o in self.organizations if o.is_active and o.kind in wanted)

    @cached_property
    def events(self) -> EventTable:
        return EventTable(self.facts, organizations=self.index)

    @cached_property
    def association_of(self) -> NDArray[np.int32]:
        """For each organization (by index) the index of the association it belongs to: itself or the nearest above.

        A club below an association acts for it; whatever belongs to none is the district's, -1.
        """
        found: dict[int, int] = {}

        def look(organization: OrganizationFact, seen: frozenset[int]) -> int:
            if organization.id in found:
                return found[organization.id]
            if organization.kind in ASSOCIATIONS:
                answer = self.index[organization.id]
            else:
                above = self.by_id.get(organization.parent) if organization.parent is not None else None
                loops = above is None or above.id in seen
                answer = -1 if above is None or loops else look(above, seen | {organization.id})
            found[organization.id] = answer
            return answer

        return np.array([look(o, frozenset()) for o in self.organizations], np.int32)

    @cached_property
    def event_association(self) -> NDArray[np.int32]:
        """For each event the index of the association that holds it, -1 for the district itself."""
        return np.asarray(self.association_of[self.events.organization])

    @cached_property
    def rows_of(self) -> Mapping[int, NDArray[np.int64]]:
        """The event rows of each association, by its id."""
        owner = self.event_association
        order = np.argsort(owner, kind="stable")
        starts = np.searchsorted(owner[order], np.arange(len(self.organizations) + 1))
        return {o.id: order[starts[i] : starts[i + 1]] for i, o in enumerate(self.organizations)}

    def held(self, wanted: EventFilter, window: Window) -> Mask:
        """Events of a kind that took place within a window, today's included."""
        events = self.events
        return np.asarray(events.matching(wanted) & events.happens & events.within(window, until=window.day))

    def planned(self, wanted: EventFilter, window: Window) -> Mask:
        """Published events of a kind that lie ahead, within the window."""
        events = self.events
        ahead = events.day > window.day.toordinal()
        return np.asarray(events.matching(wanted) & events.happens & events.within(window) & ahead)

    def by_association(self, mask: Mask) -> NDArray[np.int64]:
        """How many of the marked events each organization (by index) holds as an association."""
        owners = self.event_association[mask]
        return np.bincount(owners[owners >= 0], minlength=len(self.organizations))

    @cached_property
    def event_types(self) -> frozenset[Words]:
        """The types that exist in Zetkin, used or not."""
        return frozenset(words_of(t) for t in (*self.facts.event_types, *self.events.type.texts) if t)

    def not_in_use(self, wanted: EventFilter) -> Message | None:
        """Why nothing can be concluded from finding no such event.

        Either no event was ever read, or the type that would tell it does not exist and nothing else tells it.
        """
        if not len(self.events):
            return say("no events have been read from Zetkin")
        if not wanted.types or any(words_of(title) in self.event_types for title in wanted.types):
            return None
        if self.events.matching(wanted).any():
            return None
        return say("no event type in Zetkin is called {names}", names=" / ".join(wanted.types))

    @cached_property
    def association_by_name(self) -> Mapping[Words, int]:
        """Association ids by title, and by their number as text."""
        found = {words_of(o.title): o.id for o in self.organizations if o.kind in ASSOCIATIONS}
        return {**found, **{(str(o.id),): o.id for o in self.organizations}}

    def association_named(self, text: str) -> int | None:
        """The association that a tag's value or a register's cell means: its title or its number."""
        return self.association_by_name.get(words_of(text))

    def associations_of(self, organizations: Iterable[int]) -> frozenset[int]:
        """The associations (ids) that a person belongs to, given the organizations that list them."""
        owners = {int(self.association_of[self.index[o]]) for o in organizations if o in self.index}
        return frozenset(self.organizations[i].id for i in owners if i >= 0)

    @cached_property
    def associations_of_person(self) -> Mapping[int, frozenset[int]]:
        known: dict[tuple[int, ...], frozenset[int]] = {}
        found = {}
        for person in self.facts.people:
            if person.organizations not in known:
                known[person.organizations] = self.associations_of(person.organizations)
            found[person.id] = known[person.organizations]
        return found

    def register(self, name: str) -> RegisterFact | None:
        """A register, its rows oldest first, or none when it was never read."""
        return self._registers.get(name)

    @cached_property
    def _registers(self) -> Mapping[str, RegisterFact]:
        return {
            name: RegisterFact(
                name=name,
                read=fact.read,
                rows=tuple(sorted(fact.rows, key=lambda row: (row.day or date.min, row.key))),
            )
            for name, fact in self.facts.registers.items()
        }

    @cached_property
    def areas(self) -> Mapping[str, AreaFact]:
        return {area.id: area for area in sorted(self.facts.areas, key=lambda a: a.id)}

    @cached_property
    def priorities(self) -> Mapping[int, tuple[PriorityFact, ...]]:
        """What each owner has prioritised and holds today."""
        return current(self.facts.priorities, day=self.today)

    def priorities_of(self, owner: int, kind: str) -> tuple[PriorityFact, ...]:
        return tuple(p for p in self.priorities.get(owner, ()) if p.kind == kind)

    @cached_property
    def priority_areas(self) -> Mapping[str, tuple[int, ...]]:
        """The areas that anybody has prioritised, and who."""
        owners: dict[str, list[int]] = {}
        for owner, priorities in self.priorities.items():
            for priority in priorities:
                if priority.kind == GEOGRAPHIC and priority.subject in self.areas:
                    owners.setdefault(priority.subject, []).append(owner)
        return {area: tuple(sorted(owners[area])) for area in sorted(owners)}

    @cached_property
    def _unread(self) -> Mapping[str, frozenset[int]]:
        """Organizations whose list was never read whole, by list."""
        unread: dict[str, set[int]] = {}
        for fresh in self.facts.freshness:
            if fresh.read is None:
                unread.setdefault(fresh.resource, set()).add(fresh.organization)
        return {resource: frozenset(ids) for resource, ids in unread.items()}

    def readable(self, resource: str, organization: int) -> bool:
        """Could this organization's list ever be read? An unread list is unknown, not empty."""
        return organization not in self._unread.get(resource, frozenset())

    def title(self, unit: int | str) -> str:
        """What people call an organization or an area; its id when nobody knows."""
        if isinstance(unit, int):
            return self.by_id[unit].title if unit in self.by_id else str(unit)
        return self.areas[unit].title if unit in self.areas else unit
