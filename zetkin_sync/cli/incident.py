"""`incident`: everything that a report of a personal data breach needs, in one folder, within the 72 hours."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from zetkin_sync import incidents
from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import district_of, opened, who
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.store import access
from zetkin_sync.store.access import Deed

_SAY = printing.say


def incident(
    since: Annotated[
        datetime,
        typer.Option("--since", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help=_SAY("From when on (UTC).")),
    ],
    out: Annotated[Path, typer.Option("--out", help=_SAY("The folder to write to."))] = Path("incident"),
    district: Annotated[
        str | None, typer.Option("--district", help=_SAY("Which district, when there are several."))
    ] = None,
) -> None:
    """Gather what an incident report needs."""
    with opened() as installation:
        configuration = district_of(installation, district)
        store, root = installation.store, configuration.root
        now = store.now()
        bundle = incidents.gather(
            store,
            district=root,
            keys=installation.settings.keys,
            since=since.replace(tzinfo=UTC),
            now=now,
            folder=configuration.folder,
        )
        with store.writing() as session:
            access.note(
                session,
                district=root,
                who=who(),
                deed=Deed.SAW,
                what="incident",
                subject="access log",
                why="breach evidence",
                at=now,
            )
    deadline = printing.language.moment(now + timedelta(hours=72))
    try:
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, value in bundle.items():
            _write(out / f"{name}.json", value)
        form = incidents.form(
            bundle, printing.language, title=configuration.district.title, deadline=deadline
        )
        _write(out / "report.md", form)
    except OSError as error:
        raise NeedsHuman(
            say("{path} cannot be written: {what}.", path=out.name, what=error.strerror),
            say("Choose another folder with --out."),
        ) from error
    wrong = bundle["chain"]["wrong"]
    for text in wrong:
        printing.line(text, style="red")
    printing.line(
        say(
            "{entries} entries of the access log, {runs} runs, {sends} messages: {folder}. Report to the authority by {deadline}.",
            entries=len(bundle["access"]),
            runs=len(bundle["runs"]),
            sends=len(bundle["sends"]),
            folder=str(out),
            deadline=deadline,
        ),
        style="red" if wrong else "green",
    )


def _write(path: Path, value: Any) -> None:
    text = (
        value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n"
    )
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
