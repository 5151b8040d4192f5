"""The configuration as it is in force, and what `doctor` says of it. Secrets are shown as set or not set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, SecretStr

from zetkin_sync.doctor import Level, Patient, examine
from zetkin_sync.language import Message, say
from zetkin_sync.web.listing import Column, Filters, Listing
from zetkin_sync.web.rendering import page
from zetkin_sync.web.view import View, Viewed

router = APIRouter()

LEVELS: dict[Level, Message] = {
    Level.GOOD: say("in order"),
    Level.ADVICE: say("advice"),
    Level.BAD: say("wrong"),
}
_HIDDEN = ("database_url", "totp")
_FILES = ("district", "schedule", "actions", "bounces", "callouts", "access", "retention")


def _shown(view: View, name: str, value: Any) -> Any:
    """A value as it may be seen: a secret is set or not, an address of a database has no password."""
    if isinstance(value, SecretStr) or name in _HIDDEN:
        return say("set")
    if value is None or value in ("", (), {}):
        return say("not set")
    if isinstance(value, tuple | list | frozenset | set):
        return ", ".join(str(v) for v in value)
    return value if isinstance(value, int | float | bool | Message) else str(value)


def _rows(view: View, _asked: Filters) -> Iterator[Sequence[Any]]:
    settings = view.installation.settings
    for name in type(settings).model_fields:
        yield say("environment"), name, _shown(view, name, getattr(settings, name))
    for part in _FILES:
        yield from _flat(view, f"{part}.toml", "", getattr(view.configuration, part))


def _flat(view: View, file: str, at: str, value: Any) -> Iterator[Sequence[Any]]:
    """Every key of a file with its value, as deep as it goes."""
    if isinstance(value, BaseModel):
        value = {name: getattr(value, name) for name in type(value).model_fields}
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _flat(view, file, f"{at}.{name}" if at else str(name), inner)
    elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        for number, inner in enumerate(value, start=1):
            yield from _flat(view, file, f"{at}[{number}]", inner)
    else:
        yield file, at, _shown(view, at.rpartition(".")[2], value)


LISTING = Listing(
    name="settings",
    title=say("Settings"),
    columns=(Column("file", say("File")), Column("key", say("Key")), Column("value", say("Value"))),
    rows=_rows,
)
LISTINGS = (LISTING,)


@router.get("/settings")
def settings(view: Viewed) -> Response:
    """What is wrong, and what is set."""
    patient = Patient(view.installation.settings, online=False)
    try:
        found = [(finding, LEVELS[finding.level]) for _, finding in examine(patient)]
    finally:
        patient.close()
    files: dict[Any, list[Sequence[Any]]] = {}
    for file, key, value in _rows(view, Filters()):
        files.setdefault(view.say(file), []).append((key, value))
    return page(
        view,
        "settings.html.j2",
        findings=sorted(found, key=lambda f: (-list(LEVELS).index(f[0].level), str(f[0].what))),
        level=Level,
        files=files,
        listing=LISTING,
    )
