"""How many of some people are reached, written to or took part: counts for the district and each association, no names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Literal

from pydantic import Field

from zetkin_sync.goals.events import EventFilter
from zetkin_sync.goals.measurement import Measurement, Part, Verdict, unknown
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.observed import Observed
from zetkin_sync.goals.people import first_parts, took_part, written_to
from zetkin_sync.goals.roles import role_tags
from zetkin_sync.goals.states import meets
from zetkin_sync.language import Message, say, say_n
from zetkin_sync.records.facts import PersonFact

That = Literal[
    "exists", "unreachable", "working_email", "other_channel_only", "written_to", "took_part", "few_emails"
]


class Parameters(Settings):
    """Of the people with any of `tags` (all, if none is given) and without `without_tag`; of those outside every
    geographic association; or of those whose `joined_field` lies in the window, at least `joined_days` ago.

    `that`: exists (a count); unreachable (an unresolved hard failure); working_email; other_channel_only (no
    email, but phone or post); written_to (an email whose title says one of `phrases`, or a support contact);
    took_part (in `events` in the window, or within `joined_days` after joining); few_emails (at most `at_most`).
    """

    tags: tuple[str, ...] = ()
    without_tag: str | None = None
    outside_geographic: bool = False
    joined_field: str | None = None
    joined_days: int = Field(default=0, ge=0)
    that: That
    phrases: tuple[str, ...] = ()
    events: EventFilter = EventFilter()
    at_most: int = Field(default=0, ge=0)


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """The share (or the count) and each association's own."""
    people = _population(observed, asked)
    if isinstance(people, Message):
        return unknown(people)
    good = _good(observed, asked)
    if isinstance(good, Message):
        return unknown(good)
    if not people:
        return unknown(say("there are no such people"))
    done: dict[int, int] = {}
    of: dict[int, int] = {}
    total = 0
    for person in people:
        fine = good(person)
        total += fine
        for unit in observed.associations_of_person.get(person.id, ()):
            of[unit] = of.get(unit, 0) + 1
            done[unit] = done.get(unit, 0) + fine
    parts = tuple(_part(observed, asked, unit, done[unit], of[unit]) for unit in sorted(of))
    if asked.goal.figure == "count":
        return Measurement(value=total, finding=say_n("{n} person", "{n} persons", n=total), parts=parts)
    return Measurement(value=total / len(people), numerator=total, denominator=len(people), parts=parts)


def _population(observed: Observed, asked: Asked[Parameters]) -> list[PersonFact] | Message:
    wanted = asked.parameters
    people: list[PersonFact] = list(observed.facts.people)
    if wanted.tags:
        tags = [tag for title in wanted.tags for tag in role_tags(observed, title)]
        if not tags:
            return say("nobody is tagged {tag}", tag=" / ".join(wanted.tags))
        tagged = frozenset[int]().union(*(tag.people for tag in tags))
        people = [p for p in people if p.id in tagged]
    if wanted.without_tag:
        without = frozenset[int]().union(*(t.people for t in role_tags(observed, wanted.without_tag)))
        people = [p for p in people if p.id not in without]
    if wanted.outside_geographic:
        people = [p for p in people if not _geographic(observed, p)]
    if wanted.joined_field:
        dated = [(p, _joined(p, wanted.joined_field)) for p in people]
        if not any(day for _, day in dated):
            return say("the field {field} says of nobody when they joined", field=wanted.joined_field)
        ripe = [(p, day) for p, day in dated if day and (asked.window.day - day).days >= wanted.joined_days]
        people = [p for p, day in ripe if asked.window.first <= day <= asked.window.day]
    return people


def _geographic(observed: Observed, person: PersonFact) -> bool:
    units = observed.associations_of_person.get(person.id, ())
    return any(observed.by_id[unit].kind == "geographic" for unit in units)


def _joined(person: PersonFact, field: str) -> date | None:
    value = person.fields.get(field)
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def _good(observed: Observed, asked: Asked[Parameters]) -> Callable[[PersonFact], bool] | Message:
    wanted, facts = asked.parameters, observed.facts
    match wanted.that:
        case "exists":
            return lambda person: True
        case "other_channel_only":
            return lambda person: not person.has_email and (person.has_phone or person.has_post)
        case "unreachable" | "working_email":
            lost = facts.unreachable
            if lost is None:
                return say("the bounce mailbox has not been read")
            if wanted.that == "unreachable":
                return lambda person: person.id in lost
            return lambda person: person.has_email and person.id not in lost
        case "written_to" | "few_emails":
            return _by_emails(observed, asked)
        case _:
            return _by_taking_part(observed, asked)


def _by_emails(observed: Observed, asked: Asked[Parameters]) -> Callable[[PersonFact], bool] | Message:
    wanted, lost = asked.parameters, observed.facts.unreachable or frozenset()
    if wanted.that == "written_to":
        written = written_to(observed, wanted.phrases, asked.window)
        if written is None:
            return say("emails have not been read from Zetkin")
        return lambda person: person.id in written and person.id not in lost
    if observed.facts.emails is None:
        return say("emails have not been read from Zetkin")
    counts: dict[int, int] = {}
    for email in observed.facts.emails:
        if asked.window.first <= email.sent.astimezone(observed.facts.zone).date() <= asked.window.day:
            for id_ in email.people:
                counts[id_] = counts.get(id_, 0) + 1
    return lambda person: counts.get(person.id, 0) <= wanted.at_most


def _by_taking_part(observed: Observed, asked: Asked[Parameters]) -> Callable[[PersonFact], bool]:
    wanted = asked.parameters
    if wanted.joined_field is None:
        active = took_part(observed, observed.held(wanted.events, asked.window))
        return lambda person: person.id in active
    field, first = wanted.joined_field, first_parts(observed, wanted.events)

    def soon(person: PersonFact) -> bool:
        joined, day = _joined(person, field), first.get(person.id)
        return joined is not None and day is not None and (day - joined).days <= wanted.joined_days

    return soon


def _part(observed: Observed, asked: Asked[Parameters], unit: int, done: int, of: int) -> Part:
    value = done if asked.goal.figure == "count" else done / of
    return Part(
        unit=unit,
        title=observed.title(unit),
        verdict=Verdict.YES if meets(asked.goal, value, of) else Verdict.NO,
        value=value,
        of=asked.goal.target,
        finding=say_n("{done} of {n} person", "{done} of {n} persons", n=of, done=done),
    )
