"""Reads the store once for a run of mails and makes the situation that all of them are written from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from zetkin_sync.changes import Action
from zetkin_sync.configuration import Configuration
from zetkin_sync.context import known_facts
from zetkin_sync.goals import BoundPlan, Observed
from zetkin_sync.goals.events import EventFilter
from zetkin_sync.goals.plan import Goal
from zetkin_sync.language import Message, from_json, say
from zetkin_sync.mail.jobs import standings
from zetkin_sync.mail.proposals import newest, waiting
from zetkin_sync.records import Assessment, GoalState, MailState
from zetkin_sync.records.facts import Facts
from zetkin_sync.reports import observing
from zetkin_sync.reports.content import Source
from zetkin_sync.reports.readers import ROLES
from zetkin_sync.reports.situation import (
    Decision,
    GoalFigure,
    JobStanding,
    MailTrouble,
    Month,
    Question,
    Situation,
    Standing,
    Unit,
)
from zetkin_sync.settings import Settings
from zetkin_sync.statements import answerable, attest_address
from zetkin_sync.store import assessments, cases, mailings
from zetkin_sync.store.engine import Store

OUTWARD = "outward"
"""The plan's event filter that areas are judged by, unless the job names another; all events if there is none."""

AREA_DAYS = 30
GAP_DAYS = 14
CALLOUT_DAYS = 7
RECORDING_DAYS = 30
TROUBLE = timedelta(days=7)
MONTHS = 6
ANSWER_WITHIN = timedelta(days=35)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a run may read; a job's context has all of it, and the command line makes one for a preview."""

    store: Store
    settings: Settings
    configuration: Configuration
    plans: tuple[BoundPlan, ...]
    actions: Mapping[str, Action]
    now: Callable[[], datetime]

    @classmethod
    def of(cls, context: Any) -> Known:
        """The part of a context that mails are made from."""
        return cls(
            store=context.store,
            settings=context.settings,
            configuration=context.configuration,
            plans=context.plans,
            actions=context.actions,
            now=context.now,
        )

    @property
    def district(self) -> int:
        return self.configuration.root

    @property
    def today(self) -> date:
        return self.now().astimezone(self.configuration.district.zone).date()


class Gathering:
    """What is known at one moment, read on demand and once."""

    def __init__(self, known: Known, *, options: Mapping[str, Any] | None = None) -> None:
        self.known = known
        self.options = options or {}
        self.now = known.now()
        self.today = self.now.astimezone(known.configuration.district.zone).date()
        self._held: dict[date, Mapping[int, list[Assessment]]] = {}
        self._made: dict[tuple[date, bool], Situation] = {}

    @cached_property
    def facts(self) -> Facts:
        return known_facts(self.known.store, self.known.configuration, now=self.now)

    @cached_property
    def observed(self) -> Observed:
        return Observed(self.facts)

    @cached_property
    def goals(self) -> Mapping[tuple[str, str], Goal]:
        """The goals of the plans by plan and id."""
        return {(p.plan.id, g.id): g for p in self.known.plans for g in p.plan.goals}

    @cached_property
    def jobs(self) -> tuple[JobStanding, ...]:
        schedule = self.known.configuration.schedule
        return standings(self.known.store, schedule, district=self.known.district, now=self.now)

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        return waiting(self.known.store, self.known.actions, district=self.known.district)

    @cached_property
    def last_decision(self) -> Decision | None:
        """The newest proposal, open or not."""
        return newest(self.known.store, self.known.actions, district=self.known.district)

    def situation(self, *, since: date, months: bool = False) -> Situation:
        """Everything, with changes counted from a day. `months` adds the trend, which takes a query a month."""
        key = (since, months)
        if key not in self._made:
            self._made[key] = self._make(since, months=months)
        return self._made[key]

    def _make(self, since: date, *, months: bool) -> Situation:
        facts, observed = self.facts, self.observed
        return Situation(
            **self._frame(since),
            first_time=not self._on(since),
            goals=self._figures(since),
            decisions=self.decisions,
            questions=self._questions(),
            unread=observing.unread(facts),
            areas=observing.areas(observed, events=self.outward, days=AREA_DAYS, since=since),
            callouts=observing.callouts(facts, observed, since=since - timedelta(days=CALLOUT_DAYS)),
            gaps=observing.gaps(facts, observed, ended_since=self.now - timedelta(days=GAP_DAYS)),
            reach=observing.reach(facts, since=since, alerts=self._alerts()),
            recording=observing.recording(facts, observed, days=RECORDING_DAYS),
            mails=self._troubles(),
            months=self._months() if months else (),
            units=observing.units(facts),
            sources=self._sources(facts),
        )

    def alarm(self) -> Situation:
        """Only how the jobs go: what an alarm needs when it is looked for every few minutes."""
        return Situation(**self._frame(self.today))

    def _frame(self, since: date) -> dict[str, Any]:
        configuration = self.known.configuration
        return {
            "district": Unit(id=configuration.root, title=configuration.district.title, kind="district"),
            "now": self.now,
            "zone": configuration.district.zone,
            "today": self.today,
            "since": since,
            "jobs": self.jobs,
        }

    @property
    def outward(self) -> EventFilter:
        """Which events count in an area."""
        name = self.options.get("area_events", OUTWARD)
        found = (p.plan.events[name] for p in self.known.plans if name in p.plan.events)
        return next(found, EventFilter())

    def _on(self, day: date) -> Mapping[int, list[Assessment]]:
        """What held on a day, by unit."""
        if day not in self._held:
            by_unit: dict[int, list[Assessment]] = {}
            for row in assessments.held(self.known.store, district=self.known.district, day=day):
                by_unit.setdefault(row.unit, []).append(row)
            self._held[day] = by_unit
        return self._held[day]

    def _figures(self, since: date) -> Mapping[int, tuple[GoalFigure, ...]]:
        before = {(r.plan, r.goal, r.unit): r for rows in self._on(since).values() for r in rows}
        return {unit: tuple(self._with_goal(rows, before)) for unit, rows in self._on(self.today).items()}

    def _with_goal(
        self, rows: Iterable[Assessment], before: Mapping[tuple[str, str, int], Assessment]
    ) -> Iterable[GoalFigure]:
        for row in rows:
            goal = self.goals.get((row.plan, row.goal))
            if goal is None:
                continue  # it was taken out of the plan; its history stays
            then = before.get((row.plan, row.goal, row.unit))
            yield GoalFigure(
                goal=goal,
                plan=row.plan,
                unit=row.unit,
                now=_standing(row),
                before=None if then is None else _standing(then),
            )

    def _sources(self, facts: Facts) -> Mapping[int, tuple[Source, ...]]:
        """When the lists were read, and the mails that came back, where they ever were."""
        found = observing.sources(facts)
        read = next((job.last_well for job in self.jobs if job.job == "read_bounces"), None)
        if read is None:
            return found
        returned = Source(what=say("returned mail"), read=read)
        return {unit: (*some, returned) for unit, some in found.items()}

    def _questions(self) -> tuple[Question, ...]:
        """Goals that wait for somebody's word, each with an address that holds until the next month's mail."""
        known = self.known
        unanswered = {
            row.goal for row in self._on(self.today).get(known.district, ()) if row.state == GoalState.UNKNOWN
        }
        return tuple(
            Question(
                goal=goal,
                address=attest_address(
                    known.settings, known.configuration, goal.id, until=self.today + ANSWER_WITHIN
                ),
            )
            for goal in answerable(known.configuration)
            if goal.id in unanswered
        )

    def _alerts(self) -> list[Message]:
        """What goes wrong on our own side of sending."""
        with self.known.store.reading() as session:
            open_ = cases.alerts(session, district=self.known.district)
        return [from_json(alert.what) for alert in open_]

    def _troubles(self) -> tuple[MailTrouble, ...]:
        titles = self.known.configuration.titles
        found: list[MailTrouble] = []
        for state in (MailState.PARKED, MailState.REFUSED, MailState.RETURNED):
            rows = mailings.mailings(
                self.known.store, district=self.known.district, state=state, since=self.now - TROUBLE
            )
            found += [
                MailTrouble(
                    state=row.state,
                    role=row.role,
                    unit=titles.get(row.unit, ""),
                    why=from_json(row.why or '{"type":"message","text":""}'),
                    at=row.at,
                )
                for row in rows
                if row.role in ROLES
            ]
        return tuple(sorted(found, key=lambda m: m.at, reverse=True))

    def _months(self) -> tuple[Month, ...]:
        """The state at the end of each of the last months that have one, and now."""
        found: list[Month] = []
        last = self.today.replace(day=1) - timedelta(days=1)
        for _ in range(MONTHS):
            month = self._month(last)
            if month is not None:
                found.insert(0, month)
            last = last.replace(day=1) - timedelta(days=1)
        return tuple(found)

    def _month(self, day: date) -> Month | None:
        rows = [
            row
            for row in self._on(day).get(self.known.district, ())
            if (row.plan, row.goal) in self.goals and not row.shown and row.state != GoalState.NOT_APPLICABLE
        ]
        if not rows:
            return None
        met = sum(row.state == GoalState.MET for row in rows)
        return Month(first=day.replace(day=1), met=met, judged=len(rows))


def _standing(row: Assessment) -> Standing:
    return Standing(
        state=GoalState(row.state),
        finding=from_json(row.finding),
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        target=row.target,
        more_needed=row.more_needed,
        outlook=row.outlook,
        shown=row.shown,
    )
