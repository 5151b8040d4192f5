"""The mirror: what one organization's list in Zetkin looked like when it was last read whole.

A reading becomes visible in one transaction, or not at all: rows, page digests and the snapshot commit
together, so a killed reading is simply read again and readers never see half of one. A page whose digest
is unchanged is neither decoded nor written. What is no longer listed is never just deleted: see `Absence`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete, func, insert, select, text, update

from zetkin_sync.errors import ConfigError, NeedsHuman, Temporary, Trouble
from zetkin_sync.language import Message, say, to_json
from zetkin_sync.records import Absence, Mirror, MirrorPage, Missing, Page, Snapshot, own_columns
from zetkin_sync.store.brake import Brake
from zetkin_sync.store.bulk import Stage
from zetkin_sync.store.engine import Store
from zetkin_sync.store.held import DIGEST, Held, HeldPage, doubted, packed
from zetkin_sync.store.moves import MOST_WAITING, Fresh, Moves, Row, agree
from zetkin_sync.store.scope import Scope, in_scope

RIPE_AFTER = timedelta(hours=1)
_BATCH = 1000

_pages: Table = MirrorPage.__table__  # type: ignore[attr-defined]
_missing: Table = Missing.__table__  # type: ignore[attr-defined]
_snapshots: Table = Snapshot.__table__  # type: ignore[attr-defined]

_newest = (
    select(_snapshots.c.id, _snapshots.c.complete, _snapshots.c.missing, _snapshots.c.seen)
    .where(*in_scope(_snapshots))
    .order_by(_snapshots.c.id.desc())
    .limit(1)
)
_newest_whole = _newest.where(_snapshots.c.complete)
_newest_id = select(func.max(_snapshots.c.id)).where(*in_scope(_snapshots))
_waiting = select(_missing.c.id).where(*in_scope(_missing))
_record = insert(_snapshots).returning(_snapshots.c.id)


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
    barred: Callable[[int], bool] | None = None,
) -> Snapshot:
    """Bring the mirror of one list to what `pages` say, and record the reading.

    `keep` names parents that were not asked again and stay as they are. `brake=None` uses the default;
    pass `Brake(share=1.0)` when a person has said that the absence is right. `barred` says who has been erased
    and is left out though the list shows them.

    Returns the snapshot. A `Trouble` while reading, or an engaged brake, leaves the mirror as it was and
    gives a snapshot that is not complete and says why. Only a ConfigError is raised, after it is recorded.
    """
    scope = Scope(district, organization, record.mirrored.resource)
    started = store.now()
    reading = _Reading(record, scope, keep=frozenset(keep), brake=brake or Brake(), barred=barred)
    with store.connection() as connection:
        reading.load(connection)
        try:
            for page in pages:
                reading.take(page)
            reading.judge()
            reading.stage.flush()
            reading.page_stage.flush()
            finished = store.now()
            with _transaction(connection):
                reading.write(connection)
                snapshot = reading.snapshot(run=run, started=started, finished=finished)
                values = snapshot.model_dump(exclude={"id"})
                snapshot.id = connection.execute(_record, values).scalar_one()
                reading.note_missing(connection, snapshot.id, finished)
        except Trouble as trouble:
            snapshot = reading.snapshot(run=run, started=started, finished=store.now(), why=trouble.what)
            with store.writing() as session:
                session.add(snapshot)
            if isinstance(trouble, ConfigError):
                raise  # a wrong credential is wrong for every list
        finally:
            reading.close()
    return snapshot


class _Reading:
    """One reading under way."""

    def __init__(
        self,
        record: type[Mirror],
        scope: Scope,
        *,
        keep: frozenset[int],
        brake: Brake,
        barred: Callable[[int], bool] | None,
    ) -> None:
        self.record = record
        self.scope = scope
        self.keep = keep
        self.brake = brake
        self.table: Table = record.__table__  # type: ignore[attr-defined]
        self.columns = own_columns(record)
        self.key = tuple(n for n in self.columns if self.table.c[n].primary_key)
        self.parented = record.mirrored.parented
        self.barred = barred
        self.people = [
            (at, self.table.c[name].nullable)
            for at, name in enumerate(self.columns)
            if self.table.c[name].info["person"]
        ]
        self.key_at = 1 if self.parented and len(self.key) > 1 else 0  # what identifies a row inside its page
        self.counts = {"pages": 0, "decoded": 0, "seen": 0, "new": 0, "changed": 0, "missing": 0, "gone": 0}
        self.read: set[int] = set()
        self.moves = Moves()
        self.left: dict[int, list[int]] = {}  # of a list with parents: who left each
        self.came_back: set[int] = set()

    # -- before reading

    def load(self, connection: Connection) -> None:
        self.connection = connection
        self.stage = Stage(connection, self.table, self.columns, self.key)
        columns = ("number", "digest", "row_keys", "row_digests")
        self.page_stage = Stage(connection, _pages, columns, ("number",), large=True)
        last = connection.execute(_newest, self.scope.values).first()
        whole = last
        if last is not None and not last.complete:
            whole = connection.execute(_newest_whole, self.scope.values).first()
        self.base: int | None = last.id if last else None
        self.last = (last.complete, last.missing, last.seen) if last else None
        self.held = Held(connection, self.scope)
        self.before: int = whole.seen if whole else self.held.total
        self.waiting: set[int] = set()
        if self.record.mirrored.absence is Absence.PROOF:
            self.waiting.update(connection.execute(_waiting, self.scope.values).scalars())
        self.read.update(parent for parent in self.keep if parent in self.held.pages)

    # -- page by page

    def take(self, page: Page) -> None:
        """Compare one page with the last whole reading and stage what differs."""
        self.counts["pages"] += 1
        known = self.held.pages.get(page.number)
        if page.number in self.read:
            return  # a parent that was listed twice
        if not page.digest or (known is not None and known.digest == page.digest):
            if known is not None:
                self.read.add(page.number)
            return
        rows = page.rows()
        if self.barred is not None and self.people:
            rows = [row for row in map(self._allowed, rows) if row is not None]
        if len({row[self.key_at] for row in rows}) < len(rows):
            rows = list({row[self.key_at]: row for row in rows}.values())
        self.read.add(page.number)
        if not rows and known is not None and self._is_doubtful(page, known):
            self.page_stage.add([(page.number, doubted(page.digest), *self.held.blobs(page.number))])
            return
        self.counts["decoded"] += len(rows)
        keys = [row[self.key_at] for row in rows]
        digests = [_row_digest(row) for row in rows]
        self._compare(page.number, keys, digests, rows)
        self.page_stage.add([(page.number, page.digest, packed(keys), b"".join(digests))])

    def _allowed(self, row: Row) -> Row | None:
        """The row without anybody who was erased; None when it is about them."""
        assert self.barred is not None
        for at, optional in self.people:
            if row[at] is not None and self.barred(row[at]):
                if not optional:
                    return None
                row = (*row[:at], None, *row[at + 1 :])
        return row

    def _compare(self, number: int, keys: list[int], digests: list[bytes], rows: list[Row]) -> None:
        if not self.held.pages:
            self.stage.add(rows)  # the first reading of all
            return
        held = self.held.rows(number) if number in self.held.pages else {}
        write: list[Row] = []
        fresh: Fresh = {}
        for key, digest, row in zip(keys, digests, rows, strict=True):
            before = held.pop(key, None)
            if before is None:
                fresh[key] = (digest, row)
            elif before != digest:
                write.append(row)
        self.counts["changed"] += len(write)
        if self.parented:
            write += self._new(fresh)
            self.left[number] = list(held)
        else:
            changed = self.moves.meet(fresh, held)
            self.counts["changed"] += len(changed)
            write += changed
        if len(self.moves.moved) > MOST_WAITING:
            write += self._new(self.moves.joined(self.held))
        self.stage.add(write)

    def _is_doubtful(self, page: Page, known: HeldPage) -> bool:
        """Is a parent suddenly without anything? One answer does not prove that; the next one does."""
        return self.parented and known.rows > self.brake.least and known.digest != doubted(page.digest)

    def _new(self, fresh: Fresh) -> list[Row]:
        self.counts["new"] += len(fresh)
        if self.waiting:
            self.came_back.update(self.waiting.intersection(fresh))
        return [row for _, row in fresh.values()]

    # -- after the last page

    def judge(self) -> None:
        """Count what is no longer listed, and stop when it is more than a machine may believe."""
        missing = self._end()
        steady = not self.moves.unsteady
        if not self.held.pages:
            self.counts["new"] = self.stage.rows() if self.stage.count else 0
            steady = self.parented or self.counts["new"] == self.stage.count or agree(self._listed)
            if self.waiting:
                self.came_back = {k for (k,) in self.stage.staged(self.key[-1]) if k in self.waiting}
        if not steady:
            raise Temporary(
                say(
                    "Something in {resource} came twice and not the same: it was changed while it was read.",
                    resource=self.scope.resource,
                )
            )
        self.counts["missing"] = missing
        self.counts["seen"] = self.before - missing + self.counts["new"]
        if self.before > self.brake.least and not self.counts["seen"] and not self._parents_left():
            raise NeedsHuman(
                say(
                    "{resource} came back empty; there were {n} before.",
                    resource=self.scope.resource,
                    n=self.before,
                ),
                say("Look in Zetkin. If it is right, run the pull again with --accept-absence."),
            )
        if not self.brake.holds(missing, self.before):
            return
        what = say(
            "{missing} of {n} in {resource} are no longer listed; that is more than may be believed at once.",
            missing=missing,
            n=self.before,
            resource=self.scope.resource,
        )
        if self.record.mirrored.absence is Absence.PROOF:
            raise NeedsHuman(
                what, say("Look in Zetkin. If it is right, run the pull again with --accept-absence.")
            )
        if self.last != (False, missing, self.counts["seen"]):
            raise Temporary(what, say("If the next reading says the same, it is believed."))

    def _end(self) -> int:
        """How many rows are listed no longer; who they are stands in `moves.missed`, or in `left`."""
        unread = [number for number in self.held.pages if number not in self.read]
        if self.parented:
            return sum(map(len, self.left.values())) + sum(self.held.pages[n].rows for n in unread)
        for number in unread:
            changed = self.moves.meet({}, self.held.rows(number))
            self.counts["changed"] += len(changed)
            self.stage.add(changed)
        self.stage.add(self._new(self.moves.joined(self.held)))
        if self.moves.missed or self.moves.moved:
            self.moves.unsteady |= not self.moves.listed_still(self._listed())
        return len(self.moves.missed)

    def _listed(self) -> Iterator[tuple[bytes, bytes]]:
        """The keys and digests of every page as it is now."""
        staged: set[int] = set()
        for number, keys, digests in self.page_stage.staged("number", "row_keys", "row_digests"):
            staged.add(number)
            yield keys, digests
        for number in self.read & self.held.pages.keys() - staged:
            yield self.held.blobs(number)

    def _parents_left(self) -> bool:
        """Were fewer parents asked for than before? Then an empty answer is no surprise."""
        return self.parented and not self.held.pages.keys() <= self.read

    def write(self, connection: Connection) -> None:
        newest = connection.execute(_newest_id, self.scope.values).scalar()
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
        unread = [number for number in self.held.pages if number not in self.read]
        if self.record.mirrored.absence is Absence.COMPLETE:
            self._delete_missing(connection, unread)
        _each_batch(
            unread,
            lambda some: connection.execute(
                delete(_pages).where(*in_scope(_pages), _pages.c.number.in_(some)), self.scope.values
            ),
        )

    def _delete_missing(self, connection: Connection, unread: list[int]) -> None:
        first, last = self.table.c[self.key[0]], self.table.c[self.key[-1]]
        where = [
            self.table.c.district == self.scope.district,
            self.table.c.organization == self.scope.organization,
        ]

        def remove(column: Any, keys: list[int], *more: Any) -> None:
            _each_batch(
                keys,
                lambda some: connection.execute(delete(self.table).where(*where, *more, column.in_(some))),
            )

        if self.parented:
            remove(first, unread)
            for parent, keys in self.left.items():
                remove(last, keys, first == parent)
        else:
            remove(last, sorted(self.moves.missed))
        self.counts["gone"] = self.counts["missing"]

    def note_missing(self, connection: Connection, snapshot: int, finished: Any) -> None:
        """Remember who is not listed, ripen those that were not listed an hour ago either, forget who came back."""
        if self.record.mirrored.absence is not Absence.PROOF:
            return
        base, scope = in_scope(_missing), self.scope.values
        _each_batch(
            sorted(self.came_back),
            lambda some: connection.execute(delete(_missing).where(*base, _missing.c.id.in_(some)), scope),
        )
        if self.waiting:
            ripe = update(_missing).where(*base, _missing.c.since <= finished - RIPE_AFTER)
            connection.execute(ripe.values(ripe=True), scope)
        fresh = self.moves.missed.keys() - self.waiting
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


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    connection.execute(text("BEGIN IMMEDIATE" if connection.dialect.name == "sqlite" else "BEGIN"))
    try:
        yield
    except BaseException:
        connection.execute(text("ROLLBACK"))
        raise
    connection.execute(text("COMMIT"))


def _each_batch(items: list[int], act: Any) -> None:
    for start in range(0, len(items), _BATCH):
        act(items[start : start + _BATCH])
