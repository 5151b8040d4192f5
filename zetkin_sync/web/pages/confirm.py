"""Confirm: somebody says that a commitment is done, or not, or was not held; what was said before stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from zetkin_sync import statements
from zetkin_sync.configuration import Role
from zetkin_sync.errors import ConfigError
from zetkin_sync.goals import Goal
from zetkin_sync.goals.attestations import read_ticket
from zetkin_sync.goals.words import state_of
from zetkin_sync.language import Message, say
from zetkin_sync.store import attestations
from zetkin_sync.web.journal import note
from zetkin_sync.web.refusals import Refusal, not_found
from zetkin_sync.web.rendering import page, redirect
from zetkin_sync.web.standing import standing, today
from zetkin_sync.web.view import View, Viewed

router = APIRouter()

ANSWERS: Mapping[str, Message] = {
    "done": say("It is done"),
    "not_done": say("It was not done"),
    "not_held": say("It is not held this year"),
    "not_started": say("Not started"),
    "started": say("Started"),
    "decided": say("Decided"),
    "held": say("It is held; Zetkin shows how it went"),
    "date_set": say("The day is set, see below"),
}
_ALWAYS = ("done", "not_done", "not_held")


@router.get("/confirm")
def confirm(view: Viewed, unit: Annotated[int | None, Query(ge=1, le=2**53)] = None) -> Response:
    """What somebody's word is needed for, what was said last; an association's roles."""
    about = view.unit(unit)
    last = {
        a.goal: a
        for a in reversed(attestations.history(view.store, district=view.district))
        if a.unit == view.district
    }
    answerable = {goal.id for goal in statements.answerable(view.configuration)}
    asked = [f for f in standing(view, unit=view.district) if f.goal.id in answerable]
    rows = [
        (f.goal, f.goal.title.text(view.language.code), state_of(f.assessed), last.get(f.goal.id))
        for f in asked
    ]
    rows.sort(key=lambda row: (row[3] is not None, row[0].number, row[0].part))
    zetkin = view.installation.settings.zetkin_app_url.rstrip("/")
    return page(
        view,
        "confirm.html.j2",
        about=about,
        rows=rows if view.may(Role.VIEWER) else [],
        answers=ANSWERS,
        roles=f"{zetkin}/organize/{about}/people",
    )


@router.get("/attest/{ticket}")
def follow(view: Viewed, ticket: str) -> Response:
    """A signed link of a mail: leads to the question, and answers nothing by itself."""
    asked = read_ticket(ticket, keys=view.installation.settings.keys, today=today(view))
    if asked is None or asked.district != view.district:
        raise Refusal(
            404, say("The link is too old, or not whole."), say("Choose the commitment in the list instead.")
        )
    return redirect(view, f"/confirm/{asked.goal}")


@router.get("/confirm/{name}")
def question(view: Viewed, name: str) -> Response:
    """One commitment: what it means, what was said before, and the form."""
    goal = _answerable(view, name)
    return page(
        view,
        "confirm_goal.html.j2",
        goal=goal,
        heading=goal.title.text(view.language.code),
        definition=goal.definition.text(view.language.code),
        answers=[(key, ANSWERS[key]) for key in _answers_of(goal)],
        words=ANSWERS,
        day=today(view),
        said=[
            a
            for a in attestations.history(view.store, district=view.district, goal=goal.id)
            if a.unit == view.district
        ],
    )


@router.post("/confirm/{name}")
def answer(
    view: Viewed,
    *,
    name: str,
    verdict: Annotated[str, Form(max_length=20)],
    on: Annotated[date, Form()],
    link: Annotated[str, Form(max_length=500)] = "",
    months: Annotated[int, Form(ge=1, le=60)] = 12,
) -> Response:
    """Take an answer down; the figure changes at the next run."""
    goal = _answerable(view, name)
    try:
        if verdict not in _answers_of(goal):
            raise ConfigError(say("That is no answer to this commitment."))
        statements.attest(
            view.store,
            view.configuration,
            goal=goal.id,
            verdict=verdict,
            who=view.me.who,
            on=on,
            link=link or None,
            months=months,
        )
    except ConfigError as wrong:
        raise Refusal(422, wrong.what, say("Go back and correct it; nothing was taken down.")) from wrong
    note(view, "attested", subject=f"goal:{goal.id}", why=verdict)
    return redirect(
        view,
        f"/goals/{goal.id}",
        say("Taken down: {answer}. It counts at the next run.", answer=ANSWERS[verdict]),
    )


def _answerable(view: View, name: str) -> Goal:
    for goal in statements.answerable(view.configuration):
        if name in (goal.id, goal.name):
            return goal
    raise not_found()


def _answers_of(goal: Goal) -> tuple[str, ...]:
    """What may be said about a goal: done or not, and the stages that its rule or its day knows."""
    stages = tuple(s for s in goal.parameters.get("accepted", ()) if s not in _ALWAYS)
    if stages:
        return ("not_started", *stages, "done", "not_held")
    return _ALWAYS if goal.metric == "attested" else (*_ALWAYS, "held", "date_set")
