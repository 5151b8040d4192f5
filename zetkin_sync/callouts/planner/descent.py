"""Walks down a convex function by subgradients, with steps as long as the known lower end allows (Polyak)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from zetkin_sync.callouts.planner.instance import Floats

PROGRESS = 2e-4  # a share of the value; less than this in `_PATIENCE` steps is standing still
_PATIENCE = 15


def descend(
    look: Callable[[Floats], tuple[float, Floats]],
    start: Floats,
    *,
    reached: float,
    steps: int,
    high: Floats | float = np.inf,
    scale: Floats | float = 1.0,
) -> tuple[float, Floats]:
    """The lowest value found and where, from `start`, between 0 and `high`.

    `look` gives value and slope at a point. `reached` is a value that the function never goes below. `scale`
    says how far each coordinate may be expected to move.
    """
    point, ambition = start, 1.0
    best, where = np.inf, start
    marks: list[float] = []
    for _ in range(steps):
        value, slope = look(point)
        if value < best:
            best, where = value, point
        step = slope * scale
        norm = float(slope @ step)
        if norm <= 0 or best <= reached:
            break
        marks.append(best)
        if len(marks) > _PATIENCE and marks[-_PATIENCE - 1] - best < PROGRESS * best:
            # Steps too long walk in circles: aim less far, from the best point so far.
            if ambition < 0.1:
                break
            ambition, point, marks = ambition / 3, where, []
            continue
        aim = best - ambition * (best - reached)
        point = np.clip(point - (value - aim) / norm * step, 0.0, high)
    return best, where
