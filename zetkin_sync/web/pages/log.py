"""The log: who saw, changed, deleted, logged in or was refused, from the access log that nobody can alter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from zetkin_sync.language import Message, say
from zetkin_sync.store import access
from zetkin_sync.store.access import Deed, Noted
from zetkin_sync.web.listing import Column, Filters, Kind, Listing
from zetkin_sync.web.rendering import page
from zetkin_sync.web.view import View, Viewed

router = APIRouter()

SHOWN = 100
DEEDS: dict[Deed, Message] = {
    Deed.SAW: say("saw"),
    Deed.CHANGED: say("changed"),
    Deed.DELETED: say("deleted"),
    Deed.ENTERED: say("logged in or out"),
    Deed.REFUSED: say("was refused"),
}


class LogFilters(Filters):
    """Which entries."""

    deed: Deed | None = None


def _entries(view: View, asked: LogFilters, most: int) -> list[Noted]:
    deeds = list(Deed) if asked.deed is None else [asked.deed]
    return access.who(view.store, deeds, district=view.district, most=most)


def _cells(view: View, entry: Noted) -> Sequence[Any]:
    return (
        entry.number,
        entry.at,
        view.named(entry.who),
        DEEDS[Deed(entry.deed)],
        entry.what,
        entry.subject,
        entry.people or None,
        entry.why,
    )


def _rows(view: View, asked: LogFilters) -> Iterator[Sequence[Any]]:
    return (_cells(view, e) for e in _entries(view, asked, 10_000))


LISTING = Listing(
    name="log",
    title=say("Log"),
    columns=(
        Column("entry", say("No."), Kind.NUMBER),
        Column("at", say("When"), Kind.MOMENT),
        Column("who", say("Who")),
        Column("did", say("Did")),
        Column("where", say("Where")),
        Column("on", say("On")),
        Column("people", say("People"), Kind.NUMBER),
        Column("why", say("Why")),
    ),
    rows=_rows,
    filters=LogFilters,
)
LISTINGS = (LISTING,)


@router.get("/log")
def log(view: Viewed, asked: Annotated[LogFilters, Query()]) -> Response:
    """The newest entries; the downloads have them all."""
    found = _entries(view, asked, SHOWN)
    return page(
        view, "log.html.j2", listing=LISTING, rows=[_cells(view, e) for e in found], asked=asked, deeds=DEEDS
    )
