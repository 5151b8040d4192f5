"""The best message for one person as things stand: at most m of her events that do not clash."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

# A line that adds less than this is noise, not a line.
LEAST = 1e-9

Scored = tuple[float, int, int]  # minus the gain, the pair, its event; sorts best first, then by pair


class Times:
    """When events take place, for choosing among them: `clashes` as in `Core`, `starts` and `ends` by event."""

    def __init__(self, clashes: Sequence[int], starts: Sequence[int], ends: Sequence[int]) -> None:
        self.clashes, self.starts, self.ends = clashes, starts, ends


def best_menu(scored: list[Scored], times: Times, lines: int) -> tuple[float, list[int]]:
    """The most valuable clash-free choice of at most `lines` pairs, exactly; its gain and its pairs.

    `scored` is sorted in place. Without a clash among the best the first few are the answer.
    """
    scored.sort()
    taken: list[int] = []
    gain, blocked = 0.0, 0
    for minus, pair, event in scored:
        if minus > -LEAST:
            break
        if blocked >> event & 1:
            return _scheduled(scored, times, lines)
        taken.append(pair)
        gain -= minus
        if len(taken) == lines:
            break
        blocked |= times.clashes[event]
    return gain, taken


def _scheduled(scored: list[Scored], times: Times, lines: int) -> tuple[float, list[int]]:
    """Weighted interval scheduling: `best[c][n]` is the most that n lines among the first c to end can add."""
    useful = [(times.ends[event], pair, event, -minus) for minus, pair, event in scored if minus <= -LEAST]
    useful.sort()
    ends = [end for end, _, _, _ in useful]
    over = [bisect_right(ends, times.starts[event]) for _, _, event, _ in useful]
    best = [[0.0] * (min(lines, len(useful)) + 1)]
    for (_, _, _, value), before in zip(useful, over, strict=True):
        take = best[before]
        best.append([0.0, *(max(n, t + value) for n, t in zip(best[-1][1:], take, strict=False))])
    found, row, left = [], len(useful), len(best[0]) - 1
    while row and left:
        if best[row][left] > best[row - 1][left]:
            found.append(useful[row - 1][1])
            row, left = over[row - 1], left - 1
        else:
            row -= 1
    return best[-1][-1], found
