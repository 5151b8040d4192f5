"""Measure runs a second: the ledger, the ledger carried by Procrastinate, plain Procrastinate; 1, 2, 4 workers; a federation's hour.

The rows are there before the clock starts; what is measured is taking and carrying them, side by side, several rounds,
medians. `--quick` takes fewer.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
from sqlalchemy import text

from benchmarks.tables import machine, put_section, table
from tests.postgres import running, tools
from zetkin_sync.records import Instance  # noqa: F401 - makes the schema known
from zetkin_sync.store import ledger, offers, schema
from zetkin_sync.store.engine import Store
from zetkin_sync.store.ledger import Wanted

ROOT = Path(__file__).parents[2]
DISTRICTS = 1000
THREADS = 4


@contextmanager
def workers(kind: str, url: str, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """So many processes, all ready."""
    command = [sys.executable, "-m", "benchmarks.runs.carrier", kind, url, str(THREADS), str(DISTRICTS)]
    made = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    try:
        for each in made:
            assert each.stdout is not None
            if each.stdout.readline().strip() != "READY":
                raise RuntimeError("a worker did not start")
        yield made
    finally:
        for each in made:
            each.kill()
            each.wait()


def cpu(processes: list[subprocess.Popen[str]]) -> float:
    """Seconds of processor that these processes have used."""
    total = 0.0
    for each in processes:
        fields = Path(f"/proc/{each.pid}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / 100
    return total


class Bench:
    """A database with everything in it."""

    def __init__(self, server: str, name: str) -> None:
        plain = server.replace("+psycopg", "")
        with psycopg.connect(f"{plain}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        self.url = f"{server}/{name}"
        self.store = Store(self.url)
        schema.migrate(self.store)
        self.round = 0

    def ask(self, runs: int, *, spread: float = 0.0) -> None:
        """So many runs that are ready, over all organizations; over `spread` seconds when given."""
        self.round += 1
        now = self.store.now()
        wanted = [
            Wanted(
                district=n % DISTRICTS + 1,
                job="nothing",
                organization=n % DISTRICTS + 1,
                slot=f"{self.round}-{n}",
                due=now,
                ready=now + timedelta(seconds=spread * n / runs),
            )
            for n in range(runs)
        ]
        with self.store.transaction() as connection:
            ledger.enqueue_in(connection, wanted)

    def left(self) -> int:
        with self.store.reading() as session:
            query = text("SELECT count(*) FROM run WHERE state <> 'ok'")
            return int(session.connection().execute(query).scalar_one())

    def wait(self) -> None:
        while self.left():
            time.sleep(0.05)


def ours(server: str, kind: str, *, count: int, runs: int) -> tuple[float, float]:
    """Runs a second, and processor seconds of the workers for a thousand runs."""
    bench = Bench(server, f"b{time.monotonic_ns()}")
    if kind == "procrastinate":
        from importlib.metadata import version

        from procrastinate.schema import SchemaManager

        offers.prepare(bench.store, version=version("procrastinate"), definition=SchemaManager.get_schema())
    with workers(kind, bench.url, count) as made:
        bench.ask(count * 20)
        bench.wait()  # warm: connections are open, statements prepared
        used, begin = cpu(made), time.monotonic()
        bench.ask(runs)
        bench.wait()
        return runs / (time.monotonic() - begin), (cpu(made) - used) / runs * 1000


def theirs(server: str, *, count: int, runs: int) -> tuple[float, float]:
    """The same of plain Procrastinate, jobs deferred in one statement."""
    from procrastinate.schema import SchemaManager

    bench = Bench(server, f"p{time.monotonic_ns()}")
    address = bench.url.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(SchemaManager.get_schema())
        defer = (
            "SELECT procrastinate_defer_jobs_v1(array_agg(ROW('plain', 'nothing', 0, NULL, NULL,"
            " jsonb_build_object('run', n), NULL)::procrastinate_job_to_defer_v1)) FROM generate_series(1, %s) n"
        )
        left = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"

        def wait() -> None:
            while connection.execute(left).fetchone()[0]:
                time.sleep(0.05)

        with workers("plain", bench.url, count) as made:
            connection.execute(defer, (count * 20,))
            wait()
            used, begin = cpu(made), time.monotonic()
            connection.execute(defer, (runs,))
            wait()
            return runs / (time.monotonic() - begin), (cpu(made) - used) / runs * 1000


def federation(server: str, *, seconds: float) -> tuple[float, float, float]:
    """1,000 organizations with 20 jobs an hour: offered a second, done a second, and the share of one core used."""
    rate = 1000 * 20 / 3600
    runs = int(rate * seconds)
    bench = Bench(server, f"f{time.monotonic_ns()}")
    with workers("ledger", bench.url, 3) as made:
        time.sleep(1.0)
        used, begin = cpu(made), time.monotonic()
        bench.ask(runs, spread=seconds)
        bench.wait()
        took = time.monotonic() - begin
        return rate, runs / took, (cpu(made) - used) / took


def main(*, quick: bool) -> None:
    """Everything, and the section in docs/benchmarks.md."""
    programs = tools()
    if programs is None:
        raise SystemExit("PostgreSQL is not installed here (make servers)")
    rounds, runs = (1, 400) if quick else (3, 1000)
    found: dict[str, list[tuple[float, float]]] = {}
    with running(programs) as server:
        for _ in range(rounds):  # alternating, so that what else runs here meets all alike
            found.setdefault("plain Procrastinate, 3 workers", []).append(theirs(server, count=3, runs=runs))
            for kind, title in (
                ("ledger", "our ledger"),
                ("procrastinate", "our ledger, carried by Procrastinate"),
            ):
                found.setdefault(f"{title}, 3 workers", []).append(ours(server, kind, count=3, runs=runs))
            for count in (1, 2, 4):
                name = f"our ledger, {count} worker{'s' if count > 1 else ''}"
                found.setdefault(name, []).append(ours(server, "ledger", count=count, runs=runs))
        offered, done, share = federation(server, seconds=15 if quick else 60)
    base = statistics.median(r for r, _ in found["plain Procrastinate, 3 workers"])
    rows = []
    for name, values in found.items():
        rate = statistics.median(r for r, _ in values)
        used = statistics.median(c for _, c in values)
        rows.append([name, f"{rate:.0f}", f"{rate / base:.2f}", f"{used:.2f} s"])
    head = ["", "runs a second", "× plain Procrastinate", "worker CPU for 1,000 runs"]
    body = f"""Runs that do nothing, of 1,000 organizations, on PostgreSQL (fsync off, loopback) with {THREADS} threads in each
worker process; every run is claimed with a lease and a fence, and ended in a transaction. Plain Procrastinate keeps no
ledger: a job that its worker died with is not made up for, or done twice. {runs} runs a round, {rounds} rounds,
medians. Promised: ≥ 250 a second with 3 workers and ≥ 0.7 × plain Procrastinate.

{table(head, rows)}

A federation: 1,000 organizations with 20 jobs an hour are {offered:.1f} runs a second. Offered for a minute to 3 workers,
{done:.1f} a second were done, with {share:.0%} of one core.

{machine()}"""
    print(body)
    if not quick:
        put_section("Runs", body)


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
