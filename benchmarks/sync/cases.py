"""One measured case in a process of its own: `python -m benchmarks.sync.cases CASE '{…}'` prints its figures.

CPU is user and system time of the process and its children, RSS its peak; imports and warm-up count for
nobody. Everybody writes to SQLite with write-ahead log and synchronous=FULL.
"""

from __future__ import annotations

import json
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

Case = Callable[..., Callable[[], dict[str, Any]]]
PREPARED = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL")
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
    from zetkin_sync.records import Person
    from zetkin_sync.store.engine import Store
    from zetkin_sync.store.mirror import read_whole

    store = Store(f"sqlite:///{database}")
    SQLModel.metadata.create_all(store.engine)
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


def pandas(url: str, pp: int, database: str, **_: Any) -> Callable[[], dict[str, Any]]:
    """What many write by hand: requests in a loop, a data frame, `to_sql`."""
    import pandas as pd
    import requests

    def run() -> dict[str, Any]:
        session = requests.Session()
        people: list[Any] = []
        number = 0
        while True:
            page = session.get(
                f"{url}/v1/orgs/1/people?p={number}&pp={pp}",
                headers={"Authorization": "Bearer x"},
                timeout=60,
            ).json()["data"]
            if not page:
                break
            people += page
            number += 1
        connection = sqlite3.connect(database)
        for pragma in PREPARED:
            connection.execute(pragma)
        pd.DataFrame(people).to_sql("people", connection, if_exists="replace", index=False)
        connection.commit()
        return {"rows": len(people)}

    return run


def dlt(
    url: str, pp: int, database: str, destination: str = "sqlite", disposition: str = "replace", **_: Any
) -> Callable[[], dict[str, Any]]:
    """dlt's REST source; a second run uses the first one's state."""
    import os

    import dlt as library
    from dlt.sources.rest_api import rest_api_source

    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
    if destination == "sqlite":
        to: Any = library.destinations.sqlalchemy(f"sqlite:///{database}")
    else:
        to = library.destinations.duckdb(f"{database}.duckdb")

    def run() -> dict[str, Any]:
        source = rest_api_source(
            {
                "client": {
                    "base_url": url,
                    "paginator": {
                        "type": "page_number",
                        "base_page": 0,
                        "page_param": "p",
                        "total_path": None,
                        "stop_after_empty_page": True,
                    },
                },
                "resources": [
                    {
                        "name": "people",
                        "primary_key": "id",
                        "write_disposition": disposition,
                        "endpoint": {
                            "path": "v1/orgs/1/people",
                            "params": {"pp": pp},
                            "data_selector": "data",
                        },
                    }
                ],
            }
        )
        pipeline = library.pipeline(
            pipeline_name="people", destination=to, dataset_name="people", pipelines_dir=f"{database}.dlt"
        )
        more = {"loader_file_format": "parquet"} if destination == "duckdb" else {}
        pipeline.run(source, **more)
        return {}

    return run


CASES: dict[str, Case] = {c.__name__: c for c in (f1, curl, h, h_httpx, ours, pandas, dlt)}


def main() -> None:
    name, options = sys.argv[1], json.loads(sys.argv[2])
    run = CASES[name](**options)
    before, began = _cpu(), time.perf_counter()
    found = run()
    found |= {
        "wall": time.perf_counter() - began,
        "cpu": _cpu() - before,
        "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(found))


def _cpu() -> float:
    used = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        used += usage.ru_utime + usage.ru_stime
    return used


if __name__ == "__main__":
    main()
