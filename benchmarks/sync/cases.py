"""One measured case in a process of its own: `python -m benchmarks.sync.cases CASE '{…}'` prints its figures.

CPU is user and system time of the process and its children, RSS its peak; imports and what a process does
once count for nobody. Everybody writes to SQLite with write-ahead log and synchronous=FULL.
"""

from __future__ import annotations

import json
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from benchmarks.sync import PREPARED, peers

Case = Callable[..., Callable[[], dict[str, Any]]]
KEY = "k" * 40


def _curl_pages(url: str, pp: int, connections: int) -> Iterator[bytes]:
    """Pages by curl, `connections` at a time, in the order in which they come; ends at an empty one."""
    import pycurl

    multi = pycurl.CurlMulti()
    number, ended = 0, False
    open_: dict[Any, BytesIO] = {}

    def start(handle: Any) -> None:
        nonlocal number
        buffer = BytesIO()
        handle.setopt(pycurl.URL, f"{url}/v1/orgs/1/people?p={number}&pp={pp}")
        handle.setopt(pycurl.WRITEDATA, buffer)
        number += 1
        open_[handle] = buffer
        multi.add_handle(handle)

    for _ in range(connections):
        start(pycurl.Curl())
    while open_:
        multi.perform()
        _, done, failed = multi.info_read()
        if failed:
            raise RuntimeError(failed)
        for handle in done:
            body = open_.pop(handle).getvalue()
            multi.remove_handle(handle)
            if len(body) < 30:
                ended = True
                continue
            if not ended:
                start(handle)
            yield body
        if open_ and not done:
            multi.select(1.0)


def f1(url: str, pp: int, database: str, connections: int = 8, **_: Any) -> Callable[[], dict[str, Any]]:
    """The floor: curl, orjson, executemany of all fields, one transaction; no digest, no question asked."""
    import orjson
    import pycurl  # noqa: F401

    def run() -> dict[str, Any]:
        connection = sqlite3.connect(database, isolation_level=None)
        for pragma in PREPARED:
            connection.execute(pragma)
        insert = ""
        rows = 0
        connection.execute("BEGIN")
        for body in _curl_pages(url, pp, connections):
            people = orjson.loads(body)["data"]
            if not insert:
                names = list(people[0])
                columns = ", ".join(f'"{n}"' for n in names)
                connection.execute(f'CREATE TABLE IF NOT EXISTS people ({columns}, PRIMARY KEY ("id"))')
                insert = f"INSERT OR REPLACE INTO people VALUES ({', '.join('?' * len(names))})"
            connection.executemany(insert, [tuple(p.values()) for p in people])
            rows += len(people)
        connection.execute("COMMIT")
        return {"rows": rows}

    return run


def curl(url: str, pp: int, connections: int = 8, **_: Any) -> Callable[[], dict[str, Any]]:
    """Download only, by curl."""
    import pycurl  # noqa: F401

    return lambda: {"bytes": sum(len(body) for body in _curl_pages(url, pp, connections))}


def h(url: str, pp: int, **_: Any) -> Callable[[], dict[str, Any]]:
    """Download only, by the connector's own client: one page after the other, looked at by nobody."""
    client: Any = _connect(url, pp, 1)._client

    def run() -> dict[str, Any]:
        number = size = 0
        while len(body := client.get("/v1/orgs/1/people", f"p={number}&pp={pp}")) > 30:
            number += 1
            size += len(body)
        return {"bytes": size}

    return run


def h_httpx(url: str, pp: int, **_: Any) -> Callable[[], dict[str, Any]]:
    """Download only, by a plain `httpx.Client` as most would use it."""
    import httpx

    client = httpx.Client(base_url=url, trust_env=False, headers={"Authorization": "Bearer x"})

    def run() -> dict[str, Any]:
        number = size = 0
        while len(body := client.get(f"/v1/orgs/1/people?p={number}&pp={pp}").content) > 30:
            number += 1
            size += len(body)
        return {"bytes": size}

    return run


def _connect(url: str, pp: int, connections: int) -> Any:
    from connectors.zetkin import connect
    from zetkin_sync.settings import Settings

    settings = Settings(
        hash_key=KEY,
        zetkin_url=url,
        zetkin_client_id="b",
        zetkin_client_secret="b",
        zetkin_grant="b",
        zetkin_page_size=pp,
        zetkin_concurrency=connections,
        zetkin_requests_per_run=10**6,
    )
    # one custom field is kept, the one that `change` edits: so that every edit must be found and written
    return connect(settings, person_fields=["edited"])


def ours(url: str, pp: int, database: str, connections: int = 4, **_: Any) -> Callable[[], dict[str, Any]]:
    """The service's pull of one list: client, decoding, hashes, digests, mirror, snapshot."""
    from sqlmodel import SQLModel

    import zetkin_sync.records  # noqa: F401
    from zetkin_sync.records import Page, Person
    from zetkin_sync.store.engine import Store
    from zetkin_sync.store.mirror import read_whole

    for path in (
        f"{database}.warm",
        database,
    ):  # the first only so that what is done once a process has been done
        store = Store(f"sqlite:///{path}")
        SQLModel.metadata.create_all(store.engine)
        if path != database:
            one = Page(0, b"warm", lambda: [(1, None, None, False, False, None, False, None)])
            read_whole(store, Person, [one], district=1, organization=1)
            store.close()
    zetkin = _connect(url, pp, connections)

    def run() -> dict[str, Any]:
        snapshot = read_whole(store, Person, zetkin.pages(Person, organization=1), district=1, organization=1)
        if not snapshot.complete:
            raise RuntimeError(snapshot.why)
        return {
            "rows": snapshot.seen,
            "decoded": snapshot.decoded,
            "written": snapshot.new + snapshot.changed,
            "requests": zetkin._client.gate.spent,
        }

    return run


CASES: dict[str, Case] = {
    case.__name__: case for case in (f1, curl, h, h_httpx, ours, peers.loop, peers.pandas, peers.dlt)
}


def main() -> None:
    name, options = sys.argv[1], json.loads(sys.argv[2])
    run = CASES[name](**options)
    before, began = _cpu(), time.perf_counter()
    found = run()
    found |= {
        "wall": time.perf_counter() - began,
        "cpu": _cpu() - before,
        "rss": _peak(),
    }
    print(json.dumps(found))


def _cpu() -> float:
    used = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        used += usage.ru_utime + usage.ru_stime
    return used


def _peak() -> float:
    """The most memory that this program has held, in MB; `ru_maxrss` remembers what it was forked from."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
