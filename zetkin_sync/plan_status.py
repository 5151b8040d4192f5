"""Where a plan stands on a day: computed now, or as it was shown then. For the command line and the page alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property

from zetkin_sync import plugins
from zetkin_sync.configuration import Configuration
from zetkin_sync.context import known_facts
from zetkin_sync.errors import ConfigError
from zetkin_sync.goals import Assessed, BoundPlan, Goal, Observed, assess
from zetkin_sync.goals.calendar import Commitment, commitments
from zetkin_sync.goals.kept import from_row
from zetkin_sync.goals.links import Links
from zetkin_sync.goals.white_spots import WhiteSpot, white_spots
from zetkin_sync.language import say
from zetkin_sync.problems import one_of
from zetkin_sync.records.facts import Facts
from zetkin_sync.settings import Settings
from zetkin_sync.store import assessments
from zetkin_sync.store.engine import Store


@dataclass(frozen=True)
class PlanStatus:
    """A plan with every goal's assessment: the district's, and each association's where the metric tells them apart."""

    facts: Facts
    plan: BoundPlan
    assessed: tuple[Assessed, ...]
    links: Links

    def of(self, goal: Goal) -> list[Assessed]:
        """One goal: the district first, then the associations."""
        return self._by_goal.get(goal.id, [])

    def one(self, goal: Goal, unit: int) -> Assessed | None:
        """One goal for one unit; none when it is not judged for it."""
        return next((a for a in self.of(goal) if a.unit == unit), None)

    @cached_property
    def _by_goal(self) -> Mapping[str, list[Assessed]]:
        found: dict[str, list[Assessed]] = {}
        for each in self.assessed:
            found.setdefault(each.goal, []).append(each)
        district = self.facts.district
        return {goal: sorted(some, key=lambda a: a.unit != district) for goal, some in found.items()}

    @cached_property
    def observed(self) -> Observed:
        """The facts, indexed."""
        return Observed(self.facts)

    def days(self) -> list[Commitment]:
        """The days that the plan names, the nearest first."""
        return commitments(self.observed, self.plan)

    def white_spots(self) -> list[WhiteSpot]:
        """The priority areas where nothing has happened for a while."""
        events = self.plan.plan.events
        return white_spots(self.observed, events=events.get("outward", events["all"]))


def status_of(
    store: Store,
    configuration: Configuration,
    settings: Settings,
    *,
    plan: str | None = None,
    day: date | None = None,
    only: str | None = None,
    plans: Sequence[BoundPlan] | None = None,
) -> PlanStatus:
    """Assessed now; for a past day what was stored, and what was not stored assessed as of that day.

    `plan` is a plan's id (none is the one in force), `only` one goal's id. `plans` are the bound plans when the
    caller has them. Raises ConfigError when there is no such plan, or the day lies ahead.
    """
    zone, now = configuration.district.zone, store.now()
    bound = plan_named(
        plugins.bound_plans(configuration) if plans is None else plans,
        plan,
        today=now.astimezone(zone).date(),
    )
    if day is not None:
        if day > now.astimezone(zone).date():
            raise ConfigError(say("{day} lies ahead.", day=day), say("Give a day that has passed."))
        now = min(now, datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC))
    facts = known_facts(store, configuration, now=now)
    wanted = {only} if only else {goal.id for goal in bound.plan.goals}
    stored: dict[tuple[str, int], Assessed] = {}
    if day is not None:
        for row in assessments.held(store, district=configuration.root, day=day):
            if row.plan == bound.plan.id and row.goal in wanted:
                stored[row.goal, row.unit] = from_row(row, bound.plan.goal(row.goal))
    missing = {goal for goal in wanted if (goal, configuration.root) not in stored}
    fresh = assess(facts, bound, only=missing)
    links = Links(
        district=facts.district,
        owners={event.id: event.organization for event in facts.events},
        zetkin=settings.zetkin_app_url,
        page=settings.page_url,
    )
    return PlanStatus(facts, bound, (*stored.values(), *fresh), links)


def plan_named(plans: Sequence[BoundPlan], name: str | None, *, today: date) -> BoundPlan:
    """The plan of that id; without one the newest that has begun."""
    if not plans:
        raise ConfigError(
            say("There is no plan in the configuration."), say("Write config/plan.toml; see docs/plan.md.")
        )
    if name is None:
        return max(plans, key=lambda p: (p.plan.starts <= today, p.plan.starts))
    for plan in plans:
        if plan.plan.id == name:
            return plan
    raise ConfigError(
        say("There is no plan {name}.", name=name),
        say("{hint}", hint=one_of([p.plan.id for p in plans], near=name)),
    )


def goal_named(bound: BoundPlan, name: str) -> Goal:
    """The goal of that id, or of that number in the plan's table."""
    found = bound.plan.goal(name)
    if found is not None:
        return found
    names = [goal.id for goal in bound.plan.goals]
    raise ConfigError(
        say("There is no goal {name}.", name=name), say("{hint}", hint=one_of(names, near=name))
    )


def unit_named(facts: Facts, name: str) -> int:
    """The organization of that id or title."""
    for organization in facts.organizations:
        if name in (str(organization.id), organization.title):
            return organization.id
    titles = [o.title for o in facts.organizations]
    raise ConfigError(
        say("There is no association {name}.", name=name), say("{hint}", hint=one_of(titles, near=name))
    )
