"""Priorities: an association's officials say which places, themes and target groups come first; the board the district's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from zetkin_sync import statements
from zetkin_sync.configuration import Role
from zetkin_sync.errors import ConfigError
from zetkin_sync.goals.priorities import AUDIENCE, GEOGRAPHIC, KINDS, THEME, current
from zetkin_sync.language import Message, say
from zetkin_sync.records import Priority
from zetkin_sync.records.facts import PriorityFact
from zetkin_sync.store import plan_facts, priorities
from zetkin_sync.web.journal import note
from zetkin_sync.web.refusals import Refusal
from zetkin_sync.web.rendering import page, redirect
from zetkin_sync.web.standing import today
from zetkin_sync.web.view import View, Viewed

router = APIRouter()

TITLES: Mapping[str, Message] = {
    GEOGRAPHIC: say("Places"),
    THEME: say("Themes"),
    AUDIENCE: say("Target groups"),
}
RADIUS = 300


@router.get("/priorities")
def priorities_(view: Viewed, unit: Annotated[int | None, Query(ge=1, le=2**53)] = None) -> Response:
    """What comes first for a unit, last year's ticked; the history below."""
    about = view.unit(unit)
    held = _held(view, about)
    told = priorities.history(view.store, district=view.district, owner=about)
    return page(
        view,
        "priorities.html.j2",
        about=about,
        groups=[(kind, TITLES[kind], _choices(view, kind, held)) for kind in KINDS],
        places=[p for p in held if _own_place(p)],
        confirmed=max((p.confirmed for p in held if p.confirmed), default=None),
        due=_is_due(held, today(view)),
        history=_history(told),
        may=view.may(Role.APPROVER, about),
        radius=RADIUS,
        titles=_titles(view),
        kinds=TITLES,
    )


@router.post("/priorities")
def confirm(
    view: Viewed,
    *,
    unit: Annotated[int, Form(ge=1, le=2**53)],
    geographic: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    theme: Annotated[list[str], Form()] = [],  # noqa: B006
    audience: Annotated[list[str], Form()] = [],  # noqa: B006
    place: Annotated[list[str], Form()] = [],  # noqa: B006
    new_title: Annotated[str, Form(max_length=80)] = "",
    new_lat: Annotated[str, Form(max_length=20)] = "",
    new_lng: Annotated[str, Form(max_length=20)] = "",
    new_radius: Annotated[int, Form(ge=50, le=5000)] = RADIUS,
) -> Response:
    """State the unit's three lists anew: that confirms them for a year."""
    about = view.unit(unit)
    kept = {_token(p): p for p in _held(view, about) if _own_place(p)}
    places = [_again(kept[t]) for t in place if t in kept]
    if new_title.strip():
        places.append(_new_place(about, new_title.strip(), new_lat, new_lng, new_radius))
    stated = {
        GEOGRAPHIC: [*_plain(about, GEOGRAPHIC, geographic), *places],
        THEME: _plain(about, THEME, theme),
        AUDIENCE: _plain(about, AUDIENCE, audience),
    }
    count = 0
    try:
        for kind, found in stated.items():
            count += statements.state_priorities(
                view.store, view.configuration, found, owner=about, kind=kind, who=view.me.who
            )
    except ConfigError as wrong:
        raise Refusal(422, wrong.what, wrong.do) from wrong
    note(view, "stated_priorities", subject=f"organization:{about}", count=count)
    told = say(
        "Confirmed for {unit}: {n} in all. They count at the next run.", unit=view.title(about), n=count
    )
    return redirect(view, f"/priorities?unit={about}", told)


def _held(view: View, owner: int) -> tuple[PriorityFact, ...]:
    day = today(view)
    told = plan_facts.load_priorities(view.store, district=view.district)
    return current((*view.configuration.priorities, *told), day=day).get(owner, ())


def _choices(view: View, kind: str, held: Iterable[PriorityFact]) -> list[tuple[str, str, bool]]:
    ticked = {p.subject for p in held if p.kind == kind and not _own_place(p)}
    titles = _titles(view)
    subjects = set(statements.subjects(view.configuration, kind)) | ticked
    return sorted(((s, titles.get(s, s), s in ticked) for s in subjects), key=lambda row: row[1].casefold())


def _titles(view: View) -> dict[str, str]:
    """What areas, themes and target groups are called."""
    found = {area.id: area.title for area in view.configuration.areas.areas}
    for _, plan in view.configuration.plans:
        for name, wanted in (*plan.themes.items(), *plan.audiences.items()):
            found.setdefault(name, wanted.title or name)
    return found


def _own_place(priority: PriorityFact | Priority) -> bool:
    return priority.lat is not None and priority.lng is not None


def _token(priority: PriorityFact) -> str:
    return f"{priority.subject}|{priority.lat}|{priority.lng}|{priority.radius}"


def _plain(owner: int, kind: str, subjects: Iterable[str]) -> list[PriorityFact]:
    return [PriorityFact(owner=owner, kind=kind, subject=s) for s in dict.fromkeys(subjects)]


def _again(place: PriorityFact) -> PriorityFact:
    """A workplace stated again: from today on, for as long as before."""
    return PriorityFact(
        owner=place.owner,
        kind=place.kind,
        subject=place.subject,
        lat=place.lat,
        lng=place.lng,
        radius=place.radius,
    )


def _new_place(owner: int, title: str, lat: str, lng: str, radius: int) -> PriorityFact:
    try:
        where = float(lat.replace(",", ".")), float(lng.replace(",", "."))
    except ValueError as error:
        raise Refusal(
            422,
            say("A place of its own needs latitude and longitude as numbers."),
            say("A map shows them when you press a point for long: 59.33, 18.06."),
        ) from error
    if not (-90 <= where[0] <= 90 and -180 <= where[1] <= 180):
        raise Refusal(
            422, say("There is no such point on Earth."), say("Latitude first, then longitude: 59.33, 18.06.")
        )
    return PriorityFact(
        owner=owner, kind=GEOGRAPHIC, subject=title, lat=where[0], lng=where[1], radius=float(radius)
    )


def _is_due(held: Iterable[PriorityFact], day: date) -> bool:
    """Nobody has confirmed them this year."""
    return all(p.confirmed is None or p.confirmed.year < day.year for p in held)


def _history(rows: Iterable[Priority]) -> list[tuple[date, str, str, list[Priority]]]:
    """What was stated when, by whom: one group for each statement."""
    groups: dict[tuple[date, str, str], list[Priority]] = {}
    for row in rows:
        groups.setdefault((row.at.date(), row.who, row.kind), []).append(row)
    return [(day, who, kind, some) for (day, who, kind), some in groups.items()][:30]
