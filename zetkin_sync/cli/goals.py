"""`goals`: where the plan stands, goal by goal, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from zetkin_sync import plugins
from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import district_of, opened
from zetkin_sync.goals import Assessed, Goal, Observed
from zetkin_sync.goals.assess import points_each
from zetkin_sync.goals.links import Links
from zetkin_sync.goals.measurement import Evidence, Part
from zetkin_sync.goals.table import markdown, set_by, target_of
from zetkin_sync.goals.words import ORDER, OUTLOOKS, state_of
from zetkin_sync.language import Share, say
from zetkin_sync.plan_status import PlanStatus, goal_named, plan_named, status_of, unit_named

_SAY = printing.say
_STYLES = {"missed": "bold red", "behind": "red", "unknown": "yellow", "on_track": "cyan", "met": "green"}

District = Annotated[
    str | None, typer.Option("--district", help=_SAY("Which district, when there are several."))
]
AsJson = Annotated[bool, typer.Option("--json", help=_SAY("Print JSON."))]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help=_SAY("A past day: what was shown then.")),
]


def goals(  # noqa: PLR0917 - the order is the command's
    goal: Annotated[
        str | None, typer.Argument(help=_SAY("One goal: its id, or its number in the plan."))
    ] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", help=_SAY("One association: its id, or its title in Zetkin."))
    ] = None,
    why: Annotated[
        bool, typer.Option("--why", help=_SAY("The rule in words, and the records behind the figure."))
    ] = False,
    as_of: AsOf = None,
    plan: Annotated[
        str | None, typer.Option("--plan", help=_SAY("Which plan, when there are several."))
    ] = None,
    table: Annotated[
        bool, typer.Option("--table", help=_SAY("The plan's table, in Markdown, and nothing else."))
    ] = False,
    district: District = None,
    as_json: AsJson = False,
) -> None:
    """Where the plan stands, goal by goal, and why."""
    with opened() as installation:
        configuration = district_of(installation, district)
        plans = plugins.bound_plans(configuration)
        today = installation.store.now().astimezone(configuration.district.zone).date()
        bound = plan_named(plans, plan, today=today)
        if table:
            printing.out.print(markdown(bound.plan), markup=False, soft_wrap=True)
            return
        chosen = goal_named(bound, goal) if goal else None
        status = status_of(
            installation.store,
            configuration,
            installation.settings,
            plan=bound.plan.id,
            day=as_of.date() if as_of else None,
            only=chosen.id if chosen else None,
            plans=plans,
        )
        asked = unit_named(status.facts, unit) if unit else status.facts.district
        if as_json:
            shown = [found for g in bound.plan.goals if (found := status.one(g, asked)) is not None]
            printing.print_json([_as_dict(a, status, why=why) for a in shown])
        elif chosen is None:
            _print_all(status, asked)
        else:
            _print_one(status, chosen, asked, why=why)


def _print_all(status: PlanStatus, unit: int) -> None:
    by_goal = {a.goal: a for a in status.assessed if a.unit == unit}
    found = [(g, by_goal[g.id]) for g in status.plan.plan.goals if g.id in by_goal]
    printing.line(status.plan.plan.title, style="bold")
    printing.table(
        [say("No."), say("Goal"), say("State"), say("Finding"), say("Target"), say("Set by")],
        (
            (g.name, g.title.text(printing.language.code), state_of(a), a.finding, target_of(g), set_by(g))
            for g, a in found
        ),
    )
    counts = [(state, sum(a.state is state for _, a in found)) for state in ORDER]
    printing.line(
        say(
            "{met} met, {track} on track, {behind} behind, {missed} missed, {unknown} unknown, {other} not judged",
            **_counts(dict(counts)),
        )
    )


def _counts(counts: dict[Any, int]) -> dict[str, int]:
    by_name = {state.value: n for state, n in counts.items()}
    names = {"met": "met", "track": "on_track", "behind": "behind", "missed": "missed", "unknown": "unknown"}
    return {key: by_name[state] for key, state in names.items()} | {"other": by_name["not_applicable"]}


def _print_one(status: PlanStatus, goal: Goal, unit: int, *, why: bool) -> None:
    code = printing.language.code
    found = status.one(goal, unit)
    printing.line(f"{goal.name}. {goal.title.text(code)}", style="bold")
    printing.line(f"”{goal.quote}”")
    if found is None:
        printing.line(say("This goal is not judged for {unit}.", unit=Observed(status.facts).title(unit)))
        return
    printing.line(
        say("{state}: {finding}", state=state_of(found), finding=found.finding),
        style=_STYLES.get(found.state.value),
    )
    _print_figure(goal, found)
    for missing in found.missing:
        printing.line(say("Missing: {what}", what=missing), style="yellow")
    if goal.step and found.state.value in ("behind", "missed", "unknown"):
        printing.line(say("Next step: {step}", step=goal.step.text(code)))
    if why:
        printing.line(say("Rule: {rule}", rule=goal.definition.text(code)))
    units = [p for p in found.parts if isinstance(p.unit, str)] if unit == status.facts.district else []
    others = (
        [a for a in status.of(goal) if a.unit != status.facts.district]
        if unit == status.facts.district
        else []
    )
    _print_units(status, others, units)
    if why:
        _print_evidence(status, found.evidence)


def _print_figure(goal: Goal, found: Assessed) -> None:
    printing.line(say("Target: {target} ({who})", target=target_of(goal), who=set_by(goal)))
    weight = points_each(found) if goal.figure == "share" and (found.denominator or 0) <= 100 else None
    if weight:
        printing.line(say("One of them is {points} percentage points.", points=weight))
    if found.before is not None:
        before = Share(found.before) if goal.figure == "share" else found.before
        printing.line(say("The same stretch last year: {before}", before=before))
    if found.outlook is not None:
        printing.line(say("By the end of the year: {outlook}", outlook=OUTLOOKS[found.outlook]))


def _print_units(status: PlanStatus, units: Sequence[Assessed], areas: Sequence[Part]) -> None:
    titles = {o.id: o.title for o in status.facts.organizations}
    rank = {state: place for place, state in enumerate(ORDER)}
    if units:
        ordered = sorted(units, key=lambda a: (rank[a.state], titles.get(a.unit, "")))
        printing.table(
            [say("Association"), say("State"), say("Finding")],
            ((titles.get(a.unit, str(a.unit)), state_of(a), a.finding) for a in ordered),
        )
    if areas:
        printing.table(
            [say("What"), say("Known"), say("Finding")],
            ((p.title, p.verdict.value, p.finding) for p in areas),
        )


def _print_evidence(status: PlanStatus, evidence: Sequence[Evidence]) -> None:
    if not evidence:
        printing.line(say("No single records stand behind this figure: it is a count."))
    rows = [(kind, str(id_), status.links.link(kind, id_)) for kind, ids in evidence for id_ in ids]
    if rows:
        printing.table([say("Record"), say("Id"), say("Link")], rows)


def _as_dict(found: Assessed, status: PlanStatus, *, why: bool) -> dict[str, Any]:
    goal = status.plan.plan.goal(found.goal)
    shown: dict[str, Any] = {
        "plan": found.plan,
        "goal": found.goal,
        "number": found.number,
        "title": goal.title.text(printing.language.code) if goal else found.goal,
        "unit": found.unit,
        "day": found.day,
        "state": found.state.value,
        "shown_only": found.shown,
        "finding": _SAY(found.finding),
        "value": found.value,
        "numerator": found.numerator,
        "denominator": found.denominator,
        "lower": found.lower,
        "upper": found.upper,
        "more_needed": found.more_needed,
        "before": found.before,
        "outlook": None if found.outlook is None else found.outlook.value,
        "target": found.target,
        "target_from": found.target_from.value,
        "missing": [_SAY(message) for message in found.missing],
        "evidence_class": [c.value for c in goal.evidence] if goal else [],
        "readers": list(goal.readers) if goal else [],
        "owner": list(goal.owner) if goal else [],
    }
    if goal and why:
        shown["rule"] = goal.definition.text(printing.language.code)
        shown["quote"] = goal.quote
        shown["step"] = goal.step.text(printing.language.code) if goal.step else None
        shown["units"] = [_part_as_dict(part, status.links) for part in found.parts]
    if why:
        shown["evidence"] = [
            {"kind": kind, "id": id_, "link": status.links.link(kind, id_)}
            for kind, ids in found.evidence
            for id_ in ids
        ]
    return shown


def _part_as_dict(part: Part, links: Links) -> dict[str, Any]:
    return {
        "unit": part.unit,
        "title": part.title,
        "known": part.verdict.value,
        "finding": _SAY(part.finding),
        "value": part.value,
        "of": part.of,
        "missing": [_SAY(message) for message in part.missing],
        "evidence": [{"kind": k, "id": i, "link": links.link(k, i)} for k, ids in part.evidence for i in ids],
    }
