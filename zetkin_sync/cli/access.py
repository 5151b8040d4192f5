"""`access`: who saw, who changed, who deleted; and whether the log was touched."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import district_of, opened
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import Message, say
from zetkin_sync.store import access
from zetkin_sync.store.access import Deed, Noted

_SAY = printing.say
_Whom = Annotated[
    str | None,
    typer.Argument(
        help=_SAY("A person's id in Zetkin, or a subject such as plan:17. All, if none is given.")
    ),
]
_Since = Annotated[
    datetime | None, typer.Option("--since", help=_SAY("Only from this day on (UTC)."), formats=["%Y-%m-%d"])
]
_Json = Annotated[bool, typer.Option("--json", help=_SAY("Print JSON."))]
_Which = Annotated[
    str | None, typer.Option("--district", help=_SAY("Which district, when there are several."))
]

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command("who-saw", help=_SAY("Who has seen something of a person, or of anything else."))
def who_saw(of: _Whom = None, since: _Since = None, as_json: _Json = False, district: _Which = None) -> None:
    """Who has seen something of a person, or of anything else."""
    _answer((Deed.SAW,), of, since, as_json, district)


@app.command("who-changed", help=_SAY("Who has changed something, or had it done."))
def who_changed(
    of: _Whom = None, since: _Since = None, as_json: _Json = False, district: _Which = None
) -> None:
    """Who has changed something, or had it done."""
    _answer((Deed.CHANGED,), of, since, as_json, district)


@app.command(
    "who-deleted", help=_SAY("Who has deleted something. Of an erased person, the erasure ledger answers.")
)
def who_deleted(
    of: _Whom = None, since: _Since = None, as_json: _Json = False, district: _Which = None
) -> None:
    """Who has deleted something. Of an erased person, the erasure ledger answers."""
    _answer((Deed.DELETED,), of, since, as_json, district)


@app.command("verify", help=_SAY("Whether every entry is there and as it was written (exit code 1 if not)."))
def verify(district: _Which = None) -> None:
    """Whether every entry is there and as it was written."""
    with opened() as installation:
        root = district_of(installation, district).root
        checked = access.verify(installation.store, district=root, keys=installation.settings.keys)
    for wrong in checked.wrong:
        printing.line(wrong, style="red")
    if checked.wrong:
        raise NeedsHuman(
            say("The access log has been touched."),
            say("Keep a copy of the database, and run `zetkin-sync incident` (docs/privacy.md)."),
        )
    printing.line(say("The access log is whole: {n} entries.", n=checked.entries), style="green")


def _answer(
    deeds: tuple[Deed, ...], of: str | None, since: datetime | None, as_json: bool, district: str | None
) -> None:
    person = int(of) if of is not None and of.isdecimal() else None
    with opened() as installation:
        root = district_of(installation, district).root
        found = access.who(
            installation.store,
            deeds,
            district=root,
            person=person,
            subject=of if person is None else None,
            since=None if since is None else since.replace(tzinfo=UTC),
        )
        if person is not None and Deed.DELETED in deeds:
            erased = access.deleted(
                installation.store, district=root, person=person, keys=installation.settings.keys
            )
            found += [
                Noted(0, e.at, e.who, Deed.DELETED, "erasure ledger", "person", 1, e.reason) for e in erased
            ]
    if as_json:
        printing.print_json([entry._asdict() for entry in found])
        return
    if not found:
        printing.line(say("Nobody, as far as the access log goes."))
        return
    printing.table(_HEADINGS, (_row(entry) for entry in found), numbers=(5,))


_HEADINGS: tuple[Message, ...] = (
    say("When"),
    say("Who"),
    say("Did"),
    say("Where"),
    say("On"),
    say("People"),
    say("Why"),
)


def _row(entry: Noted) -> tuple[object, ...]:
    return (
        printing.language.moment(entry.at),
        entry.who,
        printing.say(entry.deed),
        entry.what,
        entry.subject,
        entry.people,
        entry.why,
    )
