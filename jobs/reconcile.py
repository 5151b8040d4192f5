"""Hold what is known against the plan: assess the goals, propose what each action would do."""

from __future__ import annotations

from zetkin_sync.apply.decide import put_up
from zetkin_sync.changes import make_plan
from zetkin_sync.context import Context, Outcome
from zetkin_sync.store.engine import Session


def run(context: Context) -> Outcome:
    """Assessments and proposals, written together with the end of the run."""
    facts = context.facts()
    plans = [make_plan(action, facts) for action in context.actions.values()]

    def write(session: Session) -> None:
        for plan in plans:
            put_up(session, plan, run=context.claim.run)

    return Outcome(
        counts={
            "people": len(facts.people),
            "events": len(facts.events),
            **{f"changes_{plan.action}": len(plan.changes) for plan in plans},
        },
        notes=tuple(why for plan in plans for why in plan.refused),
        effects=(write,),
    )
