"""The share of those who hold a role and have taken the course for it."""

from __future__ import annotations

from pydantic import Field

from zetkin_sync.goals.events import EventFilter
from zetkin_sync.goals.measurement import Measurement, Part, Verdict, evidence, unknown
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.observed import Observed
from zetkin_sync.goals.people import attended
from zetkin_sync.goals.roles import people_in_role, role_tags
from zetkin_sync.language import Message, say, say_n


class Parameters(Settings):
    """`tags` are the titles of the roles' tags; the course is told by `course_tag`, or by having attended one of
    `course_events` at any time."""

    tags: tuple[str, ...] = Field(min_length=1)
    course_tag: str | None = None
    course_events: EventFilter | None = None


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """The share of all holders, and for each association its own; somebody with two roles counts once."""
    wanted = asked.parameters
    by_unit: dict[int, set[int]] = {}
    holders: set[int] = set()
    for title in wanted.tags:
        for unit, people in people_in_role(observed, title).items():
            by_unit.setdefault(unit, set()).update(people)
        holders.update(*(tag.people for tag in role_tags(observed, title)))
    if not holders:
        return unknown(say("nobody is tagged {tag}", tag=" / ".join(wanted.tags)))
    trained = _trained(observed, wanted)
    if trained is None:
        return unknown(
            say(
                "nothing says who has taken the course: no tag {tag}, and no such event",
                tag=wanted.course_tag or "–",
            )
        )
    done = len(holders & trained)
    return Measurement(
        value=done / len(holders),
        numerator=done,
        denominator=len(holders),
        evidence=evidence("tag", sorted(t.id for title in wanted.tags for t in role_tags(observed, title))),
        parts=tuple(_part(observed, unit, people, trained) for unit, people in sorted(by_unit.items())),
    )


def _trained(observed: Observed, wanted: Parameters) -> frozenset[int] | None:
    """Who has taken the course; none when neither a tag nor an event could tell."""
    tags = role_tags(observed, wanted.course_tag) if wanted.course_tag else ()
    people: frozenset[int] | None = frozenset().union(*(tag.people for tag in tags)) if tags else None
    if wanted.course_events is not None and observed.not_in_use(wanted.course_events) is None:
        mask = observed.events.matching(wanted.course_events) & observed.events.happens
        if mask.any():
            people = (people or frozenset()) | attended(observed, mask)
    return people


def _part(observed: Observed, unit: int, people: set[int], trained: frozenset[int]) -> Part:
    done = len(people & trained)
    return Part(
        unit=unit,
        title=observed.title(unit),
        verdict=Verdict.YES if done == len(people) else Verdict.NO,
        value=done,
        of=len(people),
        finding=_finding(done, len(people)),
    )


def _finding(done: int, of: int) -> Message:
    return say_n("{done} of {n} person", "{done} of {n} persons", n=of, done=done)
