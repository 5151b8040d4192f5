"""Everything the mirror knows of a district, as the plain values that the pure packages are given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Table, func, select
from sqlmodel import Session

from zetkin_sync.records import (
    Duplicate,
    DuplicatePerson,
    Event,
    EventType,
    Mirror,
    Missing,
    Official,
    Organization,
    Participation,
    PeopleList,
    Person,
    Project,
    Response,
    Snapshot,
    Tag,
    Tagging,
)
from zetkin_sync.records.facts import (
    EventFact,
    Facts,
    Freshness,
    OfficialFact,
    OrganizationFact,
    ParticipationFact,
    PersonFact,
    ResponseFact,
    TagFact,
)
from zetkin_sync.store import bounce_facts, rights
from zetkin_sync.store.asked import asked_since
from zetkin_sync.store.engine import Store

USUAL_LENGTH = timedelta(hours=2)  # of an event without an end
HISTORY = timedelta(days=400)  # how far back it matters who was asked


def load(
    store: Store, *, district: int, kinds: Mapping[int, str], zone: ZoneInfo, now: datetime | None = None
) -> Facts:
    """The facts of a district as they were last read whole. `kinds` comes from config/associations.csv."""
    moment = now or store.now()
    asked = asked_since(store, district=district, since=moment - HISTORY)
    restricted = rights.restricted(store, district=district)
    left = rights.opted_out(store, district=district)
    with store.reading() as session:
        read = _Reader(session, district)
        bounced = bounce_facts.load(session, district=district, zone=zone)
        probes = bounced.pop("probes", None)
        return Facts(
            district=district,
            now=moment,
            zone=zone,
            organizations=read.organizations(kinds),
            people=read.people(),
            tags=read.tags(),
            events=read.events(),
            participations=read.participations(),
            responses=read.responses(),
            officials=read.officials(),
            our_lists=read.our_lists(),
            duplicates=read.duplicates(),
            asked=asked,
            restricted=restricted,
            left_network=left,
            freshness=read.freshness(),
            missing_people=read.missing("people"),
            missing_events=read.missing("events"),
            registers={} if probes is None else {"probes": probes},
            **bounced,
        )


_id = itemgetter(0)
_by_event = itemgetter(0, 1)


class _Reader:
    def __init__(self, session: Session, district: int) -> None:
        self.connection = session.connection()
        self.district = district

    def rows(self, record: Any, *columns: str) -> Any:
        table: Table = record.__table__
        chosen = [table.c[name] for name in columns]
        return self.connection.execute(select(*chosen).where(table.c.district == self.district))

    def organizations(self, kinds: Mapping[int, str]) -> tuple[OrganizationFact, ...]:
        rows = self.rows(Organization, "id", "title", "parent", "is_active", "has_email")
        return tuple(
            OrganizationFact(
                id=row.id,
                title=row.title,
                kind=kinds.get(row.id, "other"),
                parent=row.parent,
                is_active=row.is_active,
                has_email=row.has_email,
            )
            for row in sorted(rows, key=lambda r: r.id)
        )

    def people(self) -> tuple[PersonFact, ...]:
        """One value a person; where organizations list them differently, the first that knows a value wins."""
        table: Table = Person.__table__  # type: ignore[attr-defined]
        columns = (table.c[n] for n in ("id", "organization", "has_phone", "has_post", "postcode", "is_user"))
        query = (
            select(*columns, table.c.fields, table.c.address.is_not(None))
            .where(table.c.district == self.district)
            .order_by(table.c.id, table.c.organization)
        )
        return tuple(_merged(i, list(rows)) for i, rows in groupby(self.connection.execute(query), _id))

    def tags(self) -> tuple[TagFact, ...]:
        people: dict[int, set[int]] = defaultdict(set)
        values: dict[int, dict[int, str]] = defaultdict(dict)
        for row in self.rows(Tagging, "tag", "person", "value"):
            people[row.tag].add(row.person)
            if row.value is not None:
                values[row.tag][row.person] = row.value
        known = {row.id: row for row in self.rows(Tag, "id", "title", "group_title", "owner")}
        return tuple(
            TagFact(
                id=row.id,
                title=row.title,
                group=row.group_title,
                owner=row.owner,
                people=frozenset(people[row.id]),
                values=values[row.id],
            )
            for row in (known[i] for i in sorted(known))
        )

    def events(self) -> tuple[EventFact, ...]:
        types = {row.id: row.title for row in self.rows(EventType, "id", "title")}
        projects = {row.id: row.title for row in self.rows(Project, "id", "title")}
        columns = [c.name for c in Event.__table__.columns if c.name != "district"]  # type: ignore[attr-defined]
        found: dict[int, EventFact] = {}
        for row in self.rows(Event, *columns):
            if row.starts is None:
                continue
            kind = types.get(row.event_type)
            found[row.id] = EventFact(
                id=row.id,
                organization=row.organization,
                title=row.title or kind or "",
                starts=row.starts,
                ends=row.ends if row.ends and row.ends >= row.starts else row.starts + USUAL_LENGTH,
                type=kind,
                project=projects.get(row.project),
                place=row.place,
                place_title=row.place_title,
                lat=row.lat,
                lng=row.lng,
                required=row.required,
                available=row.available,
                contact=row.contact,
                published=row.published,
                cancelled=row.cancelled,
                has_info=row.has_info,
                has_url=row.has_url,
                suspicious_time=row.suspicious_time,
            )
        return tuple(sorted(found.values(), key=lambda e: (e.starts, e.id)))

    def participations(self) -> tuple[ParticipationFact, ...]:
        rows = self.rows(Participation, "event", "person", "attended", "noshow", "cancelled", "reminded")
        return tuple(
            ParticipationFact(event=e, person=p, attended=a, noshow=n, cancelled=c, reminded=r)
            for e, p, a, n, c, r in sorted(rows, key=_by_event)
        )

    def responses(self) -> tuple[ResponseFact, ...]:
        rows = self.rows(Response, "event", "person", "responded")
        return tuple(
            ResponseFact(event=e, person=p, responded=at) for e, p, at in sorted(rows, key=_by_event)
        )

    def officials(self) -> tuple[OfficialFact, ...]:
        rows = self.rows(Official, "organization", "person", "role")
        return tuple(
            OfficialFact(organization=o, person=p, role=r)
            for o, p, r in sorted(rows, key=lambda r: (r.organization, r.person))
        )

    def our_lists(self) -> frozenset[tuple[int, str]]:
        rows = self.rows(PeopleList, "organization", "title", "folder")
        return frozenset((row.organization, row.title) for row in rows if row.folder is not None)

    def duplicates(self) -> tuple[frozenset[int], ...]:
        waiting = {row.id for row in self.rows(Duplicate, "id", "state") if row.state == "pending"}
        found: dict[int, set[int]] = {}
        for row in self.rows(DuplicatePerson, "duplicate", "person"):
            if row.duplicate in waiting:
                found.setdefault(row.duplicate, set()).add(row.person)
        return tuple(frozenset(found[number]) for number in sorted(found))

    def missing(self, resource: str) -> frozenset[int]:
        rows = self.rows(Missing, "resource", "id")
        return frozenset(row.id for row in rows if row.resource == resource)

    def freshness(self) -> tuple[Freshness, ...]:
        table: Table = Snapshot.__table__  # type: ignore[attr-defined]
        mine = table.c.district == self.district
        scope = (table.c.resource, table.c.organization)
        newest = select(func.max(table.c.id)).where(mine).group_by(*scope)
        whole = select(func.max(table.c.id)).where(mine, table.c.complete.is_(True)).group_by(*scope)
        last_whole = {
            (row.resource, row.organization): row
            for row in self.connection.execute(select(table).where(table.c.id.in_(whole)))
        }
        found = []
        optional = {r.mirrored.resource for r in Mirror.__subclasses__() if r.mirrored.optional}
        for row in self.connection.execute(select(table).where(table.c.id.in_(newest))):
            if row.resource in optional and not row.complete:
                continue
            good = last_whole.get((row.resource, row.organization))
            found.append(
                Freshness(
                    resource=row.resource,
                    organization=row.organization,
                    snapshot=None if good is None else good.id,
                    read=None if good is None else good.finished,
                    complete=row.complete,
                    why=row.why,
                )
            )
        return tuple(sorted(found, key=lambda f: (f.resource, f.organization)))


def _merged(person: int, rows: list[Any]) -> PersonFact:
    fields: dict[str, Any] = {}
    has_email = has_phone = has_post = is_user = False
    postcode: str | None = None
    for _, _, phone, post, code, user, own, email in rows:
        has_email, has_phone, has_post = has_email or email, has_phone or phone, has_post or post
        is_user, postcode = is_user or user, postcode or code or None
        if own:
            for slug, value in msgspec.json.decode(own).items():
                if fields.get(slug) is None:
                    fields[slug] = value
    return PersonFact(
        id=person,
        organizations=tuple(row[1] for row in rows),
        has_email=has_email,
        has_phone=has_phone,
        has_post=has_post,
        postcode=postcode,
        is_user=is_user,
        fields=fields,
    )
