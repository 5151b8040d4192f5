"""What is odd about a set of areas though nothing is wrong with any of them: overlaps, shared and short names."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import shapely

from zetkin_sync.areas.area import Area, AreaFile
from zetkin_sync.areas.geometry import square_metres
from zetkin_sync.areas.names import Words, words_of
from zetkin_sync.errors import Problem
from zetkin_sync.language import Share, say

SLIGHT = 0.01  # overlaps below this share of the smaller area are drawing noise
SHORT = 3


@dataclass(frozen=True, slots=True)
class Review:
    """`overlaps` are pairs of ids with the share of the smaller that they share, the largest first."""

    sizes: dict[str, float]
    overlaps: tuple[tuple[tuple[str, str], Share], ...]
    notes: tuple[Problem, ...]


def review(areas: AreaFile) -> Review:
    """Overlaps are allowed (all areas are kept, the smallest is the first); a person may want to know of them."""
    drawn = [area for area in areas.areas if area.geometry is not None]
    shapes = np.asarray([area.geometry for area in drawn], dtype=object)
    sizes = square_metres(shapes) if drawn else np.empty(0)
    return Review(
        sizes={area.id: float(size) for area, size in zip(drawn, sizes, strict=True)},
        overlaps=_overlaps(drawn, shapes, sizes),
        notes=(*_names(areas.areas), *_nothing(areas.areas)),
    )


def _overlaps(
    drawn: list[Area], shapes: np.ndarray, sizes: np.ndarray
) -> tuple[tuple[tuple[str, str], Share], ...]:
    if not len(drawn):
        return ()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = one < other
    one, other = one[pairs], other[pairs]
    common = square_metres(shapely.intersection(shapes[one], shapes[other]))
    share = np.nan_to_num(common / np.minimum(sizes[one], sizes[other]))
    found = [
        ((drawn[i].id, drawn[j].id), Share(round(float(s), 4)))
        for i, j, s in zip(one, other, share, strict=True)
        if s > SLIGHT
    ]
    return tuple(sorted(found, key=lambda pair: (-pair[1].value, pair[0])))


def _names(areas: tuple[Area, ...]) -> list[Problem]:
    owners: dict[Words, set[str]] = defaultdict(set)
    notes = []
    for area in areas:
        for name in (area.title, *area.names):
            owners[words_of(name)].add(area.id)
            if len(words_of(name)) == 1 and len(name) <= SHORT:
                wrong = say("the name {name} is short, and may stand in other words' place", name=name)
                notes.append(Problem(area.source, area.id, wrong, say("a longer name, or only postcodes")))
    for words, ids in sorted(owners.items()):
        if len(ids) > 1:
            wrong = say(
                "the name {name} means several areas: {ids}", name=" ".join(words), ids=", ".join(sorted(ids))
            )
            notes.append(Problem("areas.toml", sorted(ids)[0], wrong, say("all of them are kept")))
    return notes


def _nothing(areas: tuple[Area, ...]) -> list[Problem]:
    return [
        Problem(
            a.source, a.id, say("it is known by its name alone"), say("a drawing or postcodes make it surer")
        )
        for a in areas
        if a.geometry is None and not (a.postcodes or a.tags or a.organizations)
    ]
