"""A district as metrics see it: its associations and areas, its events as columns, its priorities on the day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from zetkin_sync.goals.events import EventTable
from zetkin_sync.goals.priorities import current
from zetkin_sync.records.facts import AreaFact, Facts, OrganizationFact, PriorityFact

ASSOCIATIONS = ("geographic", "branch")


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
