"""Carry out what people have approved; go on with what was left open; follow what is scheduled."""

from __future__ import annotations

from collections import Counter

from zetkin_sync.apply import watch
from zetkin_sync.apply.execute import carry_out
from zetkin_sync.apply.hands import Hands
from zetkin_sync.context import Context, Outcome
from zetkin_sync.language import Message, say
from zetkin_sync.records import PlanState, RunState
from zetkin_sync.store import plans


def run(context: Context) -> Outcome:
    """Every approved plan, in the order of approval. An action whose `push` is off is left untouched."""
    hands = Hands(
        zetkin=context.zetkin,
        store=context.store,
        district=context.district,
        now=context.now,
        still_ours=context.still_ours,
        zone=context.configuration.district.zone,
    )
    followed = watch.follow(hands)
    counts: Counter[str] = Counter(followed.counts)
    notes: list[Message] = list(followed.notes)
    waiting = plans.plans(context.store, district=context.district, states=[PlanState.APPROVED])
    for number, plan in enumerate(reversed(waiting)):
        assert plan.id is not None
        action = context.actions.get(plan.action)
        if action is None or not action.push:
            counts["dry"] += 1
            notes.append(
                say(
                    "The proposal {plan} ({action}) is approved, but pushing is off for it.",
                    plan=plan.id,
                    action=plan.action,
                )
            )
            continue
        context.progress(say("Proposal {plan}", plan=plan.id), number, len(waiting))
        carried = carry_out(hands, plan.id)
        counts.update(carried.counts)
        notes.extend(n for n in carried.notes if n not in notes)
    troubled = sum(counts[s] for s in ("parked", "unknown", "planned", "waiting", "not_confirmed"))
    return Outcome(
        state=RunState.PARTIAL if troubled else RunState.OK, counts=dict(counts), notes=tuple(notes)
    )
