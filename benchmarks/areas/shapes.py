"""Areas and points to measure with: a partition with ragged shared borders, and areas that lie over each other.

Seeded; no real border. One point in a hundred is a corner of a border itself, so that boundaries are asked about.
"""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np
import shapely
from numpy.typing import NDArray

WEST, SOUTH, EAST, NORTH = 17.4, 58.8, 19.4, 60.2
_DOUBLINGS = 5  # each shared border is halved and displaced so many times: 32 pieces

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]


def partition(count: int, seed: int) -> Shapes:
    """About `count` areas that fill the district, neighbours sharing ragged borders; some 130 corners each."""
    dice = np.random.default_rng(seed)
    side = ceil(sqrt(count))
    steps = np.arange(side + 1) / side
    corners = np.stack(np.meshgrid(steps, steps), axis=-1)
    corners[1:-1, 1:-1] += dice.uniform(-0.3, 0.3, (side - 1, side - 1, 2)) / side
    across = _ragged(corners[:, :-1], corners[:, 1:], dice)
    up = _ragged(corners[:-1], corners[1:], dice)
    rings = np.concatenate(
        [across[:-1, :, :-1], up[:, 1:, :-1], across[1:, :, :0:-1], up[:, :-1, :0:-1]], axis=2
    ).reshape(side * side, -1, 2)[:count]
    return np.asarray([shapely.Polygon(_placed(ring)) for ring in rings], dtype=object)


def overlapping(count: int, seed: int) -> Shapes:
    """Dented areas around places that lie thickest in the middle: each point lies in several, or in none."""
    dice = np.random.default_rng(seed)
    middles = np.clip(dice.normal(0.5, 0.18, (count, 2)), 0.02, 0.98)
    angles = np.linspace(0, 2 * np.pi, 140, endpoint=False)
    found = []
    for middle in middles:
        radius = dice.uniform(0.4, 1.1) / sqrt(count) * (1 + 0.35 * dice.uniform(-1, 1, len(angles)))
        ring = middle + np.stack((np.cos(angles), np.sin(angles)), axis=-1) * radius[:, None]
        found.append(shapely.Polygon(_placed(ring)))
    return np.asarray(found, dtype=object)


def points(count: int, shapes: Shapes, seed: int) -> tuple[Floats, Floats]:
    """Two thirds around a hundred centres, a third anywhere, and one in a hundred on a border's corner."""
    dice = np.random.default_rng(seed)
    corners = shapely.get_coordinates(shapes)
    on_border = corners[dice.integers(len(corners), size=count // 100)]
    anywhere = _placed(dice.uniform(0, 1, (count // 3, 2)))
    left = count - len(on_border) - len(anywhere)
    centres = dice.uniform(0.1, 0.9, (100, 2))
    around = _placed(centres[dice.integers(100, size=left)] + dice.normal(0, 0.03, (left, 2)))
    found = dice.permutation(np.concatenate((on_border, anywhere, around)))
    return found[:, 0].copy(), found[:, 1].copy()


def _ragged(start: Floats, end: Floats, dice: np.random.Generator) -> Floats:
    """Lines from starts to ends, each piece halved and its middle moved aside, again and again."""
    line = np.stack((start, end), axis=-2)
    for _ in range(_DOUBLINGS):
        piece = np.diff(line, axis=-2)
        aside = np.stack((-piece[..., 1], piece[..., 0]), axis=-1)
        middle = line[..., :-1, :] + piece / 2 + aside * dice.uniform(-0.22, 0.22, (*piece.shape[:-1], 1))
        woven = np.empty((*line.shape[:-2], 2 * line.shape[-2] - 1, 2))
        woven[..., ::2, :], woven[..., 1::2, :] = line, middle
        line = woven
    return line


def _placed(unit: Floats) -> Floats:
    return np.asarray((WEST, SOUTH) + unit * (EAST - WEST, NORTH - SOUTH))
