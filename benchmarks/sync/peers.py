"""What others use for the same job, in its simplest documented form and with the settings that suit it best."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.sync import PREPARED


def _asked_one_by_one(url: str, pp: int) -> Iterator[list[dict[str, Any]]]:
    import requests

    session = requests.Session()
    number = 0
    while True:
        page = session.get(
            f"{url}/v1/orgs/1/people?p={number}&pp={pp}",
            headers={"Authorization": "Bearer x"},
            timeout=60,
        ).json()["data"]
        if not page:
            return
        yield page
        number += 1


def _database(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in PREPARED:
        connection.execute(pragma)
    return connection


def loop(url: str, pp: int, database: str, **_: Any) -> Callable[[], dict[str, Any]]:
    """A loop over requests that writes each page with executemany."""
    import requests  # noqa: F401

    def run() -> dict[str, Any]:
        connection = _database(database)
        connection.execute("BEGIN")
        rows = 0
        insert = ""
        for page in _asked_one_by_one(url, pp):
            if not insert:
                columns = ", ".join(f'"{name}"' for name in page[0])
                connection.execute(f'CREATE TABLE IF NOT EXISTS people ({columns}, PRIMARY KEY ("id"))')
                insert = f"INSERT OR REPLACE INTO people VALUES ({', '.join('?' * len(page[0]))})"
            connection.executemany(insert, [tuple(person.values()) for person in page])
            rows += len(page)
        connection.execute("COMMIT")
        return {"rows": rows}

    return run


def pandas(url: str, pp: int, database: str, **_: Any) -> Callable[[], dict[str, Any]]:
    """What many write by hand: requests in a loop, a data frame, `to_sql`."""
    import pandas as library
    import requests  # noqa: F401

    library.DataFrame([{"id": 1}]).to_sql("people", _database(":memory:"))  # what is done once a process

    def run() -> dict[str, Any]:
        people = [person for page in _asked_one_by_one(url, pp) for person in page]
        connection = _database(database)
        library.DataFrame(people).to_sql("people", connection, if_exists="replace", index=False)
        return {"rows": len(people)}

    return run


def dlt(
    url: str, pp: int, database: str, destination: str = "sqlite", disposition: str = "replace", **_: Any
) -> Callable[[], dict[str, Any]]:
    """dlt's REST source; a second run uses the first one's state."""
    import dlt as library
    from dlt.sources.rest_api import rest_api_source

    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
    if destination == "sqlite":
        to: Any = library.destinations.sqlalchemy(f"sqlite:///{database}")
    else:
        to = library.destinations.duckdb(f"{database}.duckdb")

    more = {"loader_file_format": "parquet"} if destination == "duckdb" else {}
    warm = library.pipeline("warm", destination=to, dataset_name="warm", pipelines_dir=f"{database}.warm")
    warm.run([{"id": 1}], table_name="people", **more)  # what is done once a process

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
        pipeline.run(source, **more)
        return {"rows": pipeline.last_trace.last_normalize_info.row_counts["people"]}

    return run
