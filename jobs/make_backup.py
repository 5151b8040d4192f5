"""Make an encrypted backup of the whole database, and delete those that are too old."""

from __future__ import annotations

from datetime import timedelta

from zetkin_sync import backup
from zetkin_sync.context import Context, Outcome
from zetkin_sync.language import say
from zetkin_sync.records import RunState

_FRESH = timedelta(hours=6)


def run(context: Context) -> Outcome:
    """Options: `keep_days`, 30 when not given: a member who was erased is gone from the backups after that."""
    settings = context.settings
    if settings.backups is None:
        return Outcome(
            state=RunState.SKIPPED,
            notes=(say("ZETKIN_SYNC_BACKUPS is not set: no backup was made."),),
        )
    key = backup.key_of(settings)
    newest = backup.newest_backup(settings.backups)
    made = 0
    if (
        newest is None or context.now() - newest.made > _FRESH
    ):  # the database is one, the districts may be many
        backup.make(context.store, settings.backups, key=key)
        made = 1
    keep = timedelta(days=int(context.options.get("keep_days", 30)))
    deleted = backup.thin_out(settings.backups, now=context.now(), keep=keep)
    return Outcome(counts={"made": made, "deleted": deleted})
