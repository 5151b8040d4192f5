"""Callouts measured against what is promised: `python -m benchmarks callouts [--only PART …]`.

Parts: proof (value against the dual bound), nearest, bundles, times, half a year (26 weeks), model. What falls short is
said, and makes the exit code 1. Each part has its own section of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from statistics import mean
from typing import Any

import numpy as np

from benchmarks.callout_answers import World, tell
from benchmarks.callout_instances import SHAPES, Shape, make, make_with_distances
from benchmarks.callouts import half_year, rivals
from benchmarks.tables import machine, put_section, table
from zetkin_sync.callouts.calibration import slope
from zetkin_sync.callouts.planner.instance import core_of
from zetkin_sync.callouts.planner.solution import Solution
from zetkin_sync.callouts.planner.solve import solve
from zetkin_sync.callouts.policy import Learning
from zetkin_sync.callouts.response import learn

WORLDS = ("district sparse", "district dense")


@dataclass
class Report:
    """Rows of "what, promised, seen", and what falls short."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)
    short: int = 0

    def at_least(self, what: str, promised: float, seen: float) -> None:
        self._row(what, f"≥ {promised:g}", seen, good=seen >= promised)

    def at_most(self, what: str, promised: float, seen: float) -> None:
        self._row(what, f"≤ {promised:g}", seen, good=seen <= promised)

    def say(self, what: str, seen: str) -> None:
        """What nothing is promised of."""
        self.rows.append((what, "", seen, ""))
        print(*self.rows[-1], sep="\t", flush=True)

    def _row(self, what: str, promised: str, seen: float, *, good: bool) -> None:
        self.short += not good
        self.rows.append((what, promised, f"{seen:.3f}", "" if good else "falls short"))
        print(*self.rows[-1], sep="\t", flush=True)


def solved(document: dict[str, Any], *, proof: bool = True) -> Solution:
    return solve(rivals.instance_of(document), proof=proof)


def proof(report: Report, seeds: int) -> None:
    """Value against the dual bound, both without τ."""
    for shape, lines, promised, some in (
        ("town", 1, 0.95, seeds),
        ("town", 3, 0.90, seeds),
        ("town dense", 1, 0.95, seeds),
        ("town dense", 3, 0.90, seeds),
        ("region", 1, 0.95, max(1, seeds // 4)),
        ("region", 3, 0.90, max(1, seeds // 4)),
    ):
        found = [solved(make(SHAPES[shape], seed, lines=lines)) for seed in range(1, some + 1)]
        worst = min(each.objective / each.bound for each in found)
        report.at_least(f"{shape}, {lines} events a message: value / bound, worst of {some}", promised, worst)


def nearest(report: Report, seeds: int) -> None:
    """Weighted fill against nearest-first with as many messages."""
    for shape in ("town", "town dense", "region"):
        for budget, promised in ((0.6, 1.1), (0.2, 1.5)):
            some = max(1, seeds // 4) if shape == "region" else seeds
            ratios = []
            for seed in range(1, some + 1):
                document, away = make_with_distances(SHAPES[shape], seed, budget=budget)
                ours = solved(document, proof=False)
                near = rivals.nearest_first(document, away, messages=len(ours.messages))
                ratios.append(ours.objective / near)
            what = f"{shape}, budget {budget:.0%}: weighted fill / nearest-first, worst of {some}"
            report.at_least(what, promised, min(ratios))


def bundles(report: Report, seeds: int) -> None:
    """K emails against personal menus, the dual bound and simpler ways, all net of τ (BUNDLES §8)."""
    promised = {
        (4, False): (0.83, 0.78),
        (8, False): (0.92, 0.88),
        (12, False): (0.95, 0.92),
        (8, True): (0.89, 0.85),
        (12, True): (0.93, 0.89),
    }
    for world in WORLDS:
        for (count, half), (middle, worst) in promised.items():
            found = [_bundled(SHAPES[world], seed, count, half=half) for seed in range(1, seeds + 1)]
            what = f"{world}, K={count}{', half' if half else ''}"
            ratios = [each["greedy"] for each in found]
            report.at_least(f"{what}: of personal menus, mean of {seeds}", middle, mean(ratios))
            report.at_least(f"{what}: of personal menus, worst", worst, min(ratios))
            if not half and count in (8, 12):
                least = {8: (0.87, 0.83), 12: (0.90, 0.86)}[count]
                report.at_least(f"{what}: of the dual bound, mean", least[0], mean(e["dual"] for e in found))
                report.at_least(f"{what}: of the dual bound, worst", least[1], min(e["dual"] for e in found))
            if not half and count in (4, 8):
                most = {4: 1.10, 8: 1.08}[count]
                report.at_least(f"{what}: / best simple way, mean", most, mean(e["simple"] for e in found))
            if not half and count == 8:
                report.at_least(f"{what}: / one event an email, mean", 1.4, mean(e["single"] for e in found))
                most = sum(e["value"] for e in found) / sum(e["top"] for e in found)
                report.at_least(f"{what}: / top 3 to everybody, of the sums", 1.5, most)
    for count, middle, worst in ((12, 0.82, 0.79), (20, 0.90, 0.88)):
        some = max(2, seeds // 2)
        found = [_bundled(SHAPES["town"], seed, count) for seed in range(1, some + 1)]
        ratios = [each["greedy"] for each in found]
        report.at_least(f"town, K={count}: of personal menus, mean of {some}", middle, mean(ratios))
        report.at_least(f"town, K={count}: of personal menus, worst", worst, min(ratios))
        if count == 12:
            report.at_least(
                f"town, K={count}: / best simple way, mean", 1.1, mean(e["simple"] for e in found)
            )
            report.at_least(f"town, K={count}: value / bound, worst", 0.80, min(e["proof"] for e in found))


def _bundled(shape: Shape, seed: int, count: int, *, half: bool = False) -> dict[str, float]:
    document = make(shape, seed, bundles=count, half=half)
    ours = solved(document)
    value = ours.objective_minus_tau
    personal = solved({**document, "bundles": None, "half": False})
    core = core_of(rivals.instance_of({**document, "bundles": None}))
    dual = rivals.net_bound(document, reached=personal.objective_minus_tau, start=core.weight * 0.5)
    single = rivals.bundled(document, rivals.single_events(document))
    ways = (rivals.by_time(document), rivals.by_company(document))
    simple = max(single, *(rivals.bundled(document, way) for way in ways))
    top = rivals.bundled(document, rivals.top_for_everybody(document))
    return {
        "greedy": value / personal.objective_minus_tau,
        "dual": value / dual,
        "simple": value / simple,
        "single": value / single,
        "value": value,
        "top": top,  # nothing when none of the three lies where people are
        "proof": ours.objective / ours.bound,
    }


def times(report: Report, _seeds: int) -> None:
    """Each plan in a process of its own; CPU seconds, because the machine is shared."""
    for shape, count, proven, seconds in (
        ("region", 0, "plan", 1.0),
        ("country", 0, "plan", 15.0),
        ("district dense", 8, "proof", 2.0),
        ("town", 12, "proof", 10.0),
        ("region", 60, "plan", 60.0),
    ):
        command = [sys.executable, "-m", "benchmarks.callouts.measured", shape, "1", str(count), proven]
        done = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        report.at_most(f"{_size(shape, count)}: CPU seconds of a {proven}", seconds, done["cpu"])
    for shape in ("region", "country"):
        cpu, megabytes = _command(make(SHAPES[shape], 1))
        report.say(f"{_size(shape, 0)}: CPU seconds of the command", f"{cpu:.1f}")
        report.at_most(f"{_size(shape, 0)}: megabytes of the command", 1000.0, megabytes)


def _size(shape: str, count: int) -> str:
    emails = f"K={count}" if count else "personal"
    return f"{SHAPES[shape].people:,} × {SHAPES[shape].events:,}, {emails}"


def _command(document: dict[str, Any]) -> tuple[float, float]:
    """CPU seconds and megabytes of `zetkin-sync callouts solve` on a question."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(document, file)
        file.flush()
        running = subprocess.Popen(
            [sys.executable, "-m", "zetkin_sync", "callouts", "solve", file.name], stdout=subprocess.DEVNULL
        )
        _, status, used = os.wait4(running.pid, 0)
    if status:
        raise RuntimeError(f"the command ended with {os.waitstatus_to_exitcode(status)}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def half_a_year(report: Report, seeds: int, *, people: int, events: int, count: int) -> None:
    """26 weeks with a hidden truth, three seeds; emails enough to name all open events (K · m about 1.2 of them)."""
    some = min(3, seeds)
    worlds = [partial(half_year.World, seed, people=people, events=events) for seed in range(1, some + 1)]
    policy = half_year.POLICY.model_copy(update={"bundles": count})
    with ProcessPoolExecutor(some) as workers:
        ours = list(workers.map(half_year.callouts, [world() for world in worlds], [policy] * some))
    capped = [half_year.mass_mail(world(), capped=True) for world in worlds]
    everybody = [half_year.mass_mail(world(), capped=False) for world in worlds]
    what = f"{people} people, {events} events a week, K={count}"
    fill, per_place = (
        (mean(o.fill for o in ours), mean(c.fill for c in capped)),
        (mean(o.per_place for o in ours), mean(c.per_place for c in capped)),
    )
    report.at_least(f"{what}: fill / capped mass mail, mean of {some}", 1.1, fill[0] / fill[1])
    report.at_most(f"{what}: messages a place / capped mass mail", 0.7, per_place[0] / per_place[1])
    left = sum(o.left for o in ours) / sum(e.left for e in everybody)
    report.at_most(f"{what}: who left / uncapped mass mail", 1 / 8, left)
    report.at_most(f"{what}: Gini of asks, worst", 0.30, max(o.gini for o in ours))
    report.at_most(f"{what}: rules broken", 0, sum(len(o.broken) for o in ours))
    for name, results in (("ours", ours), ("capped mass mail", capped), ("mass mail", everybody)):
        text = (
            f"fill {mean(r.fill for r in results):.0%}, {mean(r.per_place for r in results):.1f} messages "
            f"a place, {mean(r.left for r in results):.0f} left"
        )
        report.say(f"{what}: {name}", text)


def model(report: Report, seeds: int) -> None:
    """Slope of the truth against the chances, on the last fifth of the weeks."""
    for name, world in (
        ("people differ", World()),
        ("people alike", World(spread=0.2)),
        ("some ignore everything for weeks", World(inactivity=0.35)),
        ("distance does not matter", World(distance=0.0)),
    ):
        slopes = [_slope(world, seed) for seed in range(1, min(3, seeds) + 1)]
        report.at_least(f"response model, {name}: calibration slope, lowest", 0.8, min(slopes))
        report.at_most(f"response model, {name}: calibration slope, highest", 1.2, max(slopes))


def _slope(world: World, seed: int) -> float:
    told = tell(world, seed)
    weeks = sorted({answer.asked.at.date().isocalendar()[:2] for answer in told.answers})
    chances: list[float] = []
    yes: list[bool] = []
    for week in weeks[int(0.8 * len(weeks)) :]:
        now = [a for a in told.answers if a.asked.at.date().isocalendar()[:2] == week]
        at = min(a.asked.at for a in now)
        known = learn(told.answers, at=at, learning=Learning())
        for answer in now:
            asked = answer.asked
            chances.append(known.chance(asked.person, asked.type, asked.distance).value)
            yes.append(answer.came is True)
    return slope(chances, yes)[0]


PARTS: dict[str, Callable[[Report, int], None]] = {
    "proof": proof,
    "nearest": nearest,
    "bundles": bundles,
    "times": times,
    "half a year, 500 people": partial(half_a_year, people=500, events=10, count=8),
    "half a year, 1,000 people": partial(half_a_year, people=1000, events=20, count=16),
    "model": model,
}
_YEAR = (
    "What a district would do: each Monday a wave for the events of the next 14 days, asked for once more in "
    "their last week, planned from answers alone; the rules are held against what was sent, from outside. How people "
    "answer, tire and leave is invented (`benchmarks/callouts/half_year.py`). Mass mail lists all of the week's "
    "events; capped, each gets it every other week."
)
ABOUT = {
    "proof": "Value is Σ weight · E[min(open places, those who come)], without τ; the bound is proven for every plan "
    "within the rules. Each person may get a message of her own; 60 % of those who may be asked.",
    "nearest": "Nearest-first asks those who live nearest until an event can expect to be full, with as many messages "
    "and as many lines as ours.",
    "bundles": "K emails, net of τ = 0.03 a message. Every simple way gets our way of choosing who gets which email, "
    "so only the emails' contents are compared.",
    "times": "Processor time, each in a process of its own. The command is `zetkin-sync callouts solve`: start, "
    "reading, plan, proof and writing; its memory is that of the whole process at its highest.",
    "half a year, 500 people": _YEAR,
    "half a year, 1,000 people": _YEAR,
    "model": "The slope of what came true against the chances, on the last fifth of 52 weeks, in worlds with a hidden "
    "truth (`benchmarks/callout_answers.py`); 1 is calibrated.",
}


def main(arguments: Sequence[str]) -> int:
    asked = argparse.ArgumentParser(prog="benchmarks callouts")
    asked.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS))
    asked.add_argument("--seeds", type=int, default=8)
    options = asked.parse_args(arguments)
    short = 0
    for name in options.only:
        report = Report()
        PARTS[name](report, options.seeds)
        short += report.short
        if options.seeds == 8:
            put_section(f"Callouts: {name}", _section(name, report))
    return 1 if short else 0


def _section(name: str, report: Report) -> str:
    head = ("What", "Promised", "Seen", "")
    return "\n\n".join((ABOUT[name], table(head, report.rows), f"{machine()} numpy {np.__version__}."))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
