"""What people tell the service about the plan: an answer about a goal, what comes first, a register's file.

One function each, for the command line and the page alike. They check, and raise ConfigError with a sentence that
says what is allowed, before anything is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from zetkin_sync import plugins
from zetkin_sync.configuration import Configuration
from zetkin_sync.errors import ConfigError
from zetkin_sync.goals import Goal
from zetkin_sync.goals.attestations import VERDICTS, Ticket, expiry, refused, ticket
from zetkin_sync.goals.membership import Differences, differences
from zetkin_sync.goals.metrics import attested, date_observed
from zetkin_sync.goals.priorities import KINDS
from zetkin_sync.language import say
from zetkin_sync.problems import one_of
from zetkin_sync.records import Attestation
from zetkin_sync.records.facts import PriorityFact
from zetkin_sync.settings import Settings
from zetkin_sync.store import attestations, plan_facts, priorities, reading, registers
from zetkin_sync.store import people as stored_people
from zetkin_sync.store.engine import Store

_BY_WORD = tuple(module.__name__.rpartition(".")[2] for module in (attested, date_observed))
MONTHS = 12


def answerable(configuration: Configuration) -> tuple[Goal, ...]:
    """The goals of all plans that are known by somebody's word."""
    return tuple(g for _, plan in configuration.plans for g in plan.goals if g.metric in _BY_WORD)


def attest(
    store: Store,
    configuration: Configuration,
    *,
    goal: str,
    verdict: str,
    who: str,
    on: date | None = None,
    link: str | None = None,
    months: int = MONTHS,
    now: datetime | None = None,
) -> Attestation:
    """Take down that somebody says a goal is done, not done or was not held. `goal` is its id or its number."""
    chosen = _answered_goal(configuration, goal)
    at = now or store.now()
    today = at.astimezone(configuration.district.zone).date()
    about = on or today
    expires = expiry(verdict, about, months)
    wrong = refused(verdict=verdict, on=about, expires=expires, today=today)
    if wrong is not None:
        raise ConfigError(wrong, say("Allowed: {names}", names=", ".join(VERDICTS)))
    if link is not None and not link.startswith("https://"):
        raise ConfigError(say("“{link}” is not a link.", link=link), say("It begins with https://."))
    with store.writing() as session:
        return attestations.add(
            session,
            district=configuration.root,
            goal=chosen.id,
            unit=configuration.root,
            verdict=verdict,
            on=about,
            link=link,
            expires=expires,
            who=who,
            at=at,
        )


def _answered_goal(configuration: Configuration, name: str) -> Goal:
    for goal in answerable(configuration):
        if name in (goal.id, goal.name):
            return goal
    if any(plan.goal(name) for _, plan in configuration.plans):
        raise ConfigError(
            say("The goal {goal} is not answered by anybody's word: its figure is computed.", goal=name),
            say("`zetkin-sync goals {goal} --why` says from what.", goal=name),
        )
    names = [goal.id for goal in answerable(configuration)]
    raise ConfigError(
        say("There is no goal {name}.", name=name), say("{hint}", hint=one_of(names, near=name))
    )


def attest_address(settings: Settings, configuration: Configuration, goal: str, *, until: date) -> str:
    """The signed address for a mail: the page behind it asks for a login and says nothing by itself."""
    asked = Ticket(district=configuration.root, goal=goal, unit=configuration.root, until=until)
    return f"{settings.page_url.rstrip('/')}/attest/{ticket(asked, key=settings.key)}"


def state_priorities(
    store: Store,
    configuration: Configuration,
    stated: Iterable[PriorityFact],
    *,
    owner: int,
    kind: str,
    who: str,
    source: str = "page",
    now: datetime | None = None,
) -> int:
    """Put one owner's list of one kind in the place of what stood there; confirming is stating the same again.

    The list that was confirmed last holds, whether it came from the configuration, a register or the page.
    """
    at = now or store.now()
    today = at.astimezone(configuration.district.zone).date()
    if kind not in KINDS:
        raise ConfigError(say("“{kind}” is not a kind of priority", kind=kind), one_of(KINDS))
    listed = [_checked(configuration, p, owner=owner, kind=kind, today=today) for p in stated]
    with store.writing() as session:
        return priorities.replace_lists(
            session,
            listed,
            district=configuration.root,
            source=source,
            who=who,
            at=at,
            today=today,
            lists=[(owner, kind)],
        )


def _checked(
    configuration: Configuration, priority: PriorityFact, *, owner: int, kind: str, today: date
) -> PriorityFact:
    known = subjects(configuration, kind)
    if priority.owner != owner or priority.kind != kind:
        raise ConfigError(say("The list holds priorities of several owners or kinds."))
    own_place = kind == "geographic" and priority.lat is not None and priority.lng is not None
    if not own_place and priority.subject not in known:
        raise ConfigError(
            say("“{subject}” is not known", subject=priority.subject),
            one_of(sorted(known), near=priority.subject),
        )
    if priority.valid_to is not None and priority.valid_to < (priority.valid_from or today):
        raise ConfigError(say("“{subject}” ends before it begins.", subject=priority.subject))
    return priority


def subjects(configuration: Configuration, kind: str) -> Collection[str]:
    """What may be prioritised of a kind: areas' ids, or the plans' themes or target groups."""
    if kind == "geographic":
        return {area.id for area in configuration.areas.areas}
    return {
        name
        for _, plan in configuration.plans
        for name in (plan.themes if kind == "theme" else plan.audiences)
    }


@dataclass(frozen=True, kw_only=True)
class Upload:
    """What came of a register's file: rows taken, cells not understood, and for the member register what differs.

    `taken` is False when nothing was kept: the file was only looked at, or no row could be used.
    """

    register: str
    rows: int
    errors: tuple[Any, ...] = ()
    taken: bool = False
    members: Differences | None = None


def upload(
    store: Store,
    configuration: Configuration,
    settings: Settings,
    *,
    register: str,
    data: bytes,
    filename: str,
    who: str,
    strict: bool = False,
    keep: bool = True,
) -> Upload:
    """Take a register's file in: the rows that are understood, with an error for each cell that is not.

    `strict` keeps nothing when anything is wrong; without `keep` it is only looked at. The member register is
    compared and never stored.
    """
    found = plugins.register(register, configuration)
    now, district = store.now(), configuration.root
    today = now.astimezone(configuration.district.zone).date()
    organizations = reading.organizations(store, district=district)
    units = {o.title: o.id for o in organizations} | {str(o.id): o.id for o in organizations}
    drawn = plan_facts.drawn_areas(store, district=district)
    index = configuration.area_index(today, drawn=drawn)
    areas = {a.id: a.id for a in index.areas} | {a.title: a.id for a in index.areas}
    more: dict[str, Any] = {}
    if found.name == "members":
        more["key"] = settings.key
    if found.name == "priorities":
        more["subjects"] = {s for kind in ("theme", "audience") for s in subjects(configuration, kind)}
    rows, errors = found.read(data, filename, units=units, areas=areas, **more)
    result = Upload(register=found.name, rows=len(rows), errors=tuple(errors))
    if not keep or (errors and (strict or not rows)):
        return result
    if found.name == "members":
        listed = stored_people.registered(store, district=district)
        return replace(result, taken=True, members=differences(rows, listed))
    with store.writing() as session:
        if found.name == "priorities":
            priorities.replace_lists(
                session, rows, district=district, source="register", who=who, at=now, today=today
            )
        else:
            registers.keep(
                session,
                rows,
                district=district,
                register=found.name,
                data=data,
                refused=len(errors),
                who=who,
                at=now,
            )
    return replace(result, taken=True)
