"""The whole state of a simulated Zetkin: tables by id, the tree, memberships and what is to happen later.

Nothing here knows HTTP. Ids are handed out per kind from different bases, so that a user id is never by luck
also a person id (API.md §1.7).
"""

from __future__ import annotations

import hashlib
import heapq
from bisect import insort
from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random

from msgspec import field

from zetkin_sync.demo.world.organizations import Connection, Organization, User
from zetkin_sync.demo.world.policy import Policy
from zetkin_sync.demo.world.tables import Tables

_FIRST_ID = {
    "organization": 100,
    "user": 900_001,
    "person": 20_001,
    "event": 300_001,
    "submission": 500_001,
    "recipient": 5_000_001,
}

Watcher = Callable[["State", str, int, datetime], None]
"""Is told that something reached people: `("email", id, when)` or `("task", id, when)`."""

Job = Callable[["State", datetime], None]
"""Something that happens later; it is given the state and the time it was due."""


class State(Tables, kw_only=True):
    """Everything a simulated Zetkin knows.

    `merged` are ids that live on under another, `deliveries` are copies of emails that reached somebody
    (email, person, when), `reminders` the same of reminders (event, person, when), `unsubscribed` people by organization, `blacklisted` those whose address failed.
    """

    seed: int = 1
    policy: Policy = field(default_factory=Policy)
    merged: dict[int, int] = field(default_factory=dict)
    deliveries: list[tuple[int, int, datetime]] = field(default_factory=list)
    reminders: list[tuple[int, int, datetime]] = field(default_factory=list)
    unsubscribed: dict[int, set[int]] = field(default_factory=dict)
    blacklisted: set[int] = field(default_factory=set)
    watchers: list[Watcher] = field(default_factory=list)
    _connections: dict[int, dict[int, Connection]] = field(default_factory=dict)
    _sorted: dict[int, list[int]] = field(default_factory=dict)
    _next: dict[str, int] = field(default_factory=dict)
    _secrets: int = 0
    _agenda: list[tuple[datetime, int, Job]] = field(default_factory=list)
    _booked: int = 0
    _rows: dict[str, dict[int, dict[int, bytes]]] = field(default_factory=dict)

    # --- ids and secrets -------------------------------------------------------------------------------

    def new_id(self, kind: str) -> int:
        """The next id of a kind."""
        number = self._next.get(kind, _FIRST_ID.get(kind, 1001))
        self._next[kind] = number + 1
        return number

    def new_secret(self) -> str:
        """A token nobody guesses by counting, the same in every run with the same seed."""
        self._secrets += 1
        return hashlib.blake2b(f"{self.seed}:{self._secrets}".encode(), digest_size=20).hexdigest()

    def dice(self, *what: object) -> Random:
        """Random numbers for one purpose, the same whenever that purpose comes up."""
        return Random(":".join(map(str, (self.seed, *what))))  # noqa: S311 - simulation, not a secret

    # --- the tree --------------------------------------------------------------------------------------

    def root_of(self, organization: int) -> int:
        """The root of the tree an organization belongs to."""
        while (parent := self.organizations[organization].parent) is not None:
            organization = parent
        return organization

    def ancestors(self, organization: int) -> list[int]:
        """The organizations above, nearest first."""
        found: list[int] = []
        parent = self.organizations[organization].parent
        while parent is not None:
            found.append(parent)
            parent = self.organizations[parent].parent
        return found

    def children(self, organization: int) -> list[Organization]:
        """The organizations directly below, by id."""
        return [o for o in self.organizations.values() if o.parent == organization]

    def descendants(self, organization: int) -> list[int]:
        """All organizations below, by depth."""
        found: list[int] = []
        for child in self.children(organization):
            found += [child.id, *self.descendants(child.id)]
        return found

    def scope(self, organization: int, *, recursive: bool) -> set[int]:
        """The organization, with those below that it may see into when `recursive`."""
        if not recursive:
            return {organization}
        return {
            o for o in (organization, *self.descendants(organization)) if not self.organizations[o].closed
        }

    # --- who belongs where -----------------------------------------------------------------------------

    def connect(self, organization: int, person: int, *, follow: bool = True) -> None:
        """Make a person visible in an organization."""
        links = self._connections.setdefault(organization, {})
        if person not in links:
            links[person] = Connection(follow=follow)
            if organization in self._sorted:
                insort(self._sorted[organization], person)

    def disconnect(self, organization: int, person: int) -> bool:
        """Take a person out of an organization; False when they were not in it."""
        if self._connections.get(organization, {}).pop(person, None) is None:
            return False
        if organization in self._sorted:
            self._sorted[organization].remove(person)
        return True

    def connected(self, organization: int, person: int) -> bool:
        return person in self._connections.get(organization, {})

    def connection(self, organization: int, person: int) -> Connection | None:
        return self._connections.get(organization, {}).get(person)

    def members(self, organization: int) -> list[int]:
        """The ids of the people an organization sees, ascending."""
        if organization not in self._sorted:
            self._sorted[organization] = sorted(self._connections.get(organization, {}))
        return self._sorted[organization]

    def homes(self, person: int) -> list[int]:
        """The organizations a person is connected to."""
        return [o for o, links in self._connections.items() if person in links]

    def role(self, user: User, organization: int) -> str | None:
        """The role a user has in an organization, its own or inherited from above."""
        person = user.people.get(self.root_of(organization))
        roles = [
            self.organizations[o].officials.get(person or 0)
            for o in (organization, *self.ancestors(organization))
        ]
        return "admin" if "admin" in roles else "organizer" if "organizer" in roles else None

    # --- what is to happen later ------------------------------------------------------------------------

    def later(self, when: datetime, job: Job) -> None:
        """Put a job on the agenda; `settle` does it when its time has come."""
        self._booked += 1
        heapq.heappush(self._agenda, (when, self._booked, job))

    def settle(self, now: datetime) -> int:
        """Do what has fallen due, in the order of its time; gives how many jobs were done."""
        done = 0
        while self._agenda and self._agenda[0][0] <= now:
            when, _, job = heapq.heappop(self._agenda)
            job(self, when)
            done += 1
        return done

    def agenda(self) -> Iterator[datetime]:
        """When something is to happen, soonest first."""
        return (when for when, _, _ in sorted(self._agenda, key=lambda entry: entry[:2]))

    def tell(self, what: str, number: int, when: datetime) -> None:
        """Tell who watches that an email was processed or a task assigned."""
        for watcher in self.watchers:
            watcher(self, what, number, when)

    # --- rows ready to be sent --------------------------------------------------------------------------

    def row(self, kind: str, number: int, seen_from: int, write: Callable[[], bytes]) -> bytes:
        """A record as an organization sees it, written once and kept until the record changes."""
        views = self._rows.setdefault(kind, {}).setdefault(number, {})
        row = views.get(seen_from)
        if row is None:
            row = views[seen_from] = write()
        return row

    def forget(self, kind: str, number: int) -> None:
        """A record changed: its row must be written anew."""
        self._rows.get(kind, {}).pop(number, None)

    def forget_all(self) -> None:
        """Something that many rows quote has changed."""
        self._rows.clear()
