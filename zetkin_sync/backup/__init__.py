"""Backups: the whole database at one instant, encrypted, in one file; and back, as something that may not send yet.

Either kind of database goes into the same file (an SQLite database, sealed), and comes back to either. What was sent
after the backup was made it does not know, so a restored database sends nothing until
`zetkin-sync reconcile --after-restore` has looked up what is open.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from zetkin_sync import __version__
from zetkin_sync.backup import sealing
from zetkin_sync.errors import ConfigError, NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.settings import Settings
from zetkin_sync.store import copying, epoch, schema
from zetkin_sync.store.engine import Store

ENDING = ".backup"
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Backup:
    """A file and when it was made."""

    file: Path
    made: datetime


def key_of(settings: Settings) -> bytes:
    """The key that backups are sealed with. Raises ConfigError when it is not set."""
    key = settings.backup_key
    if key is None or len(key.get_secret_value()) < 32:
        raise ConfigError(
            say("{name} is not set, or shorter than 32 characters.", name="ZETKIN_SYNC_BACKUP_KEY"),
            say(
                "Make one with `{command}` and keep it in two places away from the backups.",
                command='python3 -c "import secrets; print(secrets.token_hex(32))"',
            ),
        )
    return key.get_secret_value().encode()


def folder_of(settings: Settings) -> Path:
    """Where backups are kept. Raises ConfigError when it is not set."""
    if settings.backups is None:
        raise ConfigError(
            say("ZETKIN_SYNC_BACKUPS is not set."), say("Set it to a folder, best on another disk.")
        )
    return settings.backups


def backups(folder: Path) -> list[Backup]:
    """What lies in the folder, the newest first."""
    found = []
    for file in folder.glob(f"zetkin_sync-*{ENDING}"):
        try:
            made = datetime.strptime(file.name, f"zetkin_sync-{_STAMP}{ENDING}").replace(tzinfo=UTC)
        except ValueError:
            continue
        found.append(Backup(file, made))
    return sorted(found, key=lambda b: b.made, reverse=True)


def newest_backup(folder: Path) -> Backup | None:
    """The newest in the folder."""
    return next(iter(backups(folder)), None)


def make(store: Store, folder: Path, *, key: bytes) -> Backup:
    """Write a backup, while the service goes on."""
    now = store.now()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NeedsHuman(
            say("The backup cannot be written: {what}.", what=error.strerror),
            say("Check the folder's rights and free space."),
        ) from error
    target = folder / f"zetkin_sync-{now:{_STAMP}}{ENDING}"
    with _workshop(folder) as bench:
        plain = bench / "plain.db"
        held = Store(f"sqlite:///{plain}")
        try:
            copying.copy(store, held)
            held.settle()
        finally:
            held.close()
        known = {
            "made": now.isoformat(),
            "schema": schema.newest(),
            "version": __version__,
            "from": store.dialect,
        }
        sealing.seal(plain, target, key=key, about=known)
    return Backup(target, now)


def thin_out(folder: Path, *, now: datetime, keep: timedelta) -> int:
    """Delete backups older than `keep`, but never the newest. Returns how many."""
    old = [b for b in backups(folder)[1:] if now - b.made > keep]
    for each in old:
        each.file.unlink(missing_ok=True)
    return len(old)


def restore(file: Path, target: Store, *, key: bytes) -> datetime:
    """Fill an empty database from a backup; all sending is off in it. Returns when the backup was made."""
    if not copying.is_empty(target):
        raise NeedsHuman(
            say("The database to restore to is not empty."),
            say("Stop the service and move its database away, or name a new one."),
        )
    with _workshop(None) as bench:
        plain = bench / "plain.db"
        known = sealing.unseal(file, plain, key=key)
        held = Store(f"sqlite:///{plain}")
        try:
            schema.migrate(held)
            with held.transaction() as connection:
                epoch.halt(connection, now=datetime.now(UTC))
            copying.copy(held, target)
        finally:
            held.close()
    return datetime.fromisoformat(known["made"])


@contextmanager
def _workshop(folder: Path | None) -> Iterator[Path]:
    """A folder that only we can enter, gone afterwards."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".zetkin_sync-") as name:
        os.chmod(name, 0o700)  # noqa: PTH101
        yield Path(name)
