"""Improving a set of bundles by putting another in the place of one: what promises most is tried first.

What an exchange promises is reckoned at present values for everybody at once: who would move to the new
bundle, who would have to leave the old one. What it brings is then found by giving out the bundles anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from zetkin_sync.callouts.planner.audiences import Bundles, Desk
from zetkin_sync.callouts.planner.instance import Floats

Bundle = tuple[int, ...]


def promising(
    desk: Desk,
    bundles: Bundles,
    *,
    value: Floats,
    now: Floats,
    fee: Floats,
    company: list[Bundle],
    room: int,
) -> list[tuple[float, Bundles]]:
    """Sets of bundles that differ from these in one, with what they promise to gain, the best first.

    `value` is what each pair adds or would add, `now` what each person's message adds (0: not asked), `fee`
    what a message to each must at least add. `company` are bundles that may take a place; `room` how many bundles more
    there may be.
    """
    core = desk.core
    gives = np.array([desk.sums(bundle, value) for bundle in bundles])
    asked = now > 0
    sits = np.where(asked, np.argmax(gives, axis=0), -1)
    others = (
        np.array([desk.sums(bundle, value) for bundle in company]) if company else np.zeros((0, core.people))
    )
    found: dict[Bundles, float] = {}

    def note(promise: float, number: int, new: Bundle) -> None:
        rest = bundles[:number] + bundles[number + 1 :] if number >= 0 else bundles
        changed = tuple(sorted({*rest, new}))
        if promise > 1e-9 and changed != bundles and promise > found.get(changed, 0.0):
            found[changed] = round(promise, 9)

    stay = np.maximum(now, fee)
    for number in range(-1 if room else 0, len(bundles)):
        if number < 0:
            base, lost = stay, 0.0
        else:
            mine = sits == number
            rest = np.delete(gives, number, axis=0).max(axis=0) if len(bundles) > 1 else np.zeros(core.people)
            base = np.where(mine, np.maximum(rest, fee), stay)
            lost = float((stay - base)[mine].sum())
        for new, gain in zip(company, np.maximum(others - base, 0.0).sum(axis=1).tolist(), strict=True):
            note(gain - lost, number, new)
        if number >= 0:
            for new, gain in _neighbours(desk, bundles[number], value, base):
                note(gain - lost, number, new)
    return sorted(((gain, changed) for changed, gain in found.items()), key=lambda item: (-item[0], item[1]))


def _neighbours(desk: Desk, bundle: Bundle, value: Floats, base: Floats) -> Iterator[tuple[Bundle, float]]:
    """The bundle with one line exchanged, added or left out, and how much it gives beyond `base`."""
    core = desk.core
    clashes = core.clashes
    for out in (None, *bundle):
        kept = tuple(event for event in bundle if event != out)
        blocked = 0
        for event in kept:
            blocked |= clashes[event]
        if out is not None and kept and core.rules.half:
            yield kept, float(np.maximum(desk.sums(kept, value) - base, 0.0).sum())
        if len(kept) == core.rules.lines:
            continue
        have = desk.sums(kept, value) if kept and not core.rules.half else np.zeros(core.people)
        floor = float(np.maximum(have - base, 0.0).sum())
        for event in range(core.events):
            if event == out or blocked >> event & 1:
                continue
            new = tuple(sorted((*kept, event)))
            if core.rules.half:
                yield new, float(np.maximum(desk.sums(new, value) - base, 0.0).sum())
                continue
            pairs = desk.of_event[event]
            people = core.person[pairs]
            here = have[people] - base[people]
            gain = np.maximum(here + value[pairs], 0.0) - np.maximum(here, 0.0)
            yield new, floor + float(gain.sum())


def improve(
    start: Bundles,
    worth: float,
    *,
    outlook: Callable[[Bundles], list[tuple[float, Bundles]]],
    judge: Callable[[Bundles], float],
    trials: int,
    patience: int,
) -> Bundles:
    """Take the first exchange that is better, again and again, for at most so many trials in all."""
    bundles, left = start, trials
    while left > 0:
        for _, changed in outlook(bundles)[: min(patience, left)]:
            left -= 1
            value = judge(changed)
            if value > worth + 1e-9:
                bundles, worth = changed, value
                break
        else:
            return bundles
    return bundles
