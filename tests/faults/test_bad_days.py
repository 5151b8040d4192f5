"""Disks, databases and servers on their worst days: nothing leaves without a committed intent, and it goes on afterwards."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.conftest import needs
from tests.faults.killing import World as Hosts
from tests.faults.killing import now
from tests.faults.test_kill import reckon
from tests.installations import whole_store
from tests.postgres import tools
from tests.sending import CHANGES, World
from zetkin_sync.errors import NeedsHuman, Temporary, Trouble
from zetkin_sync.store import claims, ledger, upkeep
from zetkin_sync.store.engine import Store


def sending(folder: Path, *, busy_seconds: float = 0.3) -> tuple[World, int]:
    """An approved email, not begun, in a database on disk."""
    file = folder / "z.db"
    whole_store(f"sqlite:///{file}").close()
    world = World(f"sqlite:///{file}")
    world.store.close()
    world.store = Store(f"sqlite:///{file}", now=world.clock, busy_seconds=busy_seconds)
    return world, world.approve(CHANGES["send_email"]())


def writes(world: World) -> int:
    return sum(kind == "write" for kind, _ in world.line.moments)


def goes_wrong(world: World, plan: int, kind: type[Trouble], words: str) -> None:
    """The job ends with that sentence, and nothing has left."""
    with pytest.raises(kind, match=words):
        world.work(plan)
    assert writes(world) == 0
    assert world.zetkin.sent == []


def goes_on(world: World, plan: int) -> None:
    """Once it is mended the email goes out, once."""
    assert world.until_settled(plan) == "done"
    assert len(world.zetkin.sent) == 1


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of four megabytes."""
    place = folder / "disk"
    place.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], check=False, capture_output=True
        ).returncode
    ):
        needs("a file system that may be mounted", found=False)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def test_a_full_disk_sends_nothing_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk:
        world, plan = sending(disk)
        world.store.settle()
        with (disk / "filler").open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"x" * 4096)
            except OSError:
                pass
        goes_wrong(world, plan, NeedsHuman, "disk")
        (disk / "filler").unlink()
        goes_on(world, plan)
        world.store.close()


def test_a_database_that_may_not_grow_is_a_full_disk_too(tmp_path: Path) -> None:
    store = whole_store(f"sqlite:///{tmp_path}/z.db")
    with store.connection() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(NeedsHuman, match="disk is full"):
        for number in range(10_000):
            ledger.enqueue(store, district=1, job="pull", organization=1, slot=f"{number}")
    with store.connection() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert ledger.enqueue(store, district=1, job="pull", organization=1, slot="after") is not None


def test_a_database_that_cannot_be_written_sends_nothing(tmp_path: Path) -> None:
    world, plan = sending(tmp_path)
    ordinary = world.store
    world.store = Store(f"sqlite:///file:{tmp_path}/z.db?mode=ro&uri=true", now=world.clock)
    goes_wrong(world, plan, NeedsHuman, "cannot be written")
    world.store.close()
    world.store = ordinary
    goes_on(world, plan)


def test_a_database_that_another_holds_for_long_sends_nothing_and_goes_on(tmp_path: Path) -> None:
    world, plan = sending(tmp_path)
    other = sqlite3.connect(tmp_path / "z.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    goes_wrong(world, plan, Temporary, "busy")
    other.execute("ROLLBACK")
    other.close()
    goes_on(world, plan)


def test_a_worker_outlives_a_database_that_is_held(tmp_path: Path) -> None:
    """Held for longer than a lease: the run is lost and freed, never done twice."""
    store = whole_store(f"sqlite:///{tmp_path}/z.db")
    store.close()
    store = Store(f"sqlite:///{tmp_path}/z.db", busy_seconds=0.2)
    ledger.enqueue(store, district=1, job="pull", organization=1, slot="s")
    from datetime import timedelta

    lease = timedelta(seconds=0.5)
    held = claims.claim(store, owner="a", lease=lease)
    assert held is not None
    other = sqlite3.connect(tmp_path / "z.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.9, lambda: other.execute("ROLLBACK")).start()
    with pytest.raises(Temporary, match="busy"):
        claims.renew(store, held, lease=lease)
    time.sleep(1.0)
    upkeep.look_after(store)
    again = claims.claim(store, owner="b", lease=lease)
    assert again is not None and again.fence == 2
    assert not claims.renew(store, held, lease=lease)


@pytest.mark.parametrize("where", ["schema", "rows"])
def test_a_damaged_page_sends_nothing_and_says_what_to_do(tmp_path: Path, where: str) -> None:
    world, plan = sending(tmp_path)
    with world.store.connection() as connection:
        root = connection.execute(
            text("SELECT rootpage FROM sqlite_master WHERE name = 'intent'")
        ).scalar_one()
    world.store.settle()
    world.store.close()
    file = tmp_path / "z.db"
    held = bytearray(file.read_bytes())
    size = int.from_bytes(held[16:18], "big")
    first = 100 if where == "schema" else (root - 1) * size
    held[first : first + size // 2] = b"\xab" * (size // 2)
    file.write_bytes(held)
    world.store = Store(f"sqlite:///{file}", now=world.clock)
    goes_wrong(world, plan, NeedsHuman, "damaged")


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Callable[..., Hosts]]:
    made: list[Hosts] = []

    def make(url: str) -> Hosts:
        made.append(Hosts(url, tmp_path, districts=6, seed=1))
        return made[-1]

    yield make
    for each in made:
        each.end()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("engine", ["ledger", "procrastinate"])
def test_a_postgres_that_is_restarted_and_cut_off_misses_nothing(
    hosts: Callable[..., Hosts], postgres_url: str, engine: str
) -> None:
    """The server goes down without a word, and every connection is cut, while runs are under way."""
    programs = tools()
    assert programs is not None
    here = hosts(postgres_url)
    for name in ("a", "b"):
        here.process(here.host(name), f"{name}1", engine=engine, seconds=0.3)
    begin = here.begun()
    with here.store.reading() as session:
        folder = session.connection().exec_driver_sql("SHOW data_directory").scalar_one()
    for harm in ("cut", "restart", "cut"):
        time.sleep(2.0)
        if harm == "cut":
            with here.store.connection() as connection:
                connection.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )
        else:
            here.store.close()
            subprocess.run(
                [str(programs / "pg_ctl"), "-D", folder, "-m", "immediate", "-w", "restart"],
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                user="postgres" if os.geteuid() == 0 else None,
                cwd=folder,
            )
    reckon(here, begin, now())
