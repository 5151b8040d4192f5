"""Proposals: what would be changed, for whom and why; approved or rejected as exactly that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, Response

from zetkin_sync.apply.decide import decide
from zetkin_sync.callouts.explanation import likely
from zetkin_sync.errors import Trouble
from zetkin_sync.language import say
from zetkin_sync.reports.counts import EFFECTS
from zetkin_sync.store import behind, outbox, plans
from zetkin_sync.web.blocks import as_html
from zetkin_sync.web.guard import framed
from zetkin_sync.web.journal import note
from zetkin_sync.web.listing import Column, Filters, Kind, Linked, Listing
from zetkin_sync.web.people import named
from zetkin_sync.web.proposing import Proposed
from zetkin_sync.web.refusals import Refusal, forbidden, not_found
from zetkin_sync.web.rendering import environment, page, redirect
from zetkin_sync.web.view import View, Viewed

router = APIRouter()

SHOWN = 40
PEOPLE = 25  # names on one page: each is a question to Zetkin
_LONGEST = 2**53


def _seen(view: View, limit: int) -> Iterator[Proposed]:
    for row in plans.plans(view.store, district=view.district, limit=limit):
        proposed = Proposed(view, row)
        if proposed.is_seen:
            yield proposed


def _rows(view: View, _asked: Filters) -> Iterator[Sequence[Any]]:
    for each in _seen(view, 1000):
        yield _cells(each)


def _cells(each: Proposed) -> Sequence[Any]:
    row = each.row
    return (
        Linked(each.number, f"/plans/{each.number}"),
        each.title,
        row.changes,
        each.plan.recipients,
        each.state,
        row.created,
        row.expires,
    )


LISTING = Listing(
    name="plans",
    title=say("Proposals"),
    columns=(
        Column("plan", say("No."), Kind.NUMBER),
        Column("what", say("What")),
        Column("changes", say("Changes"), Kind.NUMBER),
        Column("people", say("People"), Kind.NUMBER),
        Column("state", say("State")),
        Column("made", say("Made"), Kind.MOMENT),
        Column("expires", say("Answer by"), Kind.MOMENT),
    ),
    rows=_rows,
)
LISTINGS = (LISTING,)


@router.get("/plans")
def proposals(view: Viewed) -> Response:
    """What waits for a decision, and what was decided."""
    found = list(_seen(view, SHOWN))
    return page(
        view,
        "proposals.html.j2",
        listing=LISTING,
        waiting=[p for p in found if p.is_open],
        decided=[_cells(p) for p in found if not p.is_open],
    )


@router.get("/plans/{number}")
def proposal(view: Viewed, number: int) -> Response:
    """One proposal whole."""
    found = _found(view, number)
    effects = outbox.intents_of(view.store, plan=found.number) if found.approvals else []
    counted = Counter(effect.state for effect in effects)
    return page(
        view, "proposal.html.j2", p=found, effects=[(EFFECTS[s], n) for s, n in sorted(counted.items())]
    )


@router.get("/plans/{number}/people")
def people(
    view: Viewed,
    number: int,
    group: Annotated[int, Query(ge=0, le=100_000)] = 0,
    start: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """Whom a group of changes concerns. Names come from Zetkin with the viewer's own access, now, for this page."""
    found = _found(view, number)
    if group >= len(found.groups):
        raise not_found()
    chosen = found.groups[group]
    shown = chosen.people[start : start + PEOPLE]
    asks = {person: chosen.asks[person] for person in shown if person in chosen.asks}
    titles = behind.events_of(
        view.store, {event for events, _ in asks.values() for event in events}, district=view.district
    )
    return page(
        view,
        "people.html.j2",
        p=found,
        group=chosen,
        people=named(view, shown, organization=chosen.organization, why=f"plan {found.number}"),
        start=start,
        step=PEOPLE,
        asks={
            p: (events, None if chance is None else likely(chance)) for p, (events, chance) in asks.items()
        },
        titles={event.id: event.title or str(event.id) for event in titles},
    )


@router.get("/plans/{number}/mails/{place}")
def mail(view: Viewed, number: int, place: int) -> Response:
    """A mail as it will look, for the frame on the proposal's page. It may run nothing and load nothing."""
    found = _found(view, number)
    change = dict(found.mails).get(place)
    if change is None:
        raise not_found()
    blocks = [b for part in change.payload.get("parts", ()) for b in part.get("blocks", ())]
    html = (
        environment()
        .get_template("mail_frame.html.j2")
        .render(lang=view.language.code, subject=str(change.payload.get("subject", "")), body=as_html(blocks))
    )
    return HTMLResponse(html, headers=framed())


@router.post("/plans/{number}/approve")
def approve(
    view: Viewed,
    number: int,
    fingerprint: Annotated[str, Form(max_length=64)],
    why: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Approve exactly what the page showed."""
    return _decide(view, number, fingerprint, why, yes=True)


@router.post("/plans/{number}/reject")
def reject(
    view: Viewed,
    number: int,
    fingerprint: Annotated[str, Form(max_length=64)],
    why: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Reject it, with a reason."""
    if not why.strip():
        raise Refusal(
            422, say("A reason is needed."), say("Write in a few words why not; nothing was decided.")
        )
    return _decide(view, number, fingerprint, why, yes=False)


def _decide(view: View, number: int, fingerprint: str, why: str, *, yes: bool) -> Response:
    found = _found(view, number)
    if not found.may_decide:
        note(view, "refused", why_code="role", plan=number)
        raise forbidden()
    try:
        decide(
            view.store,
            number,
            fingerprint=fingerprint,
            who=view.me.who,
            approve=yes,
            why=why.strip() or None,
            at=view.now,
        )
    except Trouble as trouble:
        note(view, "refused", why_code="plan", plan=number, error=type(trouble).__name__)
        raise
    note(view, "approved" if yes else "rejected", plan=number)
    told = (
        say("Approved. It is carried out within a few minutes.") if yes else say("Rejected; nothing is done.")
    )
    return redirect(view, f"/plans/{number}", told)


def _found(view: View, number: int) -> Proposed:
    """The proposal, when there is one and the viewer may know of it."""
    row = plans.plan_of(view.store, number) if 0 < number < _LONGEST else None
    found = None if row is None or row.district != view.district else Proposed(view, row)
    if found is None:
        raise not_found()
    if not found.is_seen:
        raise view.not_theirs(f"plan:{number}")
    return found
