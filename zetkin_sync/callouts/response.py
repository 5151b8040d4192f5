"""How likely a person says yes and comes: the rate of the event's type times a multiplier of her own.

Counts of answers only. A person with few answers stays near everybody's rate (empirical Bayes): her multiplier
is (yes + a) / (expected + a), a gamma prior whose strength is fitted to how much people really differ. Signing
up and showing up are kept apart. Old answers count half after `half_life`; who has ignored the last three
messages in a row gets a lower chance. Method and figures: CALLOUTS C.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from zetkin_sync.callouts.history import Answer
from zetkin_sync.callouts.planner.instance import sum_by
from zetkin_sync.callouts.policy import Learning

Floats = npt.NDArray[np.float64]
_LEAST, _MOST = 0.005, 0.9
_STRENGTHS = np.geomspace(1.0, 200.0, 60)


@dataclass(frozen=True, kw_only=True)
class Chance:
    """The chance of one pair with its parts: `value` = type rate · multiplier · streak · distance · showing up."""

    value: float
    type_rate: float
    multiplier: float
    streak: float
    distance: float
    show_up: float
    asked: float  # how many answers of hers it rests on, old ones counting less
    yes: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Part:
    """One of the two things learned, signing up or showing up."""

    overall: float
    by_type: Mapping[str | None, float]
    multiplier: Mapping[int, float]
    seen: Mapping[int, tuple[float, float]]  # person → answers, yes
    strength: float

    def rate(self, kind: str | None) -> float:
        return self.by_type.get(kind, self.overall)


@dataclass(frozen=True, eq=False, kw_only=True)
class Responses:
    """What has been learned from answers up to `at`."""

    at: datetime
    sign_up: Part
    show_up: Part
    streak: float  # what ignoring the last few does to the chance
    ignoring: frozenset[int]  # who has
    distance: Mapping[int | None, float]

    def chance(self, person: int, kind: str | None, distance: int | None = None) -> Chance:
        """The chance that this person, asked about an event of this type, signs up and comes."""
        rate, multiplier = self.sign_up.rate(kind), self.sign_up.multiplier.get(person, 1.0)
        streak = self.streak if person in self.ignoring else 1.0
        away = self.distance.get(distance, 1.0)
        comes = min(1.0, self.show_up.rate(kind) * self.show_up.multiplier.get(person, 1.0))
        asked, yes = self.sign_up.seen.get(person, (0.0, 0.0))
        value = rate * multiplier * streak * away * comes
        return Chance(
            value=round(min(max(value, _LEAST), _MOST), 4),
            type_rate=rate,
            multiplier=multiplier,
            streak=streak,
            distance=away,
            show_up=comes,
            asked=asked,
            yes=yes,
        )


def learn(answers: Iterable[Answer], *, at: datetime, learning: Learning) -> Responses:
    """Learn from all answers to lines sent before `at`."""
    used = sorted(
        (a for a in answers if a.asked.at < at), key=lambda a: (a.asked.at, a.asked.person, a.asked.event)
    )
    weight = np.array([_weight(a, at, learning) for a in used])
    signed = np.array([a.signed_up for a in used], dtype=float)
    ignored, ignoring = _streaks(used, learning.streak)
    people = [a.asked.person for a in used]
    kinds = [a.asked.type for a in used]
    prior = learning.usual_rate
    overall, rates = _rates(kinds, weight, signed, prior=prior, strength=learning.type_strength)
    expected = weight * np.array([rates.get(kind, overall) for kind in kinds])
    distance = _by_distance(used, weight * signed, expected, least=learning.distance_from)
    expected = expected * np.array([distance.get(a.asked.distance, 1.0) for a in used])
    sign_up = _part(people, weight, signed, expected, overall=overall, rates=rates)
    hoped = expected * _multiplier_before(used, weight * signed, expected, sign_up.strength * overall)
    streak = _factor((weight * signed)[ignored].sum(), hoped[ignored].sum(), learning.streak_factor, 10.0)
    hoped = np.where(ignored, streak * hoped, hoped)
    level = (float((weight * signed).sum()) + 10.0) / (float(hoped.sum()) + 10.0)
    sign_up = replace(
        sign_up, overall=overall * level, by_type={kind: rate * level for kind, rate in rates.items()}
    )
    told = np.array([a.signed_up and a.came is not None for a in used], dtype=bool)
    came = np.array([a.came is True for a in used], dtype=float)
    some = [kinds[i] for i in np.flatnonzero(told)]
    show, shows = _rates(
        some, weight[told], came[told], prior=learning.usual_show_up, strength=learning.type_strength
    )
    show_up = _part(
        [people[i] for i in np.flatnonzero(told)],
        weight[told],
        came[told],
        weight[told] * np.array([shows.get(kind, show) for kind in some]),
        overall=show,
        rates=shows,
    )
    return Responses(
        at=at, sign_up=sign_up, show_up=show_up, streak=streak, ignoring=ignoring, distance=distance
    )


def _weight(answer: Answer, at: datetime, learning: Learning) -> float:
    days = (at - answer.asked.at).total_seconds() / 86_400
    return float(0.5 ** (days / learning.half_life))


def _streaks(answers: Sequence[Answer], length: int) -> tuple[npt.NDArray[np.bool_], frozenset[int]]:
    """Which lines came after so many ignored messages in a row, and whose last so many are ignored now."""
    messages: dict[tuple[int, datetime], bool] = {}
    for answer in answers:
        key = (answer.asked.person, answer.asked.at)
        messages[key] = messages.get(key, False) or answer.signed_up
    in_a_row: dict[int, int] = {}
    before: dict[tuple[int, datetime], int] = {}
    for (person, at), heard in sorted(messages.items(), key=lambda item: (item[0][1], item[0][0])):
        before[person, at] = in_a_row.get(person, 0)
        in_a_row[person] = 0 if heard else before[person, at] + 1
    ignored = np.array([before[a.asked.person, a.asked.at] >= length for a in answers], dtype=bool)
    return ignored, frozenset(person for person, count in in_a_row.items() if count >= length)


def _multiplier_before(answers: Sequence[Answer], yes: Floats, expected: Floats, a: float) -> Floats:
    """Each line's person's multiplier as it was known from the messages before.

    So that ignoring a few in a row is not blamed twice: once on the person, and once on the row.
    """
    sums: dict[int, tuple[float, float]] = {}
    open_: dict[int, tuple[datetime, float, float]] = {}  # the message being read, not counted yet
    found = np.ones(len(answers))
    for i, (answer, y, e) in enumerate(zip(answers, yes.tolist(), expected.tolist(), strict=True)):
        person, at = answer.asked.person, answer.asked.at
        waiting = open_.get(person)
        if waiting is not None and waiting[0] != at:
            before = sums.get(person, (0.0, 0.0))
            sums[person] = (before[0] + waiting[1], before[1] + waiting[2])
            waiting = None
        open_[person] = (at, y + (waiting[1] if waiting else 0.0), e + (waiting[2] if waiting else 0.0))
        hits, hoped = sums.get(person, (0.0, 0.0))
        found[i] = (hits + a) / (hoped + a)
    return found


def _factor(yes: float, expected: float, usual: float, strength: float) -> float:
    """How much more or less than expected, held to `usual` by `strength` expected yeses; at most one."""
    return float(min(1.0, (yes + strength * usual) / (expected + strength)))


def _rates(
    kinds: Sequence[str | None], weight: Floats, yes: Floats, *, prior: float, strength: float
) -> tuple[float, dict[str | None, float]]:
    """The overall rate, and each type's, held to the overall one by `strength` answers."""
    overall = float((weight @ yes + strength * prior) / (weight.sum() + strength))
    totals: dict[str | None, list[float]] = {}
    for kind, w, y in zip(kinds, weight.tolist(), yes.tolist(), strict=True):
        total = totals.setdefault(kind, [0.0, 0.0])
        total[0] += w
        total[1] += w * y
    return overall, {
        kind: (hits + strength * overall) / (count + strength) for kind, (count, hits) in totals.items()
    }


def _by_distance(
    answers: Sequence[Answer], yes: Floats, expected: Floats, *, least: int
) -> dict[int | None, float]:
    """What each distance class does to the chance; nothing before there are enough answers."""
    if len(answers) < least:
        return {}
    sums: dict[int | None, list[float]] = {}
    for answer, y, e in zip(answers, yes.tolist(), expected.tolist(), strict=True):
        both = sums.setdefault(answer.asked.distance, [0.0, 0.0])
        both[0] += y
        both[1] += e
    return {kind: (hits + 20.0) / (hoped + 20.0) for kind, (hits, hoped) in sums.items()}


def _part(
    people: Sequence[int],
    weight: Floats,
    yes: Floats,
    expected: Floats,
    *,
    overall: float,
    rates: Mapping[str | None, float],
) -> Part:
    ids, place = np.unique(np.array(people, dtype=np.int64), return_inverse=True)
    count, hits, hoped = (sum_by(place, values, len(ids)) for values in (weight, weight * yes, expected))
    # Answers that count less than whole say, all together, as much as so many that do; how strongly people are
    # held to the rate is fitted to what is then held against it, else all are held too hard.
    whole = float(max(weight.sum(), 1e-12) / max((weight**2).sum(), 1e-12))
    strength = _strength(count * whole, hits * whole, hoped * whole)
    a = strength * overall / whole
    return Part(
        overall=overall,
        by_type=dict(rates),
        multiplier=dict(zip(ids.tolist(), ((hits + a) / (hoped + a)).tolist(), strict=True)),
        seen=dict(zip(ids.tolist(), zip(count.tolist(), hits.tolist(), strict=True), strict=True)),
        strength=strength,
    )


def _strength(count: Floats, hits: Floats, hoped: Floats) -> float:
    """How alike people are, in answers: the most likely strength of a beta-binomial around each one's rate."""
    some = count > 0
    if not some.any():
        return float(_STRENGTHS[-1])
    count, hits = count[some], hits[some]
    mean = np.clip(hoped[some] / count, 1e-4, 1 - 1e-4)
    likely = [
        float(
            (
                _log_gamma(mean * s + hits)
                - _log_gamma(mean * s)
                + _log_gamma((1 - mean) * s + count - hits)
                - _log_gamma((1 - mean) * s)
                - _log_gamma(s + count)
                + _log_gamma(np.full_like(count, s))
            ).sum()
        )
        for s in _STRENGTHS
    ]
    return float(_STRENGTHS[int(np.argmax(likely))])


def _log_gamma(x: Floats) -> Floats:
    """log Γ by Stirling's series after moving x above 8; good to ten digits."""
    shift = np.zeros_like(x)
    for step in range(8):
        shift += np.log(x + step)
    y = x + 8
    series = 1 / (12 * y) - 1 / (360 * y**3) + 1 / (1260 * y**5)
    return np.asarray((y - 0.5) * np.log(y) - y + 0.5 * np.log(2 * np.pi) + series - shift)
