"""Plan the next wave of callouts and put it up for decision; write down who has left the network."""

from __future__ import annotations

from dataclasses import replace

from zetkin_sync.apply.decide import put_up
from zetkin_sync.callouts.asking import Senders
from zetkin_sync.callouts.network import have_left, said_yes_again
from zetkin_sync.changes import make_plan
from zetkin_sync.context import Context, Outcome
from zetkin_sync.errors import ConfigError, Trouble
from zetkin_sync.language import Message, say
from zetkin_sync.records import RunState
from zetkin_sync.records.facts import Facts
from zetkin_sync.store import rights
from zetkin_sync.store.engine import Session

JOB = "plan_callouts"


def run(context: Context) -> Outcome:
    """Proposals of every action that this job plans, written together with the end of the run."""
    actions = [action for action in context.actions.values() if action.job == JOB]
    if not actions:
        raise ConfigError(
            say("actions.toml names no action that {job} plans.", job=JOB),
            say("Add [actions.ask_network], as docs/callouts.md shows."),
        )
    facts, notes = _with_zetkin(context, context.facts())
    left = have_left(facts)
    again = said_yes_again(facts)
    facts = replace(facts, left_network={**dict.fromkeys(sorted(left), facts.now), **facts.left_network})
    plans = []
    for number, action in enumerate(actions):
        context.progress(say("Planning {action}", action=action.title or action.name), number, len(actions))
        plans.append(make_plan(action, facts))

    def write(session: Session) -> None:
        for person in sorted(again):
            rights.opt_in(session, person, district=context.district)
        for way in sorted(set(left.values())):
            people = [person for person, how in left.items() if how == way]
            rights.opt_out(session, people, district=context.district, at=facts.now, how=way)
        for plan in plans:
            put_up(session, plan, run=context.claim.run)

    refused = tuple(why for plan in plans for why in plan.refused)
    return Outcome(
        state=RunState.PARTIAL if notes or refused else RunState.OK,
        counts={
            "left_network": len(left),
            **{f"messages_{plan.action}": plan.recipients for plan in plans},
            **{f"emails_{plan.action}": len(plan.changes) for plan in plans},
        },
        notes=(*notes, *refused),
        effects=(write,),
    )


def _with_zetkin(context: Context, facts: Facts) -> tuple[Facts, tuple[Message, ...]]:
    """What only Zetkin knows now: senders, looks, and who has declined its emails."""
    root, notes = context.district, []
    senders = Senders(
        configs=context.zetkin.email_configs(organization=root),
        themes=context.zetkin.email_themes(organization=root),
    )
    unsubscribed: frozenset[int] = frozenset()
    try:
        unsubscribed = context.zetkin.unsubscribed(organization=root)
    except Trouble as trouble:
        notes.append(
            say(
                "Zetkin does not say who has declined its emails; it leaves them out itself. {why}",
                why=trouble.what,
            )
        )
    return replace(facts, more={**facts.more, "senders": senders, "unsubscribed": unsubscribed}), tuple(notes)
