"""The forecast of regular activity on 1,500 invented districts: `python -m benchmarks forecast [--quick]`."""

from __future__ import annotations

import sys

import numpy as np

from benchmarks.forecast.districts import MONTHS, NEED, year
from benchmarks.forecast.judging import judge
from benchmarks.tables import machine, put_section, table

PROMISED = 0.8
_WORLDS = (
    ("12 associations", 12, 0.0),
    ("12, with shared ups and downs", 12, 0.25),
    ("30 associations", 30, 0.0),
)


def main(arguments: list[str]) -> int:
    quick = "--quick" in arguments
    rows, good = [], True
    for name, associations, shock in _WORLDS:
        dice = np.random.default_rng(2026)
        districts = [
            year(dice, associations=associations, shock=shock) for _ in range(200 if quick else 1500)
        ]
        for month in (4, 6, 8, 10):
            found = judge(districts, month)
            ratio = found.ours / found.line
            good &= month != 6 or ratio <= PROMISED
            figures = (f"{v:.3f}" for v in (found.ours, found.line, found.base))
            rows.append(
                (name, month, *figures, f"{ratio:.2f}", f"{found.likely:.0%}", f"{found.unlikely:.0%}")
            )
            print(*rows[-1], sep=" | ", flush=True)
    if not quick:
        put_section("The forecast", _section(rows))
    return 0 if good else 1


def _section(rows: list[tuple[object, ...]]) -> str:
    head = (
        "Districts",
        "after month",
        "ours",
        "straight line",
        "base rate",
        "ours / line",
        "“likely” came true",
        "“not likely” came true",
    )
    return f"""Will half of the associations have been active in at least {NEED} of {MONTHS} months? Brier scores, lower is better, on
1,500 seeded invented districts a world (habits, a season, 12 % called off; `benchmarks/forecast/districts.py`). The
straight line says yes or no; the base rate knows how often districts succeed. Promised: at most 0.8 of the straight
line's score after month 6.

{table(head, rows)}

{machine()}
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
