"""config/schedule.toml: which jobs run, when, and after which others."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from zetkin_sync.language import say

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_TIME = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")


def _clock_time(text: str) -> str:
    if not _TIME.match(text):
        raise ValueError(say("“{text}” is not a time of day", text=text), say("hours and minutes, as 07:00"))
    return text


class JobEntry(BaseModel):
    """When one job runs: at local times on weekdays, every so many minutes, or after other jobs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    module: str | None = Field(None, description="the module in jobs/; the entry's own name when not given")
    at: tuple[Annotated[str, AfterValidator(_clock_time)], ...] = ()
    days: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    every_minutes: int | None = Field(None, ge=1, le=1440)
    after: tuple[str, ...] = ()
    grace_minutes: int = Field(180, ge=1, description="how late it may still start")
    jitter_minutes: float = Field(0, ge=0, le=120, description="spread over so long, district by district")
    timeout_minutes: float = Field(240, gt=0, description="a run that takes longer is given up")
    oldest_hours: float = Field(36, gt=0)
    options: dict[str, Any] = {}

    @model_validator(mode="after")
    def _one_way(self) -> JobEntry:
        if self.at and self.every_minutes:
            raise ValueError(say("both at and every_minutes are given"), say("one of the two"))
        return self

    @property
    def times(self) -> tuple[time, ...]:
        return tuple(sorted(time.fromisoformat(t.zfill(5)) for t in self.at))

    @property
    def grace(self) -> timedelta:
        return timedelta(minutes=self.grace_minutes)

    @property
    def timeout(self) -> timedelta:
        return timedelta(minutes=self.timeout_minutes)

    @property
    def follows_only(self) -> bool:
        """Has it no time of its own, so that it starts when the jobs before it are done?"""
        return not self.at and self.every_minutes is None


class Schedule(BaseModel):
    """Every job."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    jobs: dict[str, JobEntry] = {}

    @model_validator(mode="after")
    def _known_and_acyclic(self) -> Schedule:
        for name, entry in self.jobs.items():
            for first in entry.after:
                if first not in self.jobs:
                    raise ValueError(
                        say("{job} is to run after {first}, which is not a job here", job=name, first=first),
                        say("one of {jobs}", jobs=", ".join(sorted(self.jobs))),
                    )
        for name in self.jobs:
            self._follow(name, ())
        return self

    def _follow(self, name: str, seen: tuple[str, ...]) -> None:
        if name in seen:
            raise ValueError(
                say("jobs wait for each other: {jobs}", jobs=" → ".join((*seen, name))),
                say("take one `after` away"),
            )
        for first in self.jobs[name].after:
            self._follow(first, (*seen, name))

    def goes_first(self, job: str) -> tuple[str, ...]:
        """Every job that is to be done before this one: those it names, and those before them."""
        found: dict[str, None] = {}
        for first in self.jobs[job].after:
            found |= dict.fromkeys((first, *self.goes_first(first)))
        return tuple(found)

    def followers(self, job: str) -> tuple[str, ...]:
        """The jobs without a time of their own that start when this one is done."""
        return tuple(n for n, e in self.jobs.items() if e.follows_only and job in e.after)
