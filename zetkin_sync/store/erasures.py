"""The erasure ledger: keyed hashes of who was erased, in the database and in a file outside it and its backups.

A database that is restored from a backup brings erased people back. So before anything else is done with it,
the file is held against it: what the database does not know of is erased again (`settle`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, insert, select

from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.privacy import text_hasher
from zetkin_sync.records import Erasure
from zetkin_sync.store import erasing
from zetkin_sync.store.engine import Store

_erasures: Table = Erasure.__table__  # type: ignore[attr-defined]


class Line(NamedTuple):
    """An erasure as it stands in the file."""

    district: int
    person: bytes
    at: datetime
    who: str
    reason: str
    rows: int
    barred: bool

    @property
    def once(self) -> tuple[int, bytes, datetime]:
        return self.district, self.person, self.at


class Settled(NamedTuple):
    """What came of holding file and database together."""

    replayed: int  # erasures that the database did not know of
    rows: int  # rows that were erased again
    written: int  # erasures that the file did not know of


def settle(store: Store, file: Path | None, *, keys: Callable[[], Sequence[bytes]]) -> Settled:
    """Erase again what a restored database has brought back, and let the file know what it lacks.

    Called before anything else is done with a database. Raises NeedsHuman when the file cannot be read or
    written: then nothing may run, because nobody knows who must not be there.
    """
    if file is None:
        return Settled(0, 0, 0)
    known = set(_read(file))
    with store.reading() as session:
        stored = {_line(row) for row in session.connection().execute(select(_erasures)).all()}
    lacking = sorted(
        {line.once: line for line in known if line.once not in {s.once for s in stored}}.values()
    )
    rows = 0
    if lacking:
        with store.writing() as session:
            rows = _replay(session.connection(), lacking, keys())
        erasing.sweep(store)
    new = [line for line in sorted(stored) if line.once not in {k.once for k in known}]
    _append(file, new)
    return Settled(len(lacking), rows, len(new))


def _replay(connection: Connection, lacking: Sequence[Line], keys: Sequence[bytes]) -> int:
    rows = 0
    for district in {line.district for line in lacking}:
        wanted = {line.person for line in lacking if line.district == district}
        for person in sorted(_everybody(connection, district)):
            if any(_hasher(key, district)(person) in wanted for key in keys):
                rows += erasing.remove(connection, district=district, person=person)
    connection.execute(insert(_erasures), [line._asdict() for line in lacking])
    return rows


def _everybody(connection: Connection, district: int) -> set[int]:
    """The id of everybody who is anywhere in the database."""
    found: set[int] = set()
    for table, columns in erasing.marked("person"):
        for column in columns:
            query = select(column).where(table.c.district == district, column.is_not(None)).distinct()
            found.update(connection.execute(query).scalars())
    return found


def barred(store: Store, *, district: int, keys: Sequence[bytes]) -> Callable[[int], bool] | None:
    """Who is left out of every reading because they asked to be erased; None when nobody is."""
    query = select(_erasures.c.person).where(_erasures.c.district == district, _erasures.c.barred)
    with store.reading() as session:
        hashes = set(session.connection().execute(query).scalars())
    if not hashes:
        return None
    hashers = [_hasher(key, district) for key in keys]
    return lambda person: any(hashed(person) in hashes for hashed in hashers)


def any_since(store: Store, since: datetime) -> bool:
    """Was anybody erased since an instant?"""
    with store.reading() as session:
        query = select(_erasures.c.id).where(_erasures.c.at >= since).limit(1)
        return session.connection().execute(query).first() is not None


def _hasher(key: bytes, district: int) -> Callable[[int], bytes]:
    """`access.person_hash` with the key taken in once."""
    hashed = text_hasher(key)
    return lambda person: hashed(f"erased:{district}:{person}")


def _line(row: Any) -> Line:
    return Line(row.district, row.person, row.at, row.who, row.reason, row.rows, row.barred)


def _read(file: Path) -> Iterable[Line]:
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        for line in text.splitlines():
            found = json.loads(line)
            yield Line(
                **{
                    **found,
                    "person": bytes.fromhex(found["person"]),
                    "at": datetime.fromisoformat(found["at"]),
                }
            )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise NeedsHuman(
            say("The erasure ledger {path} cannot be read.", path=file.name),
            say("Nothing runs without it: erased people could come back. Restore the file from its copy."),
        ) from error


def _append(file: Path, lines: Sequence[Line]) -> None:
    """Add lines at the end of the file, on the disk before this returns."""
    if not lines:
        return
    text = "".join(
        json.dumps({**line._asdict(), "person": line.person.hex(), "at": line.at.isoformat()}) + "\n"
        for line in lines
    )
    try:
        handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise NeedsHuman(
            say("{path} cannot be written: {what}.", path=file.name, what=error.strerror),
            say("Give the service's user the folder, or set ZETKIN_SYNC_INSTANCE_FILE to another place."),
        ) from error
