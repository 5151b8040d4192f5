"""The plan as data: each commitment with its quote, our definition, its metric, target, evidence, owners and next step.

A plan is one TOML file. Several stand side by side; a new plan is a new file.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from zetkin_sync.errors import Problem
from zetkin_sync.goals.events import EventFilter
from zetkin_sync.goals.windows import PERIODS, Window, is_period, window
from zetkin_sync.language import say
from zetkin_sync.problems import problems_of

_ID = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")


class EvidenceClass(StrEnum):
    """How the service can know."""

    ZETKIN = "Z"  # read from Zetkin as it is
    CONVENTION = "Zc"  # read from Zetkin if the district keeps a convention: an event type, a tag, a project
    OUTSIDE = "X"  # another source: mailbox, register, ledger
    ATTESTED = "M"  # a named person says so


class TargetFrom(StrEnum):
    """Who set the target. A suggestion is ours, and the district has not decided it."""

    PLAN = "plan"
    SUGGESTION = "suggestion"
    NONE = "none"


class Direction(StrEnum):
    """How the figure is held against the target, or against the same stretch last year."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"
    RISING = "rising"
    FALLING = "falling"
    NONE = "none"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Strict):
    """A text in both languages."""

    sv: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def text(self, language: str) -> str:
        return self.sv if language == "sv" else self.en


class Goal(_Strict):
    """One commitment. `number` is its row in the plan's table; `part` tells several figures of one row apart."""

    number: int = Field(ge=1)
    part: str = Field(default="", max_length=1)
    id: str
    title: Words
    quote: str = Field(min_length=1, max_length=300)
    definition: Words
    metric: str
    parameters: dict[str, Any] = {}
    figure: Literal["share", "count", "days", "hours", "done"] = "share"
    target: float | None = None
    target_from: TargetFrom = TargetFrom.NONE
    direction: Direction = Direction.AT_LEAST
    period: str | None = None
    evidence: tuple[EvidenceClass, ...]
    owner: tuple[str, ...]
    readers: tuple[str, ...]
    step: Words | None = None

    @field_validator("id")
    @classmethod
    def _slug(cls, value: str) -> str:
        if not _ID.match(value):
            raise ValueError(say("small letters a–z, digits and single hyphens"))
        return value

    @field_validator("evidence", "owner", "readers")
    @classmethod
    def _some(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError(say("at least one"))
        return value

    @field_validator("period")
    @classmethod
    def _period(cls, value: str | None) -> str | None:
        if value is not None and not is_period(value):
            raise ValueError(say("allowed: {names}", names=", ".join(PERIODS)))
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.target is not None and self.period is None:
            raise ValueError(
                say("a target needs a period: {names}", names=", ".join(PERIODS)),
            )
        if self.target is not None and self.target_from is TargetFrom.NONE:
            raise ValueError(say('a target says where it comes from: target_from = "plan" or "suggestion"'))
        if self.figure == "share" and self.target is not None and not 0 <= self.target <= 1:
            raise ValueError(say("a share's target is between 0 and 1"))
        return self

    @property
    def name(self) -> str:
        """The number as the plan's table has it: "27", "31a"."""
        return f"{self.number}{self.part}"

    @property
    def judged(self) -> bool:
        """Is there anything to hold the figure against?"""
        return self.direction in (Direction.RISING, Direction.FALLING) or self.target is not None

    def window(self, plan: Plan, day: date) -> Window:
        return window(self.period, day=day, starts=plan.starts, ends=plan.last_day)


class Plan(_Strict):
    """A plan and its goals.

    `followed_until` is set when the plan is kept in force after its end, until the next is decided.
    `events` names filters that goals refer to; `themes`, `audiences` and `committees` say how each of those is
    recognised. `holidays` is the country whose holidays are no working days (ISO 3166).
    """

    id: str
    title: str
    starts: date
    ends: date
    followed_until: date | None = None
    source: str = ""
    holidays: str = "SE"
    roles: dict[str, Words] = {}
    events: dict[str, EventFilter] = {}
    themes: dict[str, EventFilter] = {}
    audiences: dict[str, EventFilter] = {}
    committees: dict[str, EventFilter] = {}
    goals: tuple[Goal, ...] = ()

    def filters(self) -> dict[str, EventFilter]:
        """Every named filter: those of `events` by name, the others as `themes.NAME` and so on."""
        found = dict(self.events)
        for table in ("themes", "audiences", "committees"):
            found |= {f"{table}.{name}": wanted for name, wanted in getattr(self, table).items()}
        return found

    @property
    def last_day(self) -> date:
        return max(self.ends, self.followed_until or self.ends)

    def goal(self, name: str) -> Goal | None:
        """The goal with that id, or with that number in the plan's table."""
        return next((goal for goal in self.goals if name in (goal.id, goal.name)), None)


def parse_plan(data: bytes, *, file: str) -> tuple[Plan | None, list[Problem]]:
    """A plan file. The goals that are right are returned although others are wrong, to check them further."""
    try:
        content = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return None, [
            Problem(file, "-", say("it is not TOML: {why}", why=str(error)), say("see docs/plan.md"))
        ]
    problems: list[Problem] = []
    raw_goals = content.pop("goal", [])
    try:
        plan = Plan.model_validate(content)
    except ValidationError as error:
        problems += problems_of(error, file=file, key="plan", model=Plan)
        plan = None
    goals: list[Goal] = []
    for number, raw in enumerate(raw_goals if isinstance(raw_goals, list) else [], start=1):
        key = f"goal {_name(raw, number)}"
        try:
            goal = Goal.model_validate(raw)
        except ValidationError as error:
            problems += problems_of(error, file=file, key=key, model=Goal)
            continue
        goals.append(goal)
    if not isinstance(raw_goals, list):
        problems.append(Problem(file, "goal", say("it is not a list of tables"), say("write [[goal]]")))
    problems += _together(plan, goals, file)
    return None if plan is None else plan.model_copy(update={"goals": tuple(goals)}), problems


def _name(raw: object, number: int) -> str:
    if not isinstance(raw, dict):
        return str(number)
    return f"{raw.get('number', number)}{raw.get('part', '')}"


def _together(plan: Plan | None, goals: list[Goal], file: str) -> list[Problem]:
    """What is wrong among the goals, not within one."""
    problems = []
    seen: dict[str, str] = {}
    for goal in goals:
        key = f"goal {goal.name}"
        for name in (goal.id, goal.name):
            if name in seen:
                wrong = say("{name} is used already, by {other}", name=name, other=seen[name])
                problems.append(Problem(file, key, wrong, say("an id and a number of its own")))
            seen[name] = key
        if plan is not None and plan.roles:
            for role in dict.fromkeys((*goal.owner, *goal.readers)):
                if role not in plan.roles:
                    wrong = say("there is no role {role}", role=role)
                    allowed = say("allowed: {names}", names=", ".join(plan.roles))
                    problems.append(Problem(file, key, wrong, allowed))
    if plan is not None and plan.ends < plan.starts:
        wrong = say("it ends before it starts")
        problems.append(Problem(file, "plan: ends", wrong, say("a day after starts")))
    return problems
