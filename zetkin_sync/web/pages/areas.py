"""Areas: where the priorities are, what has happened there, where nothing has; a map beside the same numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from zetkin_sync.areas.outlines import outlines
from zetkin_sync.goals.links import Links
from zetkin_sync.language import from_json, say
from zetkin_sync.store import behind
from zetkin_sync.web.listing import Column, Filters, Kind, Linked, Listing
from zetkin_sync.web.refusals import not_found
from zetkin_sync.web.rendering import page
from zetkin_sync.web.standing import day_of, pictured, today
from zetkin_sync.web.view import View, Viewed

router = APIRouter()


class AreaFilters(Filters):
    """Whose priorities."""

    unit: int | None = Field(None, ge=1, le=2**53)


def _rows(view: View, asked: AreaFilters) -> Iterator[Sequence[Any]]:
    for figure in _figures(view, view.unit(asked.unit)):
        owners = [view.title(o) for o in figure["owners"]]
        yield (
            Linked(figure["title"], f"/areas/{figure['id']}"),
            figure["held"],
            figure["held"] - figure["before"],
            day_of(figure["next"]),
            ", ".join(owners),
        )


LISTING = Listing(
    name="areas",
    title=say("Areas"),
    columns=(
        Column("area", say("Area")),
        Column("held", say("Events in 30 days"), Kind.NUMBER),
        Column("change", say("Change"), Kind.NUMBER),
        Column("next", say("Next event"), Kind.DAY),
        Column("owners", say("Prioritised by")),
    ),
    rows=_rows,
    filters=AreaFilters,
)
LISTINGS = (LISTING,)


def _figures(view: View, unit: int) -> list[dict[str, Any]]:
    body, _ = pictured(view, "areas")
    return list(body.get("units", {}).get(str(unit), ()))


@router.get("/areas")
def areas(view: Viewed, asked: Annotated[AreaFilters, Query()]) -> Response:
    """A unit's prioritised areas with what happens there; where nothing has happened, and what would help."""
    about = view.unit(asked.unit)
    body, computed = pictured(view, "areas")
    figures = {f["id"]: f for f in _figures(view, about)}
    inside = [a for a in view.configuration.areas.areas if a.in_force(today(view))]
    drawn, height = outlines(inside, around=figures.keys())
    white = [s for s in body.get("white", ()) if s["area"] in figures]
    return page(
        view,
        "areas.html.j2",
        about=about,
        listing=LISTING,
        rows=list(_rows(view, asked)),
        drawn=[(o, figures.get(o.id)) for o in drawn],
        height=height,
        white=[{**s, "step": from_json(s["step"])} for s in white],
        unplaced=body.get("unplaced", 0),
        computed=computed,
    )


@router.get("/areas/{area}")
def area(view: Viewed, area: str) -> Response:
    """One area: its events of the last year, with links into Zetkin."""
    found = next((a for a in view.configuration.areas.areas if a.id == area), None)
    body, computed = pictured(view, "areas")
    numbers = body.get("events", {}).get(area)
    if found is None and numbers is None:
        raise not_found()
    events = behind.events_of(view.store, numbers or [], district=view.district)
    links = Links(
        district=view.district,
        owners={e.id: e.organization for e in events},
        zetkin=view.installation.settings.zetkin_app_url,
        page="",
    )
    return page(
        view,
        "area.html.j2",
        heading=found.title if found else area,
        postcodes=", ".join(found.postcodes) if found else "",
        events=[(e, links.event(e.id), view.title(e.organization)) for e in events],
        computed=computed,
    )
