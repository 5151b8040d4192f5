"""`backup make`, `backup list`, `backup restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zetkin_sync import backup
from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import opened_store
from zetkin_sync.cli.running import AsJson
from zetkin_sync.doctor.disk import size
from zetkin_sync.language import say
from zetkin_sync.settings import read_settings
from zetkin_sync.store import epoch
from zetkin_sync.store.engine import Store

_SAY = printing.say
app = typer.Typer(no_args_is_help=True)


@app.command("make", help=_SAY("Make a backup now; the service goes on meanwhile."))
def make() -> None:
    """Make a backup now; the service goes on meanwhile."""
    settings = read_settings()
    folder, key = backup.folder_of(settings), backup.key_of(settings)
    with opened_store(settings) as store:
        made = backup.make(store, folder, key=key)
    printing.line(
        say("{file} was written ({size}).", file=made.file.name, size=size(made.file.stat().st_size)),
        style="green",
    )


@app.command("list", help=_SAY("The backups there are, the newest first."))
def list_(as_json: AsJson = False) -> None:
    """The backups there are, the newest first."""
    found = backup.backups(backup.folder_of(read_settings()))
    if as_json:
        printing.print_json([{"file": b.file, "made": b.made, "bytes": b.file.stat().st_size} for b in found])
        return
    printing.table(
        [say("File"), say("Made"), say("Size")],
        ((b.file.name, printing.language.moment(b.made), size(b.file.stat().st_size)) for b in found),
    )


@app.command(
    "restore", help=_SAY("Fill an empty database from a backup; nothing is sent until it is reconciled.")
)
def restore(file: Annotated[Path, typer.Argument(help=_SAY("Which backup."))]) -> None:
    """Fill the empty database of DATABASE_URL from a backup."""
    settings = read_settings()
    key = backup.key_of(settings)
    store = Store(settings.database_url, key=settings.cipher)
    try:
        made = backup.restore(file, store, key=key)
        epoch.beat(store, settings.instance_path)
    finally:
        store.close()
    printing.line(
        say("The database is as it was {when}. Nothing is sent from it yet.", when=made), style="green"
    )
    printing.line(
        say("Start the service, let it read Zetkin once, then run `zetkin-sync reconcile --after-restore`.")
    )
