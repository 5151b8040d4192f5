"""Rows into PostgreSQL: the mirror beside COPY into a temporary table and one upsert, both from rows in memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import psycopg
from sqlmodel import SQLModel

import zetkin_sync.records  # noqa: F401 - makes the schema known
from benchmarks.sync.server import SLUGS, person
from connectors.zetkin.wire import people
from tests import postgres
from zetkin_sync.privacy import page_digester
from zetkin_sync.records import Page, Person, own_columns
from zetkin_sync.store.engine import Store
from zetkin_sync.store.mirror import read_whole

KEY = b"k" * 40
Pages = list[tuple[bytes, list[tuple[Any, ...]]]]


def available() -> bool:
    return postgres.tools() is not None


def measured(count: int, rounds: int) -> dict[str, list[float]]:
    """Seconds of wall time, since half of the work is the server's: floor and ours, first and unchanged."""
    pages = _pages(count)
    programs = postgres.tools()
    assert programs is not None
    found: dict[str, list[float]] = {"floor": [], "floor again": [], "ours": [], "ours again": []}
    with postgres.running(programs) as url:
        for number in range(rounds):
            _timed(found["floor"], found["floor again"], _floor(_fresh(url, f"floor{number}"), pages))
            _timed(found["ours"], found["ours again"], _ours(_fresh(url, f"ours{number}"), pages))
    return found


def _pages(count: int) -> Pages:
    """Decoded rows, a thousand a page, as the connector gives them."""
    import random

    rng = random.Random(1)
    rows = people.people(KEY, ["edited", *SLUGS[:2]])
    bodies = (
        b'{"data":[%s]}' % b",".join(person(i, rng) for i in range(first, min(first + 1000, count)))
        for first in range(0, count, 1000)
    )
    return [(body, rows(body)) for body in bodies]


def _fresh(url: str, name: str) -> str:
    with psycopg.connect(url.replace("+psycopg", "") + "/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    store = Store(f"{url}/{name}")
    SQLModel.metadata.create_all(store.engine)
    store.close()
    return f"{url}/{name}"


def _timed(first: list[float], again: list[float], run: Callable[[], None]) -> None:
    for times in (first, again):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)


def _floor(url: str, pages: Pages) -> Callable[[], None]:
    table = Person.__tablename__
    names = own_columns(Person)
    columns = ", ".join(names)
    changed = ", ".join(f"{n} = excluded.{n}" for n in names if n != "id")

    def run() -> None:
        with psycopg.connect(url.replace("+psycopg", "")) as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE t AS SELECT {columns} FROM {table} LIMIT 0")
            with cursor.copy(f"COPY t ({columns}) FROM STDIN") as copy:
                for _, rows in pages:
                    for row in rows:
                        copy.write_row(row)
            cursor.execute(
                f"INSERT INTO {table} (district, organization, {columns}) SELECT 1, 1, {columns} FROM t"
                f" ON CONFLICT (district, organization, id) DO UPDATE SET {changed}"
            )

    return run


def _ours(url: str, pages: Pages) -> Callable[[], None]:
    digest = page_digester(KEY)

    def given() -> Iterator[Page]:
        for number, (body, rows) in enumerate(pages):
            yield Page(number, digest(body), partial(_same, rows))

    def run() -> None:
        store = Store(url)
        snapshot = read_whole(store, Person, given(), district=1, organization=1)
        assert snapshot.complete, snapshot.why
        store.close()

    return run


def _same(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return rows
