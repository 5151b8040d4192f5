"""How a district asks: its rules, its map and its language, carried by the facts, so that each question needs them alone.

`plan_of`, `needs_of`, `effect_of` and `why` answer from facts; the command line and the page both use them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from zetkin_sync.callouts import effect as effects
from zetkin_sync.callouts.distance import Area, Centres, Point
from zetkin_sync.callouts.explanation import Explainer, Explanation
from zetkin_sync.callouts.history import History
from zetkin_sync.callouts.need import Needs, find_needs
from zetkin_sync.callouts.plan import CalloutPlan
from zetkin_sync.callouts.planning import plan
from zetkin_sync.callouts.policy import Policy
from zetkin_sync.records.facts import Facts


@dataclass(frozen=True, kw_only=True)
class Senders:
    """The senders and the looks that Zetkin has for emails, by id; without one of each none can be sent."""

    configs: tuple[int, ...] = ()
    themes: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Asking:
    """The rules of asking, points for what is known by name only, the emails' language, our folder in Zetkin."""

    policy: Policy
    centres: Centres
    language: str = "sv"
    folder: str = "zetkin_sync"

    @classmethod
    def of(
        cls, policy: Policy, areas: Sequence[Area], *, points: Mapping[str, Point], language: str, folder: str
    ) -> Asking:
        return cls(policy=policy, centres=Centres.of(areas, points), language=language, folder=folder)


def asking_of(facts: Facts) -> Asking:
    """What the facts say about how the district asks; the program's defaults when they say nothing."""
    found = facts.more.get("callouts")
    return found if isinstance(found, Asking) else Asking(policy=Policy(), centres=Centres())


def plan_of(facts: Facts, *, proof: bool = True) -> CalloutPlan:
    """The wave that would be proposed now."""
    asking = asking_of(facts)
    return plan(facts, asking.policy, centres=asking.centres, proof=proof)


def needs_of(facts: Facts) -> Needs:
    """Which events need people now, and why the others do not."""
    asking = asking_of(facts)
    return find_needs(facts, asking.policy, History.of(facts), asking.centres)


def effect_of(facts: Facts, *, since: datetime) -> effects.Effect:
    """What the callouts since then have come to."""
    return effects.effect(facts, asking_of(facts).policy, since=since)


def explainer_of(facts: Facts, made: CalloutPlan | None = None) -> Explainer:
    """Answers why, for any person and event; `made` is the plan asked about, the one of now when none is given."""
    asking = asking_of(facts)
    made = plan_of(facts, proof=False) if made is None else made
    return Explainer(facts, asking.policy, centres=asking.centres, plan=made)


def why(facts: Facts, person: int, event: int) -> Explanation:
    """Why this person would be asked about this event now, or why not."""
    return explainer_of(facts).explain(person, event)
