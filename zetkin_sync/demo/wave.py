"""The demo's callout: a wave is planned, explained, approved and sent; simulated activists answer; the effect is told.

Nothing here decides anything: the jobs and functions are those that a district uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from zetkin_sync.apply.decide import decide
from zetkin_sync.callouts.asking import effect_of, explainer_of
from zetkin_sync.callouts.plan import CalloutPlan
from zetkin_sync.changes import from_json
from zetkin_sync.context import known_facts
from zetkin_sync.language import Language
from zetkin_sync.records import PlanState, StoredPlan
from zetkin_sync.records.facts import Facts
from zetkin_sync.runner import Installation
from zetkin_sync.store import plans

ACTION = "ask_network"
HELD_AFTER = timedelta(days=16)  # all have answered and the last of the events has been held
LISTS = ["participations", "responses"]


@dataclass(frozen=True)
class Waiting:
    """The proposal, and why one person is asked and another is not, in the district's words."""

    plan: StoredPlan
    told: dict[str, Any]


def facts_of(installation: Installation) -> Facts:
    """What is known now."""
    return known_facts(installation.store, installation.configurations[0], now=installation.store.now())


def waiting(installation: Installation) -> Waiting | None:
    """The callout that waits for a decision, explained; none when nobody needs to be asked."""
    configuration = installation.configurations[0]
    found = plans.plans(installation.store, district=configuration.root, states=[PlanState.PROPOSED])
    row = next((plan for plan in found if plan.action == ACTION), None)
    if row is None:
        return None
    facts = facts_of(installation)
    explainer = explainer_of(facts)
    wave: CalloutPlan = explainer.plan
    language = Language(configuration.district.language, facts.zone)
    value = from_json(row.body)
    figures = value.figures
    told: dict[str, Any] = {
        "emails": len(value.changes),
        "people": value.recipients,
        "events_that_need_people": round(figures["events"]),
        "open_places": round(figures["open_places"]),
        "expected": round(figures["expected_after"], 1),
        "share_of_bound": round(figures["value"] / figures["bound"], 3) if figures["bound"] else None,
    }
    if wave.asks:
        first = wave.asks[0]
        verdict = explainer.explain(first.person, first.lines[0].event).verdict
        told["why_asked"] = language.say(verdict)
    refused = next((left for left in wave.left if left.gate is not None), None)
    if refused is not None and wave.needs.needs:
        verdict = explainer.explain(refused.person, wave.needs.needs[0].event).verdict
        told["why_not_asked"] = language.say(verdict)
    return Waiting(row, told)


def approve(installation: Installation, plan: StoredPlan, *organizers: str) -> None:
    """As many organizers as the rule wants, each approving exactly what it says."""
    assert plan.id is not None
    for who in organizers[: plan.approvals_needed]:
        decide(
            installation.store,
            plan.id,
            fingerprint=plan.fingerprint,
            who=who,
            approve=True,
            why="demo",
            at=installation.store.now(),
        )


def effect(installation: Installation, *, since: datetime) -> dict[str, Any]:
    """Asked → signed up → came, in all."""
    found = effect_of(facts_of(installation), since=since)
    total = found.total
    return {
        "messages": total.messages,
        "asked": total.people,
        "signed_up": total.signed_up,
        "came": total.came,
        "stayed_away": total.stayed_away,
        "opted_out": total.opted_out,
        "messages_per_place": None
        if total.messages_per_place is None
        else round(total.messages_per_place, 2),
        "gini": round(found.gini, 2),
    }
