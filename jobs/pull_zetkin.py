"""Read Zetkin into the mirror: the organization tree, then each organization's lists.

One list that fails leaves the run partial and is named; the others are read all the same. Only when the tree
itself cannot be read, or the credentials are wrong, does the run fail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from zetkin_sync import records
from zetkin_sync.context import Context, Outcome
from zetkin_sync.errors import ConfigError, NeedsHuman, Permanent
from zetkin_sync.language import Message, from_json, say, say_n
from zetkin_sync.records import (
    EmailBlocked,
    Event,
    EventType,
    Field,
    Mirror,
    Official,
    Organization,
    Participation,
    PeopleList,
    Person,
    Place,
    Project,
    Response,
    RunState,
    Snapshot,
    Tag,
    Tagging,
)
from zetkin_sync.store import erasures, reading, vanishing
from zetkin_sync.store.brake import Brake
from zetkin_sync.store.mirror import read_whole
from zetkin_sync.store.renewing import renew_addresses

LISTS: tuple[type[Mirror], ...] = (
    Person,
    Field,
    Tag,
    Official,
    Project,
    EventType,
    Place,
    Event,
    PeopleList,
)
PER_EVENT: tuple[type[Mirror], ...] = (Participation, Response)
FURTHER = (
    "drawn_areas",
    "emails",
    "email_recipients",
    "email_stats",
    "journeys",
    "journey_instances",
    "journey_people",
)
PARENT: dict[type[Mirror], type[Mirror]] = {
    records.EventStats: Event,
    records.Reminder: Event,
    records.SurveyOption: records.Survey,
    records.SurveySubmission: records.Survey,
    records.SurveyAnswer: records.SurveySubmission,
    records.CallStats: records.CallAssignment,
    records.Caller: records.CallAssignment,
    records.AssignedTask: records.Task,
    records.EmailStats: records.Email,
    records.EmailRecipient: records.Email,
    records.EmailLink: records.Email,
    records.AreaStats: records.AreaAssignment,
    records.AreaAssignee: records.AreaAssignment,
}
NEWEST = 30  # of what a further list hangs on, that many are always asked again
AGAIN_FOR = timedelta(days=30)  # attendance is recorded late
ROTATION = 14  # older events are asked for again once in so many readings


def run(context: Context) -> Outcome:
    """Read everything that the configuration allows.

    Options: `only` (resources), `further` (lists beside the usual ones), `accept_absence` (ids).
    """
    root = context.configuration.root
    reader = _Reader(context)
    context.progress(say("The organization tree"), 0, 0)
    tree = reader.read(Organization, root)
    if not tree.complete:
        raise Permanent(
            say("The organization tree could not be read: {why}", why=from_json(tree.why or "")),
            say("Check the address and the key with `zetkin-sync doctor`."),
        )
    organizations = reading.organizations(context.store, district=context.district)
    titles = {o.id: o.title for o in organizations}
    for number, organization in enumerate(organizations):
        context.progress(say("{title}", title=organization.title), number, len(organizations))
        reader.read_organization(organization.id)
    reader.read(EmailBlocked, root)
    context.progress(say("Who is no longer there"), len(organizations), len(organizations))
    reader.conclude()
    return reader.outcome(titles)


class _Reader:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.counts: Counter[str] = Counter()
        self.failed: dict[int, Message] = {}
        only = context.options.get("only")
        self.only = frozenset(only) if only else None
        self.barred = erasures.barred(context.store, district=context.district, keys=context.settings.keys)
        self.accepted = frozenset(context.options.get("accept_absence", ()))
        self.further = _further(context.options.get("further", FURTHER))
        self.concluded: list[Message] = []

    def read_organization(self, organization: int) -> None:
        if not self.context.still_ours():
            raise NeedsHuman(
                say("Another worker has taken over the run."), say("Nothing is lost; that run goes on.")
            )
        for record in LISTS:
            self.read(record, organization)
        tags = reading.own_tags(self.context.store, district=self.context.district, organization=organization)
        self.read(Tagging, organization, parents=tags)
        self.read_events(organization)
        for record in self.further:
            self.read_further(record, organization)

    def read_further(self, record: type[Mirror], organization: int) -> None:
        """A further list; where it hangs on others, the newest of them, those never asked, and a rotation."""
        parent = PARENT.get(record)
        if parent is None:
            self.read(record, organization)
            return
        place = {"district": self.context.district, "organization": organization}
        there = reading.ids(self.context.store, parent, **place)
        known = reading.parents_read(self.context.store, resource=record.mirrored.resource, **place)
        turn, newest = self.context.claim.run % ROTATION, set(there[-NEWEST:])
        ask = [p for p in there if p not in known or p in newest or p % ROTATION == turn]
        self.read(record, organization, parents=ask, keep=set(there) - set(ask))

    def read_events(self, organization: int) -> None:
        """Who takes part: in events to come, recent ones, changed ones, and a slow rotation of the rest."""
        events = reading.event_times(
            self.context.store, district=self.context.district, organization=organization
        )
        now = self.local_now()
        turn = self.context.claim.run % ROTATION
        for record in PER_EVENT:
            known = reading.parents_read(
                self.context.store,
                district=self.context.district,
                organization=organization,
                resource=record.mirrored.resource,
            )
            ask = [e for e, ends in events.items() if e not in known or _again(e, ends, now, turn)]
            self.read(record, organization, parents=ask, keep=set(events) - set(ask))

    def local_now(self) -> datetime:
        """The time on the wall in the district."""
        return self.context.now().astimezone(self.context.configuration.district.zone).replace(tzinfo=None)

    def read(
        self,
        record: type[Mirror],
        organization: int,
        *,
        parents: list[int] | None = None,
        keep: set[int] | None = None,
    ) -> Snapshot:
        resource = record.mirrored.resource
        if self.only is not None and resource not in self.only and record is not Organization:
            return Snapshot.model_construct(complete=True)
        pages = self.context.zetkin.pages(record, organization=organization, parents=parents or ())
        snapshot = read_whole(
            self.context.store,
            record,
            pages,
            district=self.context.district,
            organization=organization,
            run=self.context.claim.run,
            keep=keep or (),
            brake=Brake(share=1.0) if organization in self.accepted else None,
            barred=self.barred,
        )
        if record is Person:
            self.renew()
        if snapshot.complete:
            self.counts[resource] += snapshot.seen
            for name in ("new", "changed", "missing", "gone"):
                self.counts[name] += getattr(snapshot, name)
        elif not record.mirrored.optional:
            self.failed.setdefault(organization, from_json(snapshot.why or ""))
        return snapshot

    def renew(self) -> None:
        """While the hash key is being changed, what is known of the addresses just read is carried over."""
        if renewed := self.context.zetkin.renewed():
            with self.context.store.writing() as session:
                self.counts["renewed"] += renew_addresses(session, renewed, district=self.context.district)

    def conclude(self) -> None:
        """Ask directly for everybody who has been missing twice; remove who is proven gone."""
        verdicts = vanishing.conclude(
            self.context.store,
            self.context.zetkin.look,
            district=self.context.district,
            accepted=self.accepted,
            still_ours=self.context.still_ours,
        )
        self.counts["gone"] += sum(len(found) for found in verdicts.gone.values())
        self.concluded.extend(verdicts.notes)

    def outcome(self, titles: dict[int, str]) -> Outcome:
        notes = [
            say("{title}: {why}", title=titles.get(o, str(o)), why=why)
            for o, why in sorted(self.failed.items())
        ]
        odd = len(
            reading.odd_times(self.context.store, district=self.context.district, since=self.local_now())
        )
        if odd:
            notes.append(
                say_n(
                    "One event stands at an odd time: see `zetkin-sync times`.",
                    "{n} events stand at odd times: see `zetkin-sync times`.",
                    n=odd,
                )
            )
        return Outcome(
            state=RunState.PARTIAL if self.failed or self.concluded else RunState.OK,
            counts={**self.counts, "organizations_failed": len(self.failed)},
            notes=(*notes, *self.concluded),
        )


def _further(names: Sequence[str]) -> tuple[type[Mirror], ...]:
    """The further lists that the configuration names, each behind the one that it hangs on."""
    usual = {*LISTS, *PER_EVENT, Tagging, Organization}
    known = {r.mirrored.resource: r for r in Mirror.__subclasses__() if r not in usual}
    if unknown := [name for name in names if name not in known]:
        raise ConfigError(
            say("There is no list {name} to read from Zetkin.", name=unknown[0]),
            say("There are: {names}.", names=", ".join(sorted(known))),
        )
    wanted = {known[name] for name in names}
    while missing := {PARENT[r] for r in wanted if r in PARENT} - wanted - usual:
        wanted |= missing
    ranks = {r: n for n, r in enumerate((*set(known.values()) - PARENT.keys(), *PARENT))}
    return tuple(sorted(wanted, key=lambda r: (ranks[r], r.mirrored.resource)))


def _again(event: int, ends: datetime | None, now: datetime, turn: int) -> bool:
    return ends is None or ends > now - AGAIN_FOR or event % ROTATION == turn
