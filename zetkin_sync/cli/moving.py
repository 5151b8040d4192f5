"""`migrate-store`: from one database to another, without loss."""

from __future__ import annotations

from typing import Annotated

import typer

from zetkin_sync.cli import printing
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.settings import read_settings
from zetkin_sync.store import copying, epoch
from zetkin_sync.store.engine import Store

_SAY = printing.say


def migrate_store(
    source: Annotated[str, typer.Argument(metavar="FROM", help=_SAY("The database that is used now."))],
    target: Annotated[str, typer.Argument(metavar="TO", help=_SAY("An empty database."))],
) -> None:
    """Move everything to another database. The old one is marked, and no process works on it again."""
    settings = read_settings()
    old, new = Store(source), Store(target)
    try:
        known = epoch.instance(old)
        if known is not None and known.moved_to is not None:
            raise NeedsHuman(
                say("This database was moved to {place}.", place=known.moved_to),
                say("Set DATABASE_URL to that one; two copies must never work at the same time."),
            )
        with printing.progress_bar() as watch:
            counts = copying.move(
                old, new, place=new.place, watch=lambda name, n, of: watch(say("{name}", name=name), n, of)
            )
        moved = settings.model_copy(update={"database_url": target})
        if moved.instance_path is not None:
            epoch.adopt(new, moved.instance_path)
    finally:
        old.close()
        new.close()
    printing.line(
        say(
            "{rows} rows of {tables} tables were moved and compared.",
            rows=sum(counts.values()),
            tables=len(counts),
        ),
        style="green",
    )
    printing.line(
        say(
            "Set DATABASE_URL to the new database and start the service. Keep the old one until you are sure."
        )
    )
