"""Measure the pull: `python -m benchmarks sync`, or with `--quick` in two minutes and without the document."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.sync import postgres
from benchmarks.sync.server import control, running
from benchmarks.tables import machine, put_section, table

DLT = (
    ("sqlite", "replace"),
    ("duckdb", "replace"),
    ("duckdb", "merge"),
)  # its settings that did best for others (docs: "best")
Times = dict[str, list[dict[str, Any]]]


def case(name: str, **options: Any) -> dict[str, Any]:
    """One case in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.sync.cases", name, json.dumps(options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="zs-bench-") as name:
        yield Path(name)


def one_round(times: Times, url: str, n: int, pp: int, *, peers: bool) -> None:
    """Every case once, one after the other, each with a database of its own."""
    with _folder() as folder:

        def take(label: str, name: str, database: str = "", **more: Any) -> None:
            path = {"database": str(folder / database)} if database else {}
            times[label].append(case(name, url=url, pp=pp, **path, **more))
            assert times[label][-1].get("rows", n) == n, f"{label} lost people: {times[label][-1]}"
            print(f"  {label}: {times[label][-1]['cpu']:.2f} s", flush=True)

        take("curl", "curl")
        take("F1", "f1", "f1.db")
        take("H", "h")
        take("httpx", "h_httpx")
        take("ours", "ours", "ours.db")
        take("ours again", "ours", "ours.db")
        take("H again", "h")
        control(url, "change?share=0.01")
        take("ours changed", "ours", "ours.db")
        if not peers:
            return
        take("requests loop", "loop", "loop.db")
        take("requests loop again", "loop", "loop.db")
        take("requests + pandas", "pandas", "pandas.db")
        take("requests + pandas again", "pandas", "pandas.db")
        for destination, how in DLT:
            label = f"dlt {destination} {how}"
            settings = {"destination": destination, "disposition": how}
            take(label, "dlt", f"dlt-{destination}-{how}.db", **settings)
            take(f"{label} again", "dlt", f"dlt-{destination}-{how}.db", **settings)


def cpu(times: Times, label: str) -> float:
    return float(median(t["cpu"] for t in times[label]))


def ratio(times: Times, label: str, to: str, what: str = "cpu") -> float:
    """The median of the ratios inside each round."""
    return float(median(a[what] / b[what] for a, b in zip(times[label], times[to], strict=True)))


def size_table(times: Times) -> str:
    """One size and page size: what each costs first, unchanged and after 1 % has changed."""
    rows = []
    for label in [name for name in times if not name.endswith((" again", " changed"))]:
        again = f"{label} again"
        rows.append(
            (
                label,
                f"{cpu(times, label):.2f}",
                f"{median(t['wall'] for t in times[label]):.2f}",
                f"{ratio(times, label, 'F1'):.2f}",
                f"{cpu(times, again):.2f}" if again in times else "–",
                f"{ratio(times, again, 'H again'):.2f}" if again in times else "–",
                f"{median(t['rss'] for t in times[label]):.0f}",
            )
        )
    return table(("case", "first, CPU s", "wall s", "× F1", "again, CPU s", "× H", "MB"), rows)


def verdicts(times: Times, n: int, pp: int) -> Iterator[tuple[str, str, str]]:
    """Each figure that was asked for, its bound, and what came out."""
    where = f"{n:,} people, {pp} a page"
    bound = 1.8 if pp <= 100 else 1.4
    yield f"First pull, {where}", f"≤ {bound} × F1", f"{ratio(times, 'ours', 'F1'):.2f}"
    again = times["ours again"][-1]
    yield (
        f"Unchanged, {where}",
        "≤ 1.5 × H, 0 decoded, 0 written",
        f"{ratio(times, 'ours again', 'H again'):.2f} (plain httpx: {ratio(times, 'ours again', 'httpx'):.2f}), "
        f"{again['decoded']} decoded, {again['written']} written",
    )
    changed = times["ours changed"][-1]
    yield (
        f"1 % changed, {where}",
        f"≤ 0.8 × first, {n // 100} written",
        f"{ratio(times, 'ours changed', 'ours'):.2f}, {changed['written']} written",
    )
    most = max(t["rss"] for label in ("ours", "ours again", "ours changed") for t in times[label])
    yield f"Peak memory, {where}", "≤ 100 MB", f"{most:.0f} MB"
    dlt = [label for label in times if label.startswith("dlt") and not label.endswith("again")]
    if dlt:
        first = min(1 / ratio(times, "ours", label) for label in dlt)
        later = min(1 / ratio(times, "ours again", f"{label} again") for label in dlt)
        yield f"dlt's best setting, {where}", "≥ 6 × ours first, ≥ 20 × again", f"{first:.1f}, {later:.1f}"
        pandas = 1 / ratio(times, "ours", "requests + pandas")
        yield f"requests + pandas, {where}", "≥ 4 × ours", f"{pandas:.1f}"


def latency(url: str, rounds: int) -> tuple[str, str, str]:
    """The wall time of 100 pages that each take 50 ms, with eight connections."""
    control(url, "latency?ms=50")
    times: Times = defaultdict(list)
    for number in range(rounds):
        with _folder() as folder:
            times["curl"].append(case("curl", url=url, pp=100, connections=8))
            database = str(folder / f"{number}.db")
            times["ours"].append(case("ours", url=url, pp=100, connections=8, database=database))
    control(url, "latency?ms=0")
    return (
        "50 ms away, 8 connections, 10,000 people",
        "wall ≤ 1.5 × curl",
        f"{ratio(times, 'ours', 'curl', 'wall'):.2f} ({median(t['wall'] for t in times['ours']):.2f} s, "
        f"{times['ours'][-1]['requests']} requests)",
    )


def into_postgres(count: int, rounds: int) -> Iterator[tuple[str, str, str]]:
    """The mirror on PostgreSQL beside COPY and one upsert."""
    if not postgres.available():
        print("PostgreSQL is not installed here (make servers): left out.")
        return
    found = postgres.measured(count, rounds)
    print({name: [round(t, 2) for t in each] for name, each in found.items()})
    first = median(a / b for a, b in zip(found["ours"], found["floor"], strict=True))
    again = median(a / b for a, b in zip(found["ours again"], found["floor"], strict=True))
    yield f"PostgreSQL, {count:,} rows", "≤ 1.3 × COPY → temp → upsert", f"{first:.2f}"
    yield "PostgreSQL, unchanged", "≤ 0.3 × of it", f"{again:.2f}"


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks sync")
    options.add_argument("--people", default="10000,100000,1000000", help="sizes, with commas between them")
    options.add_argument("--pages", default="100,1000", help="people a page")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--quick", action="store_true", help="10,000 people, no document written")
    options.add_argument("--peers-up-to", type=int, default=100_000, help="they take minutes beyond")
    options.add_argument("--dry", action="store_true", help="print only")
    chosen = options.parse_args()
    sizes = [10_000] if chosen.quick else [int(n) for n in chosen.people.split(",")]
    parts: list[str] = []
    figures: list[tuple[str, str, str]] = []
    with _folder() as folder:
        for n in sizes:
            with running(n, folder) as url:
                for pp in map(int, chosen.pages.split(",")):
                    times: Times = defaultdict(list)
                    for number in range(chosen.rounds):
                        print(f"{n:,} people, {pp} a page, round {number + 1}", flush=True)
                        one_round(times, url, n, pp, peers=n <= chosen.peers_up_to)
                    parts.append(f"### {n:,} people, {pp} a page\n\n{size_table(times)}")
                    figures += verdicts(times, n, pp)
                if n == sizes[0]:
                    figures.append(latency(url, chosen.rounds))
    figures += into_postgres(min(100_000, sizes[-1]), chosen.rounds)
    judged = table(("figure", "bound", "found"), figures)
    text = f"{_ABOUT}\n\n{machine()} Medians of {chosen.rounds} rounds.\n\n{judged}\n\n" + "\n\n".join(parts)
    print(text)
    if not (chosen.quick or chosen.dry):
        put_section("Sync", text)


_ABOUT = """A pull of one organization's people (about 1 KB and 40 fields each) from a server that hands out slices of
one file, so that it is never the bottleneck. F1 is the floor: curl, orjson and one `executemany` of all fields in one
transaction, without digests and without a question asked. H is the download alone by the connector's own client, its
transport included; `httpx` is the same with a plain `httpx.Client`. Ours stores fewer fields than F1 (no names, no
addresses), and hashes, digests, snapshots and absences on top. Each case runs in a process of its own, the cases in turn,
ratios inside a round; CPU is user and system time of the client alone. Everybody writes with `synchronous=FULL`."""


if __name__ == "__main__":
    main()
