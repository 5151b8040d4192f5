"""The first page: what needs me, what is broken, where the plan stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from zetkin_sync.configuration import Role
from zetkin_sync.goals.words import ORDER
from zetkin_sync.language import Message, Share, from_json, say
from zetkin_sync.mail.jobs import standings
from zetkin_sync.records import PAUSE, Assessment, GoalState, PlanState, Run
from zetkin_sync.reports.words import STATES, job_name
from zetkin_sync.store import assessments, controls, ledger, plans
from zetkin_sync.web.pages.runs import module_of
from zetkin_sync.web.proposing import Proposed
from zetkin_sync.web.rendering import page
from zetkin_sync.web.standing import pictured
from zetkin_sync.web.view import View, Viewed

router = APIRouter()

WORST = 6
_BAD = (GoalState.MISSED, GoalState.BEHIND)


@router.get("/")
def overview(view: Viewed, unit: Annotated[int | None, Query()] = None) -> Response:
    """What needs me, what is broken, where the plan stands."""
    about = view.unit(unit)
    held = _held(view, about)
    counted = Counter(a.state for a, _ in held)
    bad = [(a, title) for a, title in held if a.state in _BAD]
    return page(
        view,
        "overview.html.j2",
        about=about,
        waiting=_waiting(view),
        broken=list(_broken(view)),
        live=_live(view),
        job_words=lambda run: job_name(module_of(view, run.job)),
        goals=[(state, STATES[state], counted[state]) for state in ORDER if counted[state]],
        worst=[(a, title, from_json(a.finding) if a.finding else None) for a, title in bad[:WORST]],
        more=max(0, len(bad) - WORST),
        states=STATES,
        areas=_areas(view, about),
        computed=max((a.computed for a, _ in held), default=None),
    )


def _live(view: View) -> list[Run]:
    """Runs under way, for those who may look at them."""
    if not view.may(Role.VIEWER):
        return []
    return ledger.runs(view.store, district=view.district, only_open=True, limit=10)


def _waiting(view: View) -> list[Proposed]:
    rows = plans.plans(view.store, district=view.district, states=[PlanState.PROPOSED], limit=20)
    found = [Proposed(view, row) for row in reversed(rows)]
    return [p for p in found if p.is_open and p.is_seen]


def _broken(view: View) -> Iterator[tuple[Message, str]]:
    """What does not work, each as a sentence and where to look: switches that are on, jobs that stand still."""
    for switch in controls.switches(view.store, district=view.district):
        if switch.name.startswith(PAUSE):
            job = job_name(module_of(view, switch.name.removeprefix(PAUSE)))
            yield say("{job} is paused since {when}.", job=job, when=switch.since), "/jobs"
    halted = controls.halted(view.store, district=view.district)
    if halted is not None:
        yield halted, "/jobs"
    schedule = view.configuration.schedule
    found = [s for s in standings(view.store, schedule, district=view.district, now=view.now) if s.stalled]
    late = [s for s in found if s.why is None]
    if len(late) > 1:  # the clock or the workers stood still, and not one job
        names = view.language.joined([view.say(s.what) for s in late])
        yield say("These stand still: {jobs}.", jobs=names), "/jobs"
        found = [s for s in found if s.why is not None]
    for each in found:
        why = each.why or say("It has not ended well for too long.")
        where = f"/runs/{each.run}" if each.run else "/runs"
        yield say("{job} stands still. {why}", job=each.what, why=why), where


@dataclass(frozen=True)
class _Areas:
    """A unit's prioritised areas in brief: how many, in how many of them something happens, where nothing does."""

    total: int
    active: int
    white: list[dict[str, Any]]

    @property
    def share(self) -> Share:
        return Share(self.active / self.total)


def _areas(view: View, unit: int) -> _Areas | None:
    """None while no area is prioritised, as far as reconciling knew."""
    body, _ = pictured(view, "areas")
    figures = body.get("units", {}).get(str(unit), ())
    if not figures:
        return None
    mine = {f["id"] for f in figures}
    white = [s for s in body.get("white", ()) if s["area"] in mine]
    white.sort(key=lambda s: (s["days"] is not None, -(s["days"] or 0)))
    return _Areas(len(figures), sum(f["held"] > 0 for f in figures), white)


def _held(view: View, unit: int) -> list[tuple[Assessment, str]]:
    """Every goal of a unit as it stands, with its title."""
    _, bound = view.installation.bound(view.district)
    titles = {(p.plan.id, g.id): g.title for p in bound for g in p.plan.goals}
    today = view.now.astimezone(view.language.zone).date()
    rows = assessments.held(view.store, district=view.district, day=today, unit=unit)
    return [(a, titles[a.plan, a.goal].text(view.language.code)) for a in rows if (a.plan, a.goal) in titles]
