"""`person`: what the data protection law gives a person: a copy, to be erased, to be left alone."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import district_of, opened, who
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.reports import dossier
from zetkin_sync.store import access, erasing, erasures, rights, subject
from zetkin_sync.store.access import Deed

_SAY = printing.say
_Person = Annotated[int, typer.Argument(help=_SAY("The person's id in Zetkin."), min=1)]
_Which = Annotated[
    str | None, typer.Option("--district", help=_SAY("Which district, when there are several."))
]

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command(
    "export", help=_SAY("Write down everything that is stored about a person: JSON and a readable page.")
)
def export(
    person: _Person,
    out: Annotated[Path, typer.Option("--out", help=_SAY("The folder to write to."))] = Path(),
    district: _Which = None,
) -> None:
    """Write down everything that is stored about a person: JSON and a readable page."""
    with opened() as installation:
        configuration = district_of(installation, district)
        store, root = installation.store, configuration.root
        plain = _named(subject.everything(store, district=root, person=person))
        now = store.now()
        with store.writing() as session:
            access.note(
                session,
                district=root,
                who=who(),
                deed=Deed.SAW,
                what="person export",
                people=[person],
                why="right of access",
                at=now,
            )
    made = printing.language.moment(now)
    html = dossier.page(plain, printing.language, district=configuration.district.title, made=made)
    _write(out / f"person-{person}.json", json.dumps(plain, ensure_ascii=False, indent=2) + "\n")
    _write(out / f"person-{person}.html", html)
    printing.line(
        say(
            "{rows} rows in {tables} tables: person-{person}.json and person-{person}.html.",
            rows=sum(len(t["rows"]) for t in plain["tables"]),
            tables=len(plain["tables"]),
            person=str(person),
        )
    )


def _named(value: Any) -> Any:
    """Named tuples as what JSON and templates read by name."""
    if hasattr(value, "_asdict"):
        return {name: _named(part) for name, part in value._asdict().items()}
    if isinstance(value, list):
        return [_named(part) for part in value]
    if isinstance(value, dict):
        return {name: _named(part) for name, part in value.items()}
    return value


def _write(path: Path, text: str) -> None:
    """A file that only its owner reads."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise NeedsHuman(
            say("{path} cannot be written: {what}.", path=path.name, what=error.strerror),
            say("Choose another folder with --out."),
        ) from error


@app.command(
    "erase", help=_SAY("Erase a person from the service, and leave them out of what is read from now on.")
)
def erase(
    person: _Person,
    yes: Annotated[bool, typer.Option("--yes", help=_SAY("Do not ask; there is no way back."))] = False,
    district: _Which = None,
) -> None:
    """Erase a person from the service, and leave them out of what is read from now on."""
    if not yes and not typer.confirm(
        printing.say(say("Erase person {id}? There is no way back.", id=str(person)))
    ):
        raise typer.Exit(printing.FAILED)
    with opened() as installation:
        root, store, settings = (
            district_of(installation, district).root,
            installation.store,
            installation.settings,
        )
        with store.writing() as session:
            now = store.now(session.connection())
            access.note(
                session,
                district=root,
                who=who(),
                deed=Deed.DELETED,
                what="person erase",
                people=[person],
                why="right to erasure",
                at=now,
            )
            erased = erasing.erase(
                session,
                district=root,
                person=person,
                key=settings.key,
                who=who(),
                reason="asked",
                at=now,
                barred=True,
            )
        erasures.settle(store, settings.erasure_path, keys=lambda: settings.keys)
        erasing.sweep(store)
    printing.line(
        say("Erased: {rows} rows. Zetkin is not changed: remove the person there too.", rows=erased.rows),
        style="green",
    )


@app.command("restrict", help=_SAY("Do nothing about a person any more: no callout, no tag, no call list."))
def restrict(
    person: _Person,
    release: Annotated[bool, typer.Option("--release", help=_SAY("They may be asked again."))] = False,
    district: _Which = None,
) -> None:
    """Do nothing about a person any more: no callout, no tag, no call list."""
    with opened() as installation:
        root, store = district_of(installation, district).root, installation.store
        with store.writing() as session:
            now = store.now(session.connection())
            changed = (
                rights.release(session, person, district=root)
                if release
                else rights.restrict(session, person, district=root, at=now)
            )
            if changed:
                access.note(
                    session,
                    district=root,
                    who=who(),
                    deed=Deed.CHANGED,
                    what="person release" if release else "person restrict",
                    people=[person],
                    why="right to object",
                    at=now,
                )
    if not changed:
        printing.line(say("It was so already."))
    elif release:
        printing.line(say("The person may be asked again."), style="green")
    else:
        printing.line(say("Nothing is done about the person any more."), style="green")
