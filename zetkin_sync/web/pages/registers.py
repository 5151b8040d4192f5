"""Registers: files kept elsewhere taken in, with every row that was not understood; the templates for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import Response

from zetkin_sync import plugins, statements
from zetkin_sync.configuration import Role
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import say, say_n
from zetkin_sync.records import RegisterReading
from zetkin_sync.store import registers as stored
from zetkin_sync.web.authorization import UPLOAD
from zetkin_sync.web.journal import note
from zetkin_sync.web.refusals import Refusal, not_found
from zetkin_sync.web.rendering import page, redirect
from zetkin_sync.web.view import View, Viewed

router = APIRouter()


@router.get("/registers")
def registers(view: Viewed) -> Response:
    """Which registers there are, when each was last taken in, and a form for each."""
    return page(view, "registers.html.j2", registers=list(_registers(view)), may=view.may(Role.APPROVER))


@router.get("/registers/{name}/template.csv")
def template(view: Viewed, name: str) -> Response:
    """An empty file to fill in."""
    found = _register(view, name)
    headers = {"Content-Disposition": f'attachment; filename="{found.name}.csv"'}
    return Response(found.template(), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/registers/{name}")
def take_in(
    view: Viewed, name: str, file: UploadFile, *, strict: Annotated[bool, Form()] = False
) -> Response:
    """Take a file in: what is understood is kept, what is not is listed row by row."""
    found = _register(view, name)
    data = file.file.read(UPLOAD + 1)
    filename = PurePath(file.filename or "file.csv").name[:100]
    if not data:
        raise Refusal(422, say("No file was chosen."), say("Choose a CSV or Excel file and try again."))
    result = statements.upload(
        view.store,
        view.configuration,
        view.installation.settings,
        register=name,
        data=data,
        filename=filename,
        who=view.me.who,
        strict=strict,
    )
    if result.taken:
        note(view, "took_in", subject=f"register:{found.name}", count=result.rows)
    if result.taken and not result.errors and result.members is None:
        taken = say_n("{n} row was taken in.", "{n} rows were taken in.", result.rows)
        return redirect(view, "/registers", taken)
    return page(
        view,
        "register.html.j2",
        status=200 if result.taken else 422,
        register=found,
        result=result,
        filename=filename,
    )


def _registers(view: View) -> Iterator[tuple[str, plugins.Register, RegisterReading | None]]:
    newest: dict[str, RegisterReading] = {}
    for reading in stored.readings(view.store, district=view.district):
        newest.setdefault(reading.name, reading)
    for name in view.configuration.district.registers:
        found = plugins.register(name, view.configuration)
        yield name, found, newest.get(found.name)


def _register(view: View, name: str) -> plugins.Register:
    try:
        return plugins.register(name, view.configuration)
    except ConfigError as error:
        raise not_found() from error
