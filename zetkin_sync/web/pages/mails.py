"""The mails as they were sent, or why they were not: what a reader of a unit got, for those who may see the unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response
from pydantic import Field

from zetkin_sync.configuration import Role
from zetkin_sync.language import Message, from_json, say
from zetkin_sync.records import Mailing, MailKind, MailState
from zetkin_sync.reports.envelope import KINDS
from zetkin_sync.reports.readers import ASSOCIATION, COMMITTEE, TITLES
from zetkin_sync.store import mailings
from zetkin_sync.web.guard import framed
from zetkin_sync.web.listing import Column, Filters, Kind, Linked, Listing
from zetkin_sync.web.refusals import not_found
from zetkin_sync.web.rendering import page
from zetkin_sync.web.view import View, Viewed

router = APIRouter()

SHOWN = 50
STATES: dict[str, Message] = {
    MailState.SENDING: say("being sent"),
    MailState.SENT: say("sent"),
    MailState.SKIPPED: say("not sent: nothing to tell"),
    MailState.PARKED: say("nobody knows whether it arrived"),
    MailState.REFUSED: say("refused by the mail server"),
    MailState.RETURNED: say("came back"),
}


class MailFilters(Filters):
    """Which mails."""

    kind: MailKind | None = None
    before: int | None = Field(None, ge=1, le=2**53)


def _mails(view: View, asked: MailFilters, limit: int) -> list[Mailing]:
    equal: dict[str, Any] = {} if asked.kind is None else {"kind": asked.kind}
    units = None if view.may(Role.VIEWER) else view.units
    return mailings.mailings(
        view.store, district=view.district, limit=limit, before=asked.before, units=units, **equal
    )


def _rows(view: View, asked: MailFilters) -> Iterator[Sequence[Any]]:
    return (_cells(view, m) for m in _mails(view, asked, 10_000))


def _cells(view: View, mail: Mailing) -> Sequence[Any]:
    subject: Any = mail.subject or (from_json(mail.why) if mail.why else None)
    return (
        Linked(mail.id, f"/mails/{mail.id}"),
        mail.at,
        KINDS[MailKind(mail.kind)],
        _reader(view, mail),
        STATES[mail.state],
        subject,
    )


def _reader(view: View, mail: Mailing) -> Message:
    given: dict[str, Any] = {"unit": view.title(mail.unit)} if mail.role in (ASSOCIATION, COMMITTEE) else {}
    return Message(TITLES[mail.role].text, given) if mail.role in TITLES else say("{title}", title=mail.role)


LISTING = Listing(
    name="mails",
    title=say("Mails"),
    columns=(
        Column("mail", say("No."), Kind.NUMBER),
        Column("at", say("When"), Kind.MOMENT),
        Column("kind", say("Which")),
        Column("to", say("To")),
        Column("state", say("State")),
        Column("subject", say("Subject")),
    ),
    rows=_rows,
    filters=MailFilters,
)
LISTINGS = (LISTING,)


@router.get("/mails")
def mails(view: Viewed, asked: Annotated[MailFilters, Query()]) -> Response:
    """The newest mails."""
    found = _mails(view, asked, SHOWN + 1)
    return page(
        view,
        "mails.html.j2",
        listing=LISTING,
        rows=[_cells(view, m) for m in found[:SHOWN]],
        older=found[SHOWN - 1].id if len(found) > SHOWN else None,
        asked=asked,
        kinds={k: w for k, w in KINDS.items() if k is not MailKind.QUIET},
    )


@router.get("/mails/{number}")
def mail(view: Viewed, number: int) -> Response:
    """One mail: as it was sent, in both its forms."""
    found = _found(view, number)
    return page(
        view,
        "mail.html.j2",
        mail=found,
        kind=KINDS[MailKind(found.kind)],
        reader=_reader(view, found),
        state=STATES[found.state],
        why=from_json(found.why) if found.why else None,
        body=mailings.body(found),
    )


@router.get("/mails/{number}/as-sent")
def as_sent(view: Viewed, number: int) -> Response:
    """The mail's HTML for the frame on its page. It may run nothing, load nothing and lead nowhere."""
    body = mailings.body(_found(view, number))
    if body is None:
        raise not_found()
    return HTMLResponse(body[0], headers=framed())


def _found(view: View, number: int) -> Mailing:
    found = mailings.mailing(view.store, number) if 0 < number < 2**53 else None
    if found is None or found.district != view.district:
        raise not_found()
    if found.unit not in view.units:
        raise view.not_theirs(f"mailing:{number}")
    return found
