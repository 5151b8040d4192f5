"""Is this the database that the host has been working with, or an older copy of it?

A copy does not know what was sent after it was made; started as if nothing had happened it would send again
(RELIABILITY §2.2, R9). So the database holds a number that only grows, and each host keeps the newest it has
seen in a file outside the database. A database that is behind the file, another's, or unknown to the host
switches all sending off until every open effect has been looked up.
"""

from __future__ import annotations

import json
import os
import tempfile
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Table, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import Message, say
from zetkin_sync.records import EVERY_DISTRICT, RESTORED, Control, Instance
from zetkin_sync.store.engine import Store

_instances: Table = Instance.__table__  # type: ignore[attr-defined]
_controls: Table = Control.__table__  # type: ignore[attr-defined]
_ALIVE = timedelta(minutes=10)  # another host that worked on it so lately vouches for it


@dataclass(frozen=True)
class Seen:
    """What a host remembers of its database."""

    identity: str
    beat: int


def remembered(file: Path) -> Seen | None:
    """What the file says; None when there is none or it cannot be understood."""
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
        return Seen(str(known["identity"]), int(known["beat"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(file: Path, seen: Seen) -> None:
    """Write the file whole or not at all. Raises NeedsHuman when that cannot be done."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump({"identity": seen.identity, "beat": seen.beat}, out)
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(file)
    except OSError as error:
        with suppress(OSError, UnboundLocalError):
            Path(name).unlink()
        raise NeedsHuman(
            say("{path} cannot be written: {what}.", path=file.name, what=error.strerror),
            say("Give the service's user the folder, or set ZETKIN_SYNC_INSTANCE_FILE to another place."),
        ) from error


def instance(store: Store) -> Instance | None:
    """The database's own row."""
    with store.reading() as session:
        return session.get(Instance, EVERY_DISTRICT)


def restored_at(store: Store) -> datetime | None:
    """When this database was last found to be an older copy."""
    found = instance(store)
    return None if found is None else found.restored


def check(store: Store, file: Path | None) -> Message | None:
    """`beat`, but without writing where everything is as it was: what a command begins with."""
    found = instance(store)
    seen = None if file is None else remembered(file)
    if found is not None and found.moved_to is None and (file is None or seen is not None):
        known = Seen(found.identity, found.beat)
        if _doubt(seen, known, vouched=False, watched=file is not None) is None:
            return None
    return beat(store, file)


def beat(store: Store, file: Path | None) -> Message | None:
    """Let the number grow and remember it. Returns why all sending was switched off just now, or None.

    Called when a process starts and every minute while it lives. Raises NeedsHuman when the database has been
    moved to another place.
    """
    try:
        return _beat(store, file)
    except IntegrityError:  # another process of a new installation started at the same moment and was first
        return _beat(store, file)


def _beat(store: Store, file: Path | None) -> Message | None:
    seen = None if file is None else remembered(file)
    with store.transaction() as connection:
        now = store.now(connection)
        row = connection.execute(
            select(_instances).with_for_update() if store.dialect == "postgresql" else select(_instances)
        ).one_or_none()
        if row is not None and row.moved_to is not None:
            raise NeedsHuman(
                say("This database was moved to {place}.", place=row.moved_to),
                say("Set DATABASE_URL to that one; two copies must never work at the same time."),
            )
        why = _doubt(
            seen,
            None if row is None else Seen(row.identity, row.beat),
            vouched=row is not None and store.dialect == "postgresql" and now - row.beaten < _ALIVE,
            watched=file is not None,
        )
        identity = uuid.uuid4().hex if row is None else row.identity
        counted = max(int(now.timestamp()), 0 if row is None else row.beat + 1, seen.beat + 1 if seen else 0)
        values = {"identity": identity, "beat": counted, "beaten": now}
        if row is None:
            connection.execute(insert(_instances).values(district=EVERY_DISTRICT, **values))
        else:
            connection.execute(update(_instances).values(values))
        if why is not None:
            halt(connection, now=now)
    if file is not None:
        remember(file, Seen(identity, counted))
    return why


def adopt(store: Store, file: Path) -> None:
    """Trust this database from now on: everything was just moved into it from the one that was trusted."""
    found = instance(store)
    if found is not None:
        remember(file, Seen(found.identity, found.beat))


def _doubt(seen: Seen | None, found: Seen | None, *, vouched: bool, watched: bool) -> Message | None:
    if not watched:
        return None
    if seen is None:
        fresh = found is None or found.beat == 0
        return None if fresh or vouched else say("This host has not worked with this database before.")
    if found is None:
        return say("The database is empty, and this host has worked with one that was not.")
    if seen.identity != found.identity:
        return say("This is another database than the one this host worked with.")
    if found.beat < seen.beat:
        return say("The database is an older copy than the one this host worked with.")
    return None


def halt(connection: Connection, *, now: datetime) -> None:
    """Switch all sending off, for every district, because of a restored database."""
    known = select(func.count()).where(_controls.c.district == EVERY_DISTRICT, _controls.c.name == RESTORED)
    if not connection.execute(known).scalar_one():
        connection.execute(
            insert(_controls).values(district=EVERY_DISTRICT, name=RESTORED, who="zetkin_sync", since=now)
        )
    connection.execute(update(_instances).values(restored=now))
