"""Callouts: which events need people, what is proposed, what callouts have come to, and why somebody is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from zetkin_sync.callouts.asking import explainer_of
from zetkin_sync.callouts.why import GATES
from zetkin_sync.context import known_facts
from zetkin_sync.goals.links import Links
from zetkin_sync.language import from_json, say
from zetkin_sync.records import PlanState
from zetkin_sync.store import plans
from zetkin_sync.web.journal import note
from zetkin_sync.web.listing import Column, Filters, Kind, Linked, Listing
from zetkin_sync.web.proposing import Proposed
from zetkin_sync.web.rendering import page
from zetkin_sync.web.standing import pictured
from zetkin_sync.web.view import View, Viewed

router = APIRouter()
ACTION = "ask_network"


def _needs(view: View, _asked: Filters) -> Iterator[Sequence[Any]]:
    body, _ = pictured(view, "callouts")
    found = body.get("needs", ())
    links = Links(
        district=view.district,
        owners={n["event"]: n["organization"] for n in found},
        zetkin=view.installation.settings.zetkin_app_url,
        page="",
    )
    for n in found:
        yield (
            Linked(n["title"] or str(n["event"]), links.event(n["event"]) or "/callouts"),
            datetime.fromisoformat(n["starts"]),
            view.title(n["organization"]),
            n["open"],
            n["required"],
            n["area"] if n["priority"] else None,
        )


def _effects(view: View, _asked: Filters) -> Iterator[Sequence[Any]]:
    body, _ = pictured(view, "callouts")
    for kind, heading in (
        ("by_callout", say("Callout")),
        ("by_area", say("Area")),
        ("by_type", say("Event type")),
    ):
        for t in body.get(kind, ()):
            yield (heading, t["name"] or "–", *(t[k] for k in _COUNTS), _rounded(t["messages_per_place"]))


_COUNTS = ("messages", "signed_up", "came", "opted_out")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


NEEDS = Listing(
    name="needs",
    title=say("Events that need people"),
    columns=(
        Column("event", say("Event")),
        Column("starts", say("When"), Kind.CLOCK),
        Column("association", say("Association")),
        Column("open", say("Open places"), Kind.NUMBER),
        Column("required", say("Of"), Kind.NUMBER),
        Column("area", say("Priority area")),
    ),
    rows=_needs,
)
EFFECTS = Listing(
    name="effects",
    title=say("What callouts have come to"),
    columns=(
        Column("kind", say("By")),
        Column("name", say("What")),
        Column("messages", say("Messages"), Kind.NUMBER),
        Column("signed_up", say("Signed up"), Kind.NUMBER),
        Column("came", say("Came"), Kind.NUMBER),
        Column("left", say("Left"), Kind.NUMBER),
        Column("per_place", say("Messages per place"), Kind.NUMBER),
    ),
    rows=_effects,
)
LISTINGS = (NEEDS, EFFECTS)


@router.get("/callouts")
def callouts(view: Viewed) -> Response:
    """Need, proposals, effect."""
    body, computed = pictured(view, "callouts")
    rows = plans.plans(view.store, district=view.district, limit=60)
    proposed = [Proposed(view, row) for row in rows if row.action == ACTION]
    return page(
        view,
        "callouts.html.j2",
        needs=NEEDS,
        need_rows=list(_needs(view, Filters())),
        for_people=[(o["event"], o["title"], from_json(o["why"])) for o in body.get("for_people", ())],
        waiting=[p for p in proposed if p.row.state == PlanState.PROPOSED and p.is_open],
        earlier=[p for p in proposed if p.row.state != PlanState.PROPOSED][:10],
        effects=EFFECTS,
        effect_rows=list(_effects(view, Filters())),
        total=body.get("total"),
        gini=_rounded_share(body.get("gini")),
        never=body.get("never", 0),
        warnings=[from_json(w) for w in body.get("warnings", ())],
        state_word=plans.state_word,
        computed=computed,
    )


def _rounded_share(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


@router.get("/callouts/why")
def why(
    view: Viewed,
    person: Annotated[int, Query(ge=1, le=2**53)],
    event: Annotated[int, Query(ge=1, le=2**53)],
) -> Response:
    """Each gate in order for one person and one event: why asked, or why not."""
    facts = known_facts(view.store, view.configuration, now=view.now)
    found = explainer_of(facts).explain(person, event)
    note(view, "saw", people=[person], subject=f"event:{event}", why="why asked")
    return page(view, "callout_why.html.j2", person=person, event=event, found=found, gates=GATES)
