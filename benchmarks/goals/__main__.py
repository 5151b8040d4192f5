"""A district of 10,000 people held against its plan, and a hundred such: `python -m benchmarks goals [--times N]`.

The district is the demo's, read over HTTP from the simulator into SQLite; the larger ones are copies of it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.goals.federation import multiply
from benchmarks.tables import machine, put_section, table
from zetkin_sync.cli.running import run_now
from zetkin_sync.demo import loop

MOST_SECONDS, MOST_MEGABYTES = 5.0, 200.0


def main(arguments: list[str]) -> int:
    asked = argparse.ArgumentParser(prog="benchmarks goals")
    asked.add_argument("--times", type=int, default=100, help="how many districts the largest federation has")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--people", type=int, default=10_000)
    options = asked.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        with loop.started(work / "district", people=options.people, seed=1) as running:
            root = running.installation.configurations[0].root
            run_now(running.installation, district=root, job="pull_zetkin")
            now = running.clock().isoformat()
        sizes = [1, max(2, round(options.times**0.5)), options.times]
        found = [_measure(work, now, times, rounds=options.rounds if times == 1 else 1) for times in sizes]
    one, most = found[0], found[-1]
    ratio = most["cpu"] / one["cpu"]
    good = one["cpu"] <= MOST_SECONDS and one["megabytes"] <= MOST_MEGABYTES and ratio <= sizes[-1]
    if options.times == 100 and options.people == 10_000:
        put_section("A plan reconciled", _section(sizes, found, ratio))
    return 0 if good else 1


def _measure(work: Path, now: str, times: int, *, rounds: int) -> dict[str, Any]:
    target = work / f"times-{times}"
    multiply(work / "district", target, times=times)
    runs = []
    for _ in range(rounds):
        command = [sys.executable, "-m", "benchmarks.goals.measured", str(target), now]
        runs.append(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))
    shutil.rmtree(target)
    found = {**runs[0], **{key: median(run[key] for run in runs) for key in ("seconds", "cpu", "megabytes")}}
    print(times, found, flush=True)
    return found


def _section(sizes: list[int], found: list[dict[str, Any]], ratio: float) -> str:
    head = (
        "Districts",
        "people",
        "associations",
        "events",
        "goals",
        "assessments",
        "CPU",
        "wall clock",
        "memory",
    )
    rows = [
        (
            size,
            *(f"{run[key]:,}" for key in ("people", "associations", "events", "goals", "assessments")),
            f"{run['cpu']:.1f} s",
            f"{run['seconds']:.1f} s",
            f"{run['megabytes']:.0f} MB",
        )
        for size, run in zip(sizes, found, strict=True)
    ]
    return f"""From the database to stored assessments, every goal of the plan for the district and for each association. Memory is
that of the whole process at its highest. Promised: one district in at most 5 s and 200 MB, a hundred in at most a
hundred times the time; measured: {ratio:.0f} times.

{table(head, rows)}

{machine()}
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
