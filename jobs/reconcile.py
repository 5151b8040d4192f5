"""Hold what is known against the plan: assess the goals, propose what each action would do."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from zetkin_sync.apply.decide import put_up
from zetkin_sync.changes import make_plan
from zetkin_sync.context import Context, Outcome
from zetkin_sync.goals import Observed, assess
from zetkin_sync.goals.kept import as_row
from zetkin_sync.reports.picture import pictures
from zetkin_sync.store import assessments
from zetkin_sync.store import pictures as stored
from zetkin_sync.store.engine import Session


def run(context: Context) -> Outcome:
    """Assessments and proposals, written together with the end of the run."""
    facts = context.facts()
    observed = Observed(facts)
    assessed = [a for plan in context.plans for a in assess(facts, plan, observed=observed)]
    shown = pictures(observed, context.plans)
    held = replace(facts, more={**facts.more, "assessed": tuple(assessed)})
    plans = [make_plan(action, held) for action in context.actions.values() if action.job == "reconcile"]

    def write(session: Session) -> None:
        rows = (as_row(each, context.now()) for each in assessed)
        assessments.write(session, rows, district=context.district, day=facts.today)
        stored.put(session, shown, district=context.district, at=context.now())
        for plan in plans:
            put_up(session, plan, run=context.claim.run)

    states = Counter(str(a.state) for a in assessed if a.unit == context.district)
    return Outcome(
        counts={
            "people": len(facts.people),
            "events": len(facts.events),
            **{f"goals_{state}": n for state, n in sorted(states.items())},
            **{f"changes_{plan.action}": len(plan.changes) for plan in plans},
        },
        notes=tuple(why for plan in plans for why in plan.refused),
        effects=(write,),
    )
