"""What many tests share: databases of both kinds, and what to do where a real server is missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from sqlmodel import SQLModel

import zetkin_sync.records  # noqa: F401 - makes the schema known
from tests import outbound, postgres
from zetkin_sync.store.engine import Store


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="run the long form of the fault suites")
    parser.addoption("--left", action="append", help="a folder that the run before has left behind")
    parser.addoption(
        "--renew-golden", action="store_true", help="write golden files anew, to be read by people"
    )


def pytest_configure(config: pytest.Config) -> None:
    outbound.refuse()
    hypothesis.settings.register_profile("whatever the machine", deadline=None)
    hypothesis.settings.load_profile("whatever the machine")


@pytest.fixture(autouse=True)
def nothing_leaves_the_machine() -> Iterator[None]:
    """A test during which anything tried to reach beyond this machine has failed."""
    before = len(outbound.TRIED)
    yield
    assert outbound.TRIED[before:] == [], "tried to reach beyond this machine"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What looks at what was left behind runs by itself, afterwards."""
    last = Path(__file__).parent / "last"
    return True if collection_path.is_relative_to(last) and not config.getoption("--left") else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that may take long go first, so that no process is left alone with one at the end."""

    def patience(item: pytest.Item) -> float:
        mark = item.get_closest_marker("timeout")
        return -float(mark.args[0]) if mark else 0.0

    items.sort(key=patience)


def needs(what: str, found: bool) -> None:
    """Skip loudly where a real server is missing; in CI that is a failure."""
    if found:
        return
    message = f"{what} is not installed here (make servers)"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A real PostgreSQL of our own on a loopback port, empty; gives a URL without database name."""
    programs = postgres.tools()
    needs("PostgreSQL", programs is not None)
    assert programs is not None
    with postgres.running(programs) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh, empty database in the real PostgreSQL."""
    import psycopg

    name = f"t{os.urandom(6).hex()}"
    plain = postgres_server.replace("+psycopg", "")
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    yield f"{postgres_server}/{name}"
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each kind of database in turn, empty."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/zetkin_sync.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def sqlite_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables: made once, since that takes seconds, and copied for each test."""
    path = tmp_path_factory.mktemp("tables") / "with_tables.db"
    store = Store(f"sqlite:///{path}")
    SQLModel.metadata.create_all(store.engine)
    with store.connection() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return path


@pytest.fixture(scope="session")
def postgres_with_tables(postgres_server: str) -> str:
    """A database with all tables in the real PostgreSQL, to be the template of others; its name."""
    import psycopg

    plain = postgres_server.replace("+psycopg", "")
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE with_tables")
    store = Store(f"{postgres_server}/with_tables")
    SQLModel.metadata.create_all(store.engine)
    store.close()
    return "with_tables"


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store with all tables, on each kind of database in turn."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_store")
        return
    import psycopg

    server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("postgres_with_tables")
    name, plain = f"t{os.urandom(6).hex()}", server.replace("+psycopg", "")
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    store = Store(f"{server}/{name}")
    yield store
    store.close()
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_store(sqlite_with_tables: Path, tmp_path: Path) -> Iterator[Store]:
    """A store with all tables on SQLite only, where the database makes no difference."""
    shutil.copy(sqlite_with_tables, tmp_path / "zetkin_sync.db")
    store = Store(f"sqlite:///{tmp_path}/zetkin_sync.db")
    yield store
    store.close()
