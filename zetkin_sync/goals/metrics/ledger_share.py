"""Which part of a ledger goes to prioritised areas: money of the activity fund, or acts of support."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from zetkin_sync.goals.measurement import Measurement, evidence, unknown
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.observed import Observed
from zetkin_sync.goals.windows import Window
from zetkin_sync.language import Message, say
from zetkin_sync.records.facts import RegisterRow


class Parameters(Settings):
    """Rows of `rows_of` whose `state` is one of `counted`, by `amount` or by number of rows. `pending` states
    are what may still come; a row with state `budget` gives the year's frame."""

    rows_of: str
    weigh: Literal["amount", "rows"] = "amount"
    counted: tuple[str, ...] = ("paid",)
    pending: tuple[str, ...] = ("applied", "granted")
    owners: Literal["district", "anyone"] = "district"


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """The share so far, the share if what is pending is paid, and the bounds where the area is not known."""
    wanted = asked.parameters
    register = observed.register(wanted.rows_of)
    if register is None:
        return unknown(say("the register {name} has not been uploaded", name=wanted.rows_of))
    areas = _prioritised(observed, wanted.owners)
    if not areas:
        return unknown(say("nobody has said which areas are prioritised"))
    rows = [row for row in register.rows if _within(row, asked.window)]
    counted = [row for row in rows if row.values.get("state", "paid") in wanted.counted]
    total = _sum(counted, wanted.weigh)
    if total <= 0:
        return unknown(say("nothing is entered for the period yet"))
    there = _sum((row for row in counted if row.area in areas), wanted.weigh)
    nowhere = _sum((row for row in counted if row.area is None), wanted.weigh)
    pending = [row for row in rows if row.values.get("state") in wanted.pending]
    all_, all_there = (
        total + _sum(pending, wanted.weigh),
        there + _sum((r for r in pending if r.area in areas), wanted.weigh),
    )
    budget = _sum((row for row in rows if row.values.get("state") == "budget"), wanted.weigh)
    return Measurement(
        value=there / total,
        numerator=round(there),
        denominator=round(total),
        lower=there / total,
        upper=(there + nowhere) / total,
        expected=all_there / all_,
        finding=_finding(there, total, budget, wanted.weigh),
        missing=(_gap(nowhere),) if nowhere else (),
        evidence=(
            *evidence(wanted.rows_of, [row.key for row in counted if row.area in areas]),
            *evidence(f"{wanted.rows_of} pending", [row.key for row in pending if row.area in areas]),
        ),
    )


def _prioritised(observed: Observed, owners: str) -> frozenset[str]:
    district = observed.facts.district
    return frozenset(
        area for area, who in observed.priority_areas.items() if owners == "anyone" or district in who
    )


def _within(row: RegisterRow, window: Window) -> bool:
    return row.day is not None and window.first <= row.day <= min(window.last, window.day)


def _sum(rows: Iterable[RegisterRow], weigh: str) -> float:
    return float(
        sum(row.values.get("amount") or 0 for row in rows) if weigh == "amount" else sum(1 for _ in rows)
    )


def _finding(there: float, total: float, budget: float, weigh: str) -> Message:
    if weigh == "rows":
        return say("{there} of {total} acts of support", there=round(there), total=round(total))
    paid = say("{there} of {total} kronor paid out", there=round(there), total=round(total))
    if not budget:
        return paid
    return say(
        "{paid}; {there} of the budget's {budget}", paid=paid, there=round(there), budget=round(budget)
    )


def _gap(nowhere: float) -> Message:
    return say("{amount} is entered without an area", amount=round(nowhere))
