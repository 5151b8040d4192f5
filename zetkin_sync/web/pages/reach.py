"""Reach: whom mail no longer reaches, per association; their cases; what goes wrong on our own side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response
from pydantic import Field

from zetkin_sync.bounces.verdict import Reason
from zetkin_sync.configuration import Role
from zetkin_sync.language import Share, from_json, say
from zetkin_sync.store import cases as stored
from zetkin_sync.web.journal import note
from zetkin_sync.web.listing import Column, Filters, Kind, Linked, Listing
from zetkin_sync.web.refusals import not_found
from zetkin_sync.web.rendering import page, redirect
from zetkin_sync.web.standing import pictured
from zetkin_sync.web.view import View, Viewed

router = APIRouter()


def _rows(view: View, _asked: Filters) -> Iterator[Sequence[Any]]:
    body, _ = pictured(view, "reach")
    units = body.get("units", {})
    for unit in view.units:
        found = units.get(str(unit))
        if found is None:
            continue
        working = found["members"] - found["without_address"] - found["unreachable"] - found["complained"]
        yield (
            Linked(view.title(unit), f"/reach/cases?unit={unit}"),
            found["members"],
            working,
            Share(working / found["members"]) if found["members"] else None,
            found["unreachable"] + found["complained"],
            found["unknown"],
            found["without_channel"],
            found["restored"],
            found["open"],
        )


LISTING = Listing(
    name="reach",
    title=say("Reach"),
    columns=(
        Column("unit", say("Association")),
        Column("members", say("Members"), Kind.NUMBER),
        Column("working", say("With an address that works, as far as is known"), Kind.NUMBER),
        Column("share", say("Share"), Kind.SHARE),
        Column("unreachable", say("Mail does not arrive"), Kind.NUMBER),
        Column("unknown", say("Of whom nothing is known"), Kind.NUMBER),
        Column("without_channel", say("Without any channel"), Kind.NUMBER),
        Column("restored", say("Reached again this week"), Kind.NUMBER),
        Column("open", say("Open cases"), Kind.NUMBER),
    ),
    rows=_rows,
)
LISTINGS = (LISTING,)


class CaseFilters(Filters):
    """Whose cases."""

    unit: int | None = Field(None, ge=1, le=2**53)


@router.get("/reach")
def reach(view: Viewed) -> Response:
    """Numbers per association, and what goes wrong on our own side."""
    _, computed = pictured(view, "reach")
    alerts = []
    if view.may(Role.VIEWER):
        with view.store.reading() as session:
            alerts = [(from_json(a.what), a.opened) for a in stored.alerts(session, district=view.district)]
    return page(
        view,
        "reach.html.j2",
        listing=LISTING,
        rows=list(_rows(view, Filters())),
        alerts=alerts,
        computed=computed,
    )


@router.get("/reach/cases")
def cases(view: Viewed, asked: Annotated[CaseFilters, Query()]) -> Response:
    """A unit's open cases: the member's number in Zetkin, why, since when; no name is stored here."""
    about = view.unit(asked.unit)
    with view.store.reading() as session:
        found = [
            c
            for c in stored.cases(session, district=view.district, opened_only=True)
            if about in (view.district, c.organization) and c.organization in view.units
        ]
    note(view, "saw", people=[c.person for c in found], subject=f"organization:{about}", why="cases")
    zetkin = view.installation.settings.zetkin_app_url.rstrip("/")
    return page(
        view,
        "cases.html.j2",
        about=about,
        cases=[
            (
                c,
                Reason(c.reason).sentence,
                (view.now - c.opened).days,
                f"{zetkin}/organize/{c.organization}/people/{c.person}",
            )
            for c in found
        ],
        may=lambda case: view.may(Role.APPROVER, case.organization),
    )


@router.post("/reach/cases/{number}")
def other_channel(view: Viewed, number: int, unit: Annotated[int, Form(ge=1, le=2**53)]) -> Response:
    """Somebody has agreed another way to reach the member: the case is over."""
    with view.store.reading() as session:
        mine = stored.cases(session, district=view.district)
    case = next((c for c in mine if c.id == number and c.organization == unit), None)
    if case is None:
        raise not_found()
    stored.agree_other_channel(view.store, district=view.district, case=number, who=view.me.who, now=view.now)
    note(view, "closed_case", people=[case.person], subject=f"case:{number}")
    return redirect(
        view, f"/reach/cases?unit={unit}", say("Taken down: the member is reached in another way.")
    )
