"""The mirror: what one organization's list in Zetkin looked like when it was last read whole.

A reading becomes visible in one transaction, or not at all: rows, page digests and the snapshot commit
together, so a killed reading is simply read again and readers never see half of one. A page whose digest
is unchanged is neither decoded nor written. What is no longer listed is never just deleted: see `Absence`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
import numpy as np
from sqlalchemy import Connection, Table, delete, func, insert, select, text, update

from zetkin_sync.errors import ConfigError, NeedsHuman, Temporary, Trouble
from zetkin_sync.language import Message, say, to_json
from zetkin_sync.records import Absence, Mirror, MirrorPage, Missing, Page, Snapshot, own_columns
from zetkin_sync.store.bulk import Stage
from zetkin_sync.store.engine import Store
from zetkin_sync.store.held import Index, load_index

DIGEST = 16
_FLIP = int.from_bytes(b"\xff" * DIGEST, "big")
RIPE_AFTER = timedelta(hours=1)
_BATCH = 1000

_pages: Table = MirrorPage.__table__  # type: ignore[attr-defined]
_missing: Table = Missing.__table__  # type: ignore[attr-defined]
_snapshots: Table = Snapshot.__table__  # type: ignore[attr-defined]


class Brake(NamedTuple):
    """How much of a list may go missing at once before a person is asked (ARCHITECTURE decision 5)."""

    least: int = 2
    share: float = 0.10

    def holds(self, missing: int, of: int) -> bool:
        return missing > max(self.least, self.share * of)


class Scope(NamedTuple):
    """One list: what completeness, digests and absence are judged for."""

    district: int
    organization: int
    resource: str


def read_whole(
    store: Store,
    record: type[Mirror],
    pages: Iterable[Page],
    *,
    district: int,
    organization: int,
    run: int | None = None,
    keep: Collection[int] = (),
    brake: Brake | None = None,
) -> Snapshot:
    """Bring the mirror of one list to what `pages` say, and record the reading.

    `keep` names parents that were not asked again and stay as they are. `brake=None` uses the default;
    pass `Brake(share=1.0)` when a person has said that the absence is right.

    Returns the snapshot. A `Trouble` while reading, or an engaged brake, leaves the mirror as it was and
    gives a snapshot that is not complete and says why. Only a ConfigError is raised, after it is recorded.
    """
    scope = Scope(district, organization, record.mirrored.resource)
    started = store.now()
    reading = _Reading(record, scope, keep=frozenset(keep), brake=brake or Brake())
    with store.connection() as connection:
        try:
            reading.load(connection)
            for page in pages:
                reading.take(page)
            reading.judge()
        except Trouble as trouble:
            snapshot = reading.snapshot(run=run, started=started, finished=store.now(), why=trouble.what)
            with store.writing() as session:
                session.add(snapshot)
            if isinstance(trouble, ConfigError):
                raise  # a wrong credential is wrong for every list
            return snapshot
        finished = store.now()
        with _transaction(connection):
            reading.write(connection, finished=finished)
            snapshot = reading.snapshot(run=run, started=started, finished=finished)
            values = snapshot.model_dump(exclude={"id"})
            snapshot.id = connection.execute(
                insert(_snapshots).values(values).returning(_snapshots.c.id)
            ).scalar_one()
            reading.note_missing(connection, snapshot.id, finished)
        reading.close()
    return snapshot


class _Reading:
    """One reading under way."""

    def __init__(self, record: type[Mirror], scope: Scope, *, keep: frozenset[int], brake: Brake) -> None:
        self.record = record
        self.scope = scope
        self.keep = keep
        self.brake = brake
        self.table: Table = record.__table__  # type: ignore[attr-defined]
        self.columns = own_columns(record)
        self.key = tuple(n for n in self.columns if self.table.c[n].primary_key)
        self.parented = record.mirrored.parented
        self.key_at = 1 if self.parented and len(self.key) > 1 else 0  # what identifies a row inside its page
        self.counts = {"pages": 0, "decoded": 0, "seen": 0, "new": 0, "changed": 0, "missing": 0, "gone": 0}
        self.read: set[int] = set()
        self.came_back: set[int] = set()
        self.index = Index()
        self.unlisted = self.index.keys
        self.base: int | None = None
        self.last: tuple[bool, int, int] | None = None  # of the newest snapshot: complete, missing, seen

    # -- before reading

    def load(self, connection: Connection) -> None:
        self.connection = connection
        newest = connection.execute(
            select(_snapshots.c.id, _snapshots.c.complete, _snapshots.c.missing, _snapshots.c.seen)
            .where(*self._of(_snapshots))
            .order_by(_snapshots.c.id.desc())
            .limit(1)
        ).first()
        self.base = newest[0] if newest else None
        self.last = tuple(newest[1:]) if newest else None
        self.index = load_index(connection, self._of(_pages))
        self.waiting = set(connection.execute(select(_missing.c.id).where(*self._of(_missing))).scalars())
        self.stage = Stage(connection, self.table, self.columns, self.key)
        self.page_stage = Stage(
            connection, _pages, ("number", "digest", "row_keys", "row_digests"), ("number",)
        )
        for parent in self.keep:
            if parent in self.index.numbers:
                self._unchanged(parent)

    def _of(self, table: Table) -> list[Any]:
        return [
            table.c.district == self.scope.district,
            table.c.organization == self.scope.organization,
            table.c.resource == self.scope.resource,
        ]

    # -- page by page

    def take(self, page: Page) -> None:
        """Compare one page with the last whole reading and stage what differs."""
        self.counts["pages"] += 1
        known = self.index.numbers.get(page.number)
        if not page.digest or (
            known is not None and known[0] == page.digest and page.number not in self.read
        ):
            if known is not None:
                self._unchanged(page.number)
            return
        rows = page.rows()
        if not rows and known is not None and self._is_doubtful(page, known):
            self._unchanged(page.number)
            _, first, last = known
            keys, digests = self.index.keys[first:last], self.index.digests[first:last]
            self.page_stage.add([(page.number, _doubted(page.digest), keys.tobytes(), digests.tobytes())])
            return
        self.read.add(page.number)
        self.counts["decoded"] += len(rows)
        keys = np.fromiter((row[self.key_at] for row in rows), np.int64, len(rows))
        digest_bytes = b"".join(_row_digest(row) for row in rows)
        digests = np.frombuffer(digest_bytes, np.uint64).reshape(-1, 2)
        place = self._places(page.number, keys)
        old = place >= 0
        self.index.seen[place[old]] = True
        differs = np.zeros(len(rows), np.bool_)
        differs[old] = (self.index.digests[place[old]] != digests[old]).any(axis=1)
        self.counts["changed"] += int(differs.sum())
        write = np.flatnonzero(differs | ~old)
        if len(write):
            self.stage.add([rows[i] for i in write])
            if self.waiting:
                self.came_back.update(self.waiting.intersection(keys[write].tolist()))
        self.page_stage.add([(page.number, page.digest, keys.tobytes(), digest_bytes)])

    def _is_doubtful(self, page: Page, known: tuple[bytes, int, int]) -> bool:
        """Is a parent suddenly without anything? One answer does not prove that; the next one does."""
        digest, first, last = known
        return self.parented and last - first > self.brake.least and digest != _doubted(page.digest)

    def _unchanged(self, number: int) -> None:
        _, first, last = self.index.numbers[number]
        self.read.add(number)
        self.index.seen[first:last] = True

    def _places(self, number: int, keys: np.ndarray) -> np.ndarray:
        if not self.parented:
            return self.index.find(keys)
        known = self.index.numbers.get(number)
        if known is None:
            return np.full(len(keys), -1, np.int64)
        _, first, last = known
        where = {key: first + i for i, key in enumerate(self.index.keys[first:last].tolist())}
        return np.fromiter((where.get(key, -1) for key in keys.tolist()), np.int64, len(keys))

    # -- after the last page

    def judge(self) -> None:
        """Count what is no longer listed, and stop when it is more than a machine may believe."""
        listed, self.unlisted = self._split()
        before = listed + len(self.unlisted)
        self.counts["new"] = self.stage.rows() - self.counts["changed"] if self.stage.count else 0
        self.counts["missing"] = len(self.unlisted)
        self.counts["seen"] = listed + self.counts["new"]
        if before > self.brake.least and not self.counts["seen"] and not self._parents_left():
            raise NeedsHuman(
                say(
                    "{resource} came back empty; there were {n} before.",
                    resource=self.scope.resource,
                    n=before,
                ),
                say("Look in Zetkin. If it is right, run the pull again with --accept-absence."),
            )
        if not self.brake.holds(self.counts["missing"], before):
            return
        missing = say(
            "{missing} of {n} in {resource} are no longer listed; that is more than may be believed at once.",
            missing=self.counts["missing"],
            n=before,
            resource=self.scope.resource,
        )
        if self.record.mirrored.absence is Absence.PROOF:
            raise NeedsHuman(
                missing, say("Look in Zetkin. If it is right, run the pull again with --accept-absence.")
            )
        if self.last != (False, self.counts["missing"], self.counts["seen"]):
            raise Temporary(missing, say("If the next reading says the same, it is believed."))

    def _split(self) -> tuple[int, np.ndarray]:
        """How many rows of the last reading are listed still, and the keys of those that are not.

        A page that moved under the reading may have listed a row twice; it is unlisted when no place has it.
        """
        seen, keys = self.index.seen, self.index.keys
        if self.parented:
            return int(seen.sum()), keys[~seen]
        unlisted = np.setdiff1d(keys[~seen], keys[seen]) if not seen.all() else keys[:0]
        return len(np.unique(keys)) - len(unlisted), unlisted

    def _parents_left(self) -> bool:
        """Were fewer parents asked for than before? Then an empty answer is no surprise."""
        return self.parented and not set(self.index.numbers) <= self.read

    def write(self, connection: Connection, *, finished: Any) -> None:
        newest = connection.execute(select(func.max(_snapshots.c.id)).where(*self._of(_snapshots))).scalar()
        if newest != self.base:
            raise Temporary(
                say("Another run read {resource} at the same time.", resource=self.scope.resource)
            )
        constants: dict[str, int | str] = {
            "district": self.scope.district,
            "organization": self.scope.organization,
        }
        self.stage.merge(constants)
        self.page_stage.merge({**constants, "resource": self.scope.resource})
        stale = [n for n in self.index.numbers if n not in self.read]
        _each_batch(
            stale,
            lambda some: connection.execute(
                delete(_pages).where(*self._of(_pages), _pages.c.number.in_(some))
            ),
        )
        if self.record.mirrored.absence is Absence.COMPLETE:
            self._delete_unlisted(connection)

    def _delete_unlisted(self, connection: Connection) -> None:
        if not len(self.unlisted):
            return
        where = [
            self.table.c.district == self.scope.district,
            self.table.c.organization == self.scope.organization,
        ]
        last = self.table.c[self.key[-1]]
        if not self.parented:
            ids = self.unlisted.tolist()
            _each_batch(
                ids, lambda some: connection.execute(delete(self.table).where(*where, last.in_(some)))
            )
        else:
            for number, (_, first, end) in self.index.numbers.items():
                ids = self.index.keys[first:end][~self.index.seen[first:end]].tolist()
                if ids:
                    parent = self.table.c[self.key[0]] == number
                    _each_batch(
                        ids,
                        lambda some, parent=parent: connection.execute(
                            delete(self.table).where(*where, parent, last.in_(some))
                        ),
                    )
        self.counts["gone"] = len(self.unlisted)

    def note_missing(self, connection: Connection, snapshot: int, finished: Any) -> None:
        """Remember who is not listed, ripen those that were not listed an hour ago either, forget who came back."""
        if self.record.mirrored.absence is not Absence.PROOF:
            return
        base = self._of(_missing)
        _each_batch(
            sorted(self.came_back),
            lambda some: connection.execute(delete(_missing).where(*base, _missing.c.id.in_(some))),
        )
        connection.execute(
            update(_missing).where(*base, _missing.c.since <= finished - RIPE_AFTER).values(ripe=True)
        )
        fresh = set(self.unlisted.tolist()) - self.waiting
        if fresh:
            rows = [
                {**self.scope._asdict(), "id": i, "snapshot": snapshot, "since": finished, "ripe": False}
                for i in sorted(fresh)
            ]
            connection.execute(insert(_missing), rows)

    def snapshot(
        self, *, run: int | None, started: Any, finished: Any, why: Message | None = None
    ) -> Snapshot:
        return Snapshot.model_validate(
            {
                **self.scope._asdict(),
                "run": run,
                "started": started,
                "finished": finished,
                "complete": why is None,
                "why": None if why is None else to_json(why),
                **self.counts,
            }
        )

    def close(self) -> None:
        self.stage.drop()
        self.page_stage.drop()


def _row_digest(row: tuple[Any, ...]) -> bytes:
    return hashlib.sha256(msgspec.msgpack.encode(row)).digest()[:DIGEST]


def _doubted(digest: bytes) -> bytes:
    """The mark of a page that came back empty once: believed when it comes back empty again."""
    return (int.from_bytes(digest, "big") ^ _FLIP).to_bytes(DIGEST, "big")


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    connection.execute(text("BEGIN IMMEDIATE" if connection.dialect.name == "sqlite" else "BEGIN"))
    try:
        yield
    except BaseException:
        connection.execute(text("ROLLBACK"))
        raise
    connection.execute(text("COMMIT"))


def _batches(items: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


def _each_batch(items: list[int], act: Any) -> None:
    for some in _batches(items):
        act(some)
