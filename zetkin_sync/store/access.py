"""The access log: add to it, ask it who saw, changed or deleted what, and prove that nobody touched it.

`note` is called in the transaction of the deed itself, so that there is no deed without its entry. Each entry
is also a line in the service's log with its place and hash: who rewrites the table as a whole, head and all,
still contradicts the journal.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection, Row, Table, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from zetkin_sync.language import Message, say
from zetkin_sync.privacy import keyed_hash, pseudonym
from zetkin_sync.records import AccessCheckpoint, AccessEntry, AccessHead, AccessPerson, Deed, Erasure
from zetkin_sync.store.engine import Session, Store

_entries: Table = AccessEntry.__table__  # type: ignore[attr-defined]
_heads: Table = AccessHead.__table__  # type: ignore[attr-defined]
_checkpoints: Table = AccessCheckpoint.__table__  # type: ignore[attr-defined]
_persons: Table = AccessPerson.__table__  # type: ignore[attr-defined]
_erasures: Table = Erasure.__table__  # type: ignore[attr-defined]
_BATCH = 500

__all__ = ["Checked", "Deed", "Noted", "checkpoint", "cut", "deleted", "note", "person_hash", "verify", "who"]


class Noted(NamedTuple):
    """An entry as it is read; `people` says how many are meant."""

    number: int
    at: datetime
    who: str
    deed: str
    what: str
    subject: str
    people: int
    why: str


class Checked(NamedTuple):
    """Whether the chain holds: how many entries were read, and what is wrong where."""

    entries: int
    wrong: tuple[Message, ...]


def note(
    session: Session,
    *,
    district: int,
    who: str,
    deed: Deed,
    what: str,
    why: str,
    at: datetime,
    subject: str = "",
    people: Collection[int] = (),
) -> int:
    """Add an entry in the transaction of the deed. Returns its place in the chain.

    `who` is "user:ID", "cli:ACCOUNT" or "service"; `what` names the page, command or job; `subject` is a kind
    and an id ("plan:17"); `people` are Zetkin ids, kept as pseudonyms.
    """
    connection = session.connection()
    number, before = _locked_head(connection, district)
    number += 1
    names = _pseudonyms(connection, district, people)
    values = {
        "district": district,
        "number": number,
        "at": at,
        "who": who,
        "deed": str(deed),
        "what": what,
        "subject": subject,
        "people": f" {' '.join(names)} " if names else "",
        "count": len(names),
        "why": why,
    }
    chain = _linked(before, values)
    connection.execute(insert(_entries).values(**values, chain=chain))
    connection.execute(update(_heads).where(_heads.c.district == district).values(number=number, chain=chain))
    structlog.get_logger().info("access", district=district, deed=str(deed), entry=number, chain=chain.hex())
    return number


def _locked_head(connection: Connection, district: int) -> tuple[int, bytes]:
    made = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(made(_heads).values(district=district, number=0, chain=b"").on_conflict_do_nothing())
    row = connection.execute(
        select(_heads.c.number, _heads.c.chain).where(_heads.c.district == district).with_for_update()
    ).one()
    return row.number, row.chain


def _pseudonyms(connection: Connection, district: int, people: Collection[int]) -> list[str]:
    wanted = sorted(set(people))
    known = _known(connection, district, wanted)
    new = {person: pseudonym() for person in wanted if person not in known}
    if new:
        rows = [{"district": district, "person": p, "pseudonym": name} for p, name in new.items()]
        connection.execute(insert(_persons), rows)
    return sorted({**known, **new}.values())


def _known(connection: Connection, district: int, people: Sequence[int]) -> dict[int, str]:
    found = {}
    for start in range(0, len(people), _BATCH):
        some = people[start : start + _BATCH]
        query = select(_persons.c.person, _persons.c.pseudonym).where(
            _persons.c.district == district, _persons.c.person.in_(some)
        )
        found.update({row.person: row.pseudonym for row in connection.execute(query)})
    return found


def _linked(before: bytes, values: dict[str, object]) -> bytes:
    """The hash of an entry and of the one before it."""
    plain = {k: v.astimezone(UTC).isoformat() if isinstance(v, datetime) else v for k, v in values.items()}
    body = json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()
    return hashlib.sha256(before + body).digest()


def who(
    store: Store,
    deeds: Collection[Deed],
    *,
    district: int,
    person: int | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    most: int = 1000,
) -> list[Noted]:
    """The newest entries with these deeds, about a person or a subject if one is given; newest first."""
    query = select(_entries).where(_entries.c.district == district, _entries.c.deed.in_([*map(str, deeds)]))
    with store.reading() as session:
        connection = session.connection()
        if person is not None:
            name = _known(connection, district, [person]).get(person)
            if name is None:
                return []
            query = query.where(_entries.c.people.contains(f" {name} ", autoescape=True))
        if subject is not None:
            query = query.where(_entries.c.subject == subject)
        if since is not None:
            query = query.where(_entries.c.at >= since)
        rows = connection.execute(query.order_by(_entries.c.number.desc()).limit(most)).all()
    return [Noted(r.number, r.at, r.who, r.deed, r.what, r.subject, r._mapping["count"], r.why) for r in rows]


def person_hash(key: bytes, district: int, person: int) -> bytes:
    """How a person stands in the erasure ledger."""
    return keyed_hash(key, f"erased:{district}:{person}")


def deleted(store: Store, *, district: int, person: int, keys: Sequence[bytes]) -> list[Erasure]:
    """The erasures of a person, newest first: their pseudonym is gone, the erasure ledger still answers."""
    hashes = [person_hash(key, district, person) for key in keys]
    query = select(_erasures).where(_erasures.c.district == district, _erasures.c.person.in_(hashes))
    with store.reading() as session:
        rows = session.connection().execute(query.order_by(_erasures.c.at.desc())).mappings().all()
    return [Erasure(**row) for row in rows]


def checkpoint(session: Session, *, district: int, key: bytes, at: datetime) -> int:
    """Sign where the chain stands now. Returns the entry that is covered; 0 when there is none."""
    connection = session.connection()
    number, chain = _locked_head(connection, district)
    signed = select(_checkpoints.c.number).where(
        _checkpoints.c.district == district, _checkpoints.c.number == number
    )
    if number and connection.execute(signed).first() is None:
        _sign(connection, district, number, chain, key=key, at=at, cut_=False)
    return number


def cut(session: Session, *, district: int, key: bytes, before: datetime, at: datetime) -> int:
    """Remove the entries from before an instant, leaving a signed checkpoint in their place. Returns how many."""
    connection = session.connection()
    _locked_head(connection, district)
    newest = (
        select(_entries.c.number, _entries.c.chain)
        .where(_entries.c.district == district, _entries.c.at < before)
        .order_by(_entries.c.number.desc())
        .limit(1)
    )
    last = connection.execute(newest).one_or_none()
    if last is None:
        return 0
    older = (_checkpoints.c.district == district, _checkpoints.c.number <= last.number)
    connection.execute(delete(_checkpoints).where(*older))
    _sign(connection, district, last.number, last.chain, key=key, at=at, cut_=True)
    where = (_entries.c.district == district, _entries.c.number <= last.number)
    return connection.execute(delete(_entries).where(*where)).rowcount


def _sign(
    connection: Connection, district: int, number: int, chain: bytes, *, key: bytes, at: datetime, cut_: bool
) -> None:
    values = {"district": district, "number": number, "at": at, "chain": chain, "cut": cut_}
    connection.execute(insert(_checkpoints).values(**values, signature=_signature(key, values)))


def _signature(key: bytes, values: dict[str, object]) -> bytes:
    chain = values["chain"]
    assert isinstance(chain, bytes)
    text = f"checkpoint:{values['district']}:{values['number']}:{values['cut']}:{chain.hex()}"
    return keyed_hash(key, text)


def verify(store: Store, *, district: int, keys: Sequence[bytes]) -> Checked:
    """Recompute the chain from its last signed cut to its head; every place where it does not hold is named."""
    wrong: list[Message] = []
    with store.reading() as session:
        connection = session.connection()
        points = connection.execute(
            select(_checkpoints).where(_checkpoints.c.district == district).order_by(_checkpoints.c.number)
        ).all()
        for point in points:
            values = {"district": district, "number": point.number, "chain": point.chain, "cut": point.cut}
            if not any(hmac.compare_digest(_signature(key, values), point.signature) for key in keys):
                wrong.append(say("The checkpoint at entry {n} was not signed by us.", n=point.number))
        cuts = [p for p in points if p.cut]
        expected, chain = (cuts[-1].number, cuts[-1].chain) if cuts else (0, b"")
        signed = {p.number: p.chain for p in points if not p.cut}
        read = 0
        for row in _rows(connection, district):
            read += 1
            if row.number != expected + 1:
                wrong.append(
                    say("Entries {first}–{last} are missing.", first=expected + 1, last=row.number - 1)
                )
            values = {name: getattr(row, name) for name in _LINKED}
            if _linked(chain, values) != row.chain:
                wrong.append(say("Entry {n} was altered, or the one before it.", n=row.number))
            if row.number in signed and signed.pop(row.number) != row.chain:
                wrong.append(say("Entry {n} is not the one that was signed.", n=row.number))
            expected, chain = row.number, row.chain
        head = connection.execute(select(_heads).where(_heads.c.district == district)).one_or_none()
        end = (head.number, head.chain) if head is not None else (0, b"")
        if end != (expected, chain):
            wrong.append(
                say("The chain ends at entry {n}, and its head says {head}.", n=expected, head=end[0])
            )
        wrong += [say("Entry {n}, which was signed, is missing.", n=n) for n in signed if n > expected]
    return Checked(read, tuple(wrong))


_LINKED = ("district", "number", "at", "who", "deed", "what", "subject", "people", "count", "why")


def _rows(connection: Connection, district: int) -> Iterator[Row[Any]]:
    """The entries in order; an instant comes back aware."""
    query = select(_entries).where(_entries.c.district == district).order_by(_entries.c.number)
    yield from connection.execution_options(yield_per=_BATCH).execute(query)
