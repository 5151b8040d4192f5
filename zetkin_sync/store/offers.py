"""Procrastinate's queue beside the ledger: run ids are offered to it, and what died with a worker is cleared.

The queue holds nothing of its own: only ids of runs that are ready. It lives in a PostgreSQL schema called
`procrastinate`; when the installed Procrastinate is another version the schema is made anew, and the next
sweep fills it again from the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from zetkin_sync.store.claims import ready_runs, taking
from zetkin_sync.store.engine import Store

SCHEMA = "procrastinate"
QUEUE = "runs"
TASK = "carry"
_LOCK = 7361235  # advisory: one sweeper, one maker of the schema
_MOST = 1000
_HERE = f"SET LOCAL search_path = {SCHEMA}, public"


def prepare(store: Store, *, version: str, definition: str) -> bool:
    """Make the queue's schema when it is missing or another version's. Returns whether it was made."""
    with store.transaction() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK + 1})
        found = connection.execute(
            text("SELECT obj_description(to_regnamespace(:name)::oid, 'pg_namespace')"), {"name": SCHEMA}
        ).scalar_one()
        if found == version:
            return False
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
        connection.exec_driver_sql(_HERE)
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute(definition)  # several statements, without parameters
        driver.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{version}'")
        return True


def offer(store: Store, runs: Sequence[int] | None = None) -> int:
    """Put runs that are ready into the queue, unless they wait there already. Returns how many.

    Without `runs`, all that are ready. One process at a time does it; the others leave it to that one.
    """
    try:
        with store.transaction() as connection:
            if runs is None and not _alone(connection):
                return 0
            wanted = _unoffered(store, connection, runs)
            connection.exec_driver_sql(_HERE)
            if wanted:
                connection.execute(
                    _DEFER, {"runs": [run for run, _ in wanted], "locks": [k for _, k in wanted]}
                )
            return len(wanted)
    except IntegrityError:  # another process offered one of them meanwhile; the next sweep takes the rest
        return 0


def _alone(connection: Connection) -> bool:
    found = connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _LOCK})
    return bool(found.scalar_one())


def _unoffered(store: Store, connection: Connection, runs: Sequence[int] | None) -> list[tuple[int, str]]:
    query = ready_runs()
    table = query.get_final_froms()[0]
    waiting = text(
        f"NOT EXISTS (SELECT 1 FROM {SCHEMA}.procrastinate_jobs j"  # noqa: S608 - our own names
        " WHERE j.status = 'todo' AND j.queueing_lock = 'run-' || run.id)"
    )
    query = query.where(waiting)
    if runs is not None:
        query = query.where(table.c.id.in_(runs))
    values = taking(store.now(connection), most=_MOST)
    return [(row.id, f"{row.district}:{row.organization}") for row in connection.execute(query, values)]


def clear(store: Store, *, silent: timedelta) -> int:
    """Take out of the queue what workers held that have been silent for so long. Returns how many.

    The ledger row is free when its lease is over, and is offered again.
    """
    with store.transaction() as connection:
        connection.exec_driver_sql(_HERE)
        return len(connection.execute(_CLEAR, {"seconds": silent.total_seconds()}).all())


_DEFER = text(
    "SELECT procrastinate_defer_jobs_v1(array_agg(ROW(:queue, :task, 0, given.lock, 'run-' || given.run,"
    " jsonb_build_object('run', given.run), NULL)::procrastinate_job_to_defer_v1))"
    " FROM unnest(CAST(:runs AS bigint[]), CAST(:locks AS text[])) AS given(run, lock)"
).bindparams(queue=QUEUE, task=TASK)
_CLEAR = text(
    "SELECT procrastinate_finish_job_v1(j.id, 'failed', true) FROM procrastinate_jobs j"
    " LEFT JOIN procrastinate_workers w ON w.id = j.worker_id"
    " WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => :seconds))"
)
