"""The best message for one person as things stand: at most m of her events that do not clash."""

from __future__ import annotations

from collections.abc import Sequence

# A line that adds less than this is noise, not a line.
LEAST = 1e-9

Scored = tuple[float, int, int]  # minus the gain, the pair, its event; sorts best first, then by pair


def best_menu(scored: list[Scored], clashes: Sequence[int], lines: int) -> tuple[float, list[int]]:
    """The most valuable clash-free choice of at most `lines` pairs, exactly; its gain and its pairs.

    `scored` is sorted in place. Without a clash among the best the first few are the answer; else a short
    search, cut off where even the next best lines could not make up for what is behind.
    """
    scored.sort()
    taken: list[int] = []
    gain, blocked, clashed = 0.0, 0, False
    for minus, pair, event in scored:
        if minus > -LEAST:
            break
        if blocked >> event & 1:
            clashed = True
            continue
        taken.append(pair)
        gain -= minus
        if len(taken) == lines:
            break
        blocked |= clashes[event]
    if not clashed:
        return gain, taken
    return _search(scored, clashes, lines, gain, taken)


def _search(
    scored: list[Scored], clashes: Sequence[int], lines: int, gain: float, taken: list[int]
) -> tuple[float, list[int]]:
    best, found = gain, taken
    useful = [(-minus, pair, event) for minus, pair, event in scored if minus <= -LEAST]

    def deeper(start: int, left: int, sofar: float, blocked: int, chosen: tuple[int, ...]) -> None:
        nonlocal best, found
        if sofar > best + LEAST:
            best, found = sofar, list(chosen)
        for at in range(start, len(useful)):
            value, pair, event = useful[at]
            if left == 0 or sofar + left * value <= best + LEAST:
                return
            if not blocked >> event & 1:
                deeper(at + 1, left - 1, sofar + value, blocked | clashes[event], (*chosen, pair))

    deeper(0, lines, 0.0, 0, ())
    return best, found
