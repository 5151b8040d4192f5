"""From the facts to the figures of a mail: areas, events nobody has closed, meetings held, lists that are old."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from zetkin_sync.bounces.figures import is_restored
from zetkin_sync.bounces.figures import reach as figures
from zetkin_sync.bounces.verdict import Reason
from zetkin_sync.callouts.history import Answer, History, answers
from zetkin_sync.goals.events import EventFilter
from zetkin_sync.goals.observed import Observed
from zetkin_sync.goals.priorities import GEOGRAPHIC, meets
from zetkin_sync.language import Message, from_json, say
from zetkin_sync.records.facts import EventFact, Facts, Freshness, ParticipationFact, PriorityFact
from zetkin_sync.reports.content import Source, titled
from zetkin_sync.reports.situation import (
    AreaFigure,
    CalloutFigure,
    EventGap,
    Meeting,
    ReachFigure,
    Recording,
    Unit,
    Unread,
)
from zetkin_sync.reports.situation import Reason as Why
from zetkin_sync.reports.words import list_name

SHOWN_LISTS = ("people", "events", "participations", "taggings")
_Rows = NDArray[np.int64]


def units(facts: Facts) -> dict[int, Unit]:
    """The organizations of the district."""
    return {o.id: Unit(id=o.id, title=o.title, kind=o.kind, parent=o.parent) for o in facts.organizations}


def areas(
    observed: Observed, *, events: EventFilter, days: int, since: date
) -> dict[int, tuple[AreaFigure, ...]]:
    """For the district and each association: its prioritised areas, the emptiest first.

    An event counts in an area wherever it was made; the district's own list falls back on all areas that its
    associations have prioritised. `days` is how far back; the same stretch before `since` is the comparison.
    """
    table = observed.events
    rows: _Rows = np.flatnonzero(table.matching(events) & table.happens)
    day = table.day[rows]
    owners: dict[str, set[int]] = {}
    for unit in observed.associations():
        for priority in observed.priorities_of(unit.id, GEOGRAPHIC):
            owners.setdefault(_place(priority), set()).add(unit.id)
    figures: dict[str, AreaFigure] = {}

    def figure(priority: PriorityFact) -> AreaFigure:
        place = _place(priority)
        if place not in figures:
            there = day[meets(table, priority, rows=rows, subjects={})]
            today = observed.today.toordinal()
            coming = there[there > today]
            figures[place] = AreaFigure(
                id=place,
                title=observed.title(priority.subject),
                held=_within(there, observed.today, days),
                before=_within(there, since, days),
                next=date.fromordinal(int(coming.min())) if len(coming) else None,
                owners=tuple(sorted(owners.get(place, ()))),
            )
        return figures[place]

    root = observed.facts.district
    found = {
        unit.id: tuple(figure(p) for p in observed.priorities_of(unit.id, GEOGRAPHIC))
        for unit in observed.associations()
    }
    own = observed.priorities_of(root, GEOGRAPHIC)
    theirs = {f.id: f for some in found.values() for f in some if f.id in observed.areas}
    found[root] = tuple(figure(p) for p in own) or tuple(theirs.values())
    return {unit: tuple(sorted(some, key=lambda f: (f.held, f.title))) for unit, some in found.items()}


def _place(priority: PriorityFact) -> str:
    return priority.subject


def _within(days: NDArray[np.int32], until: date, count: int) -> int:
    last = until.toordinal()
    return int(((days > last - count) & (days <= last)).sum())


def gaps(facts: Facts, observed: Observed, *, ended_since: datetime) -> tuple[EventGap, ...]:
    """Events that ended since an instant, with somebody booked and nobody noted as having come or stayed away."""
    booked: dict[int, list[ParticipationFact]] = {}
    for booking in facts.participations:
        if booking.cancelled is None:
            booked.setdefault(booking.event, []).append(booking)
    first = ended_since.astimezone(facts.zone).replace(tzinfo=None)
    found = []
    for event in facts.events:
        bookings = booked.get(event.id, ())
        if not bookings or not first <= event.ends <= facts.local_now or not event.happens(facts.now):
            continue
        if any(b.attended or b.noshow for b in bookings):
            continue
        found.append(
            EventGap(
                event=event.id,
                organization=event.organization,
                unit=_association(observed, event.organization),
                title=event.title,
                starts=event.starts,
                booked=len(bookings),
            )
        )
    return tuple(found)


def meetings(facts: Facts, observed: Observed, *, annual: EventFilter, since: date) -> tuple[Meeting, ...]:
    """The annual meetings that associations have held since a day, one for each association: the last."""
    table = observed.events
    mask = table.matching(annual) & table.happens & (table.day >= since.toordinal())
    held: dict[int, Meeting] = {}
    for row in np.flatnonzero(mask & (table.day <= facts.today.toordinal())):
        event = table.facts[row]
        unit = _association(observed, event.organization)
        if unit != facts.district and event.ends <= facts.local_now:
            held[unit] = Meeting(event=event.id, unit=unit, day=event.starts.date())
    return tuple(held[unit] for unit in sorted(held))


def _association(observed: Observed, organization: int) -> int:
    """The association that an organization belongs to: itself, the nearest above, or the district."""
    if organization not in observed.index:
        return observed.facts.district
    above = int(observed.association_of[observed.index[organization]])
    return observed.facts.district if above < 0 else observed.organizations[above].id


def recording(facts: Facts, observed: Observed, *, days: int) -> dict[int, Recording]:
    """How well events are written down, for the district and each association: the last days, and what lies ahead."""
    said = {p.event for p in facts.participations if p.attended or p.noshow}
    first = facts.local_now - timedelta(days=days)
    counted: dict[int, list[int]] = {}
    for event in facts.events:
        if not event.happens(facts.now) or event.ends < first:
            continue
        over = event.ends <= facts.local_now
        row = (
            int(over),
            int(over and event.id in said),
            int(not over),
            int(not over and event.located == "unknown"),
            int(not over and event.contact is None),
        )
        for unit in {facts.district, _association(observed, event.organization)}:
            sums = counted.setdefault(unit, [0] * len(row))
            for place, number in enumerate(row):
                sums[place] += number
    return {
        unit: Recording(
            ended=ended,
            with_attendance=noted,
            upcoming=upcoming,
            without_place=unplaced,
            without_contact=uncontacted,
        )
        for unit, (ended, noted, upcoming, unplaced, uncontacted) in counted.items()
    }


def callouts(facts: Facts, observed: Observed, *, since: date) -> tuple[CalloutFigure, ...]:
    """What was asked since a day, each approved proposal one callout: people asked, signed up, came.

    Who came is not known before somebody has noted it for one of its events.
    """
    first = datetime.combine(since, time(), facts.zone)
    asked = [line for line in History.of(facts).asked if first <= line.at <= facts.now]
    events = {e.id: e for e in facts.events}
    found: dict[str, list[Answer]] = {line.callout: [] for line in asked}
    for answer in answers(facts, asked, patience=timedelta(0)):
        found[answer.asked.callout].append(answer)
    figures = []
    for callout, told in found.items():
        lines = [line for line in asked if line.callout == callout]
        about = [events[n] for n, _ in Counter(line.event for line in lines).most_common() if n in events]
        came = {a.asked.person for a in told if a.came}
        figures.append(
            CalloutFigure(
                callout=int(callout),
                title=_about(about, observed),
                sent=min(line.at for line in lines).astimezone(facts.zone).date(),
                asked=len({line.person for line in lines}),
                signed_up=len({a.asked.person for a in told if a.signed_up}),
                came=len(came) if any(a.came is not None for a in told) else None,
                units=frozenset(_association(observed, e.organization) for e in about),
            )
        )
    return tuple(figures)


def _about(events: Sequence[EventFact], observed: Observed) -> str:
    """The event that most were asked about, and how many others."""
    if not events:
        return "–"
    title = events[0].title or observed.title(str(events[0].id))
    return titled(title, length=40) + (f" (+{len(events) - 1})" if len(events) > 1 else "")


def unread(facts: Facts) -> tuple[Unread, ...]:
    """The organizations where the newest reading of a list was not whole, each once, with the first reason."""
    titles = {o.id: o.title for o in facts.organizations}
    failing: dict[int, list[Freshness]] = {}
    for fresh in facts.freshness:
        if not fresh.complete:
            failing.setdefault(fresh.organization, []).append(fresh)
    found = []
    for organization, lists in sorted(failing.items()):
        why = next((from_json(f.why) for f in lists if f.why), say("The last reading was not whole."))
        read = [f.read for f in lists]
        found.append(
            Unread(
                unit=organization,
                title=titles.get(organization, str(organization)),
                why=why,
                read=None if None in read else min(r for r in read if r is not None),
                lists=tuple(list_name(f.resource) for f in lists),
            )
        )
    return tuple(found)


def sources(facts: Facts) -> dict[int, tuple[Source, ...]]:
    """When the lists that figures come from were last read whole, for the district and each organization.

    The district's time is the oldest among the organizations whose newest reading was whole; those that
    could not be read are named in the mail themselves. Where none could, it is the newest there is.
    """
    whole: dict[tuple[int, str], list[datetime]] = {}
    broken: dict[tuple[int, str], list[datetime]] = {}
    for fresh in facts.freshness:
        if fresh.resource in SHOWN_LISTS:
            for unit in {fresh.organization, facts.district}:
                times = whole if fresh.complete else broken
                times.setdefault((unit, fresh.resource), []).extend([fresh.read] if fresh.read else [])
    return {
        o.id: tuple(
            Source(what=_source(resource), read=_read(whole.get(at), broken.get(at)))
            for resource in SHOWN_LISTS
            if (at := (o.id, resource)) in whole or at in broken
        )
        for o in facts.organizations
    }


def _read(whole: list[datetime] | None, broken: list[datetime] | None) -> datetime | None:
    return min(whole) if whole else max(broken, default=None) if broken else None


def _source(resource: str) -> Message:
    return {
        "people": say("people"),
        "events": say("events (Zetkin calls them actions)"),
        "participations": say("who took part"),
        "taggings": say("tags"),
    }[resource]


def reach(facts: Facts, *, since: date, alerts: Iterable[Message] = ()) -> dict[int, ReachFigure]:
    """Members with an open case, by unit and in all; nothing when no source of returned mail was ever read."""
    if facts.reach is None or facts.cases is None:
        return {}
    root = facts.district
    reasons: dict[int, Counter[Message]] = {root: Counter()}
    for member in facts.reach.values():
        if member.open_case:
            why = Reason(member.reason).sentence if member.reason else Reason.UNDETERMINED.sentence
            for unit in {root, member.unit or root}:
                reasons.setdefault(unit, Counter())[why] += 1
    new, again = Counter[int](), Counter[int]()
    for case in facts.cases:
        for unit in {root, case.unit}:
            new[unit] += case.opened >= since and case.closed is None
            again[unit] += is_restored(case) and case.closed is not None and case.closed >= since
    known = figures(facts.people, dict(facts.reach), blocked=facts.blocked)
    return {
        unit: ReachFigure(
            unit=unit,
            unreachable=reasons[unit].total() if unit in reasons else 0,
            new=new[unit],
            restored=again[unit],
            reasons=tuple(Why(what=why, count=n) for why, n in reasons.get(unit, Counter()).items()),
            unknown=known.unknown_share if unit == root else None,
            blocked=known.blocked if unit == root else 0,
            without_channel=known.without_channel if unit == root else 0,
            ours=(tuple(alerts) or facts.reach_alerts) if unit == root else (),
        )
        for unit in {*reasons, *new, *again}
    }
