"""Carry out what people have approved; go on with what was left open."""

from __future__ import annotations

from collections import Counter

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
    )
    counts: Counter[str] = Counter()
    notes: list[Message] = []
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
    troubled = counts["parked"] + counts["unknown"] + counts["planned"] + counts["waiting"]
    return Outcome(
        state=RunState.PARTIAL if troubled else RunState.OK, counts=dict(counts), notes=tuple(notes)
    )
