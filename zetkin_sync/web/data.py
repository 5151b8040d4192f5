"""Every list under three addresses: /data/NAME.csv, /data/NAME.xlsx and /api/v1/NAME, with the rights of its page."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from zetkin_sync.web.authorization import Row
from zetkin_sync.web.journal import note
from zetkin_sync.web.listing import MOST, Listing, as_csv, as_json
from zetkin_sync.web.view import View, Viewed

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def add_listing(router: APIRouter, listing: Listing, row: Row) -> None:
    """Mount a list's three addresses."""
    filters = listing.filters

    def rows(view: View, asked: Any) -> list[Any]:
        return list(islice(listing.rows(view, asked), MOST))

    def csv_(view: Viewed, asked: Annotated[filters, Query()]) -> Response:  # type: ignore[valid-type]
        note(view, "downloaded", table=listing.name)
        return _file(
            as_csv(listing, rows(view, asked), view.language),
            f"{listing.name}.csv",
            "text/csv; charset=utf-8",
        )

    def xlsx(view: Viewed, asked: Annotated[filters, Query()]) -> Response:  # type: ignore[valid-type]
        from zetkin_sync.web.spreadsheet import as_xlsx  # noqa: PLC0415 - 8 MB that few need

        note(view, "downloaded", table=listing.name)
        return _file(as_xlsx(listing, rows(view, asked), view.language), f"{listing.name}.xlsx", XLSX)

    def api(view: Viewed, asked: Annotated[filters, Query()]) -> Any:  # type: ignore[valid-type]
        return as_json(listing, rows(view, asked), view.language)

    # The filters are this list's own, so annotations cannot be names that FastAPI looks up in the module.
    for function in (csv_, xlsx, api):
        function.__annotations__ = {"view": Viewed, "asked": Annotated[filters, Query()]}
        setattr(function, "row", row)  # noqa: B010 - a function has no such attribute of its own
    where = f"/data/{listing.name}"
    router.get(f"{where}.csv", name=f"{listing.name}.csv", include_in_schema=False)(csv_)
    router.get(f"{where}.xlsx", name=f"{listing.name}.xlsx", include_in_schema=False)(xlsx)
    router.get(
        f"/api/v1/{listing.name}",
        name=f"{listing.name}.json",
        response_model=listing.answer_model(),
        summary=str(listing.title),
        tags=["lists"],
        responses={
            401: {"description": "Nobody is logged in."},
            403: {"description": "Not with this role."},
            404: {"description": "A unit that is not there, or that is not the viewer's."},
        },
    )(api)


def _file(content: bytes, name: str, kind: str) -> Response:
    return Response(
        content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
