"""From facts to a plan: what may be planned from, what an action wants, whether that is within limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from zetkin_sync.changes.change import Change, LeftOut, Plan, in_order
from zetkin_sync.changes.limits import ApprovalRule, Limits, over
from zetkin_sync.language import Message, from_json, say
from zetkin_sync.records.facts import Facts, Freshness


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What an action wants: changes, and the size of the set they are about.

    `refused` says what is missing for it to be carried out, `notes` and `figures` what should be known when deciding.
    """

    changes: list[Change]
    base: int = 0
    cap: tuple[int, int] | None = None
    volume: tuple[tuple[int, int], ...] = ()
    refused: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)


Propose = Callable[[Facts, Mapping[str, Any]], Proposal]


@dataclass(frozen=True, kw_only=True)
class Action:
    """An action as the configuration names it.

    `reads` are the resources that it concludes from: an organization where one of them was not read whole,
    or too long ago, drops out. `title` is what people call it, `job` the job that plans it.
    """

    name: str
    propose: Propose
    reads: tuple[str, ...]
    parameters: Mapping[str, Any]
    limits: Limits
    approval: ApprovalRule
    title: Message | None = None
    push: bool = False
    job: str = "reconcile"
    oldest: timedelta = timedelta(hours=36)
    valid: timedelta = timedelta(hours=48)


def make_plan(action: Action, facts: Facts) -> Plan:
    """What the action would do now, judged. The same facts give the same plan, whatever their order."""
    left_out = unsafe_organizations(facts, action.reads, oldest=action.oldest)
    refused: list[Message] = []
    root = [o for o in left_out if o.organization == facts.district]
    if root:
        refused.append(say("The district's own lists are not safe to plan from. {why}", why=root[0].why))
    proposal = action.propose(without(facts, {o.organization for o in left_out}), action.parameters)
    changes = in_order(proposal.changes)
    plan = Plan(
        action=action.name,
        district=facts.district,
        made=facts.now,
        expires=facts.now + action.valid,
        changes=changes,
        base=proposal.base,
        cap=proposal.cap,
        volume=proposal.volume,
        notes=proposal.notes,
        figures=dict(proposal.figures),
        snapshots=tuple(
            sorted({f.snapshot for f in facts.freshness if f.resource in action.reads and f.snapshot})
        ),
        left_out=left_out,
    )
    refused.extend(proposal.refused)
    refused.extend(over(action.limits, changes, base=proposal.base, recipients=plan.recipients))
    return Plan(
        **{
            **{name: getattr(plan, name) for name in plan.__struct_fields__},
            "refused": tuple(refused),
            "approvals": action.approval.approvals(plan.recipients),
        }
    )


def unsafe_organizations(facts: Facts, reads: Iterable[str], *, oldest: timedelta) -> tuple[LeftOut, ...]:
    """Organizations that may not be planned from, each with the first reason."""
    titles = {o.id: o.title for o in facts.organizations}
    needed = set(reads)
    found: dict[int, LeftOut] = {}
    for fresh in sorted(facts.freshness, key=lambda f: (f.organization, f.resource)):
        if fresh.resource in needed and fresh.organization not in found:
            why = _unsafe(fresh, facts, oldest, titles.get(fresh.organization, str(fresh.organization)))
            if why is not None:
                found[fresh.organization] = LeftOut(fresh.organization, why)
    return tuple(found[i] for i in sorted(found))


def _unsafe(fresh: Freshness, facts: Facts, oldest: timedelta, title: str) -> Message | None:
    if not fresh.complete:
        why = from_json(fresh.why) if fresh.why else say("The last reading was not whole.")
        return say("{title}: {why}", title=title, why=why)
    if fresh.read is None or facts.now - fresh.read > oldest:
        return say(
            "{title}: {resource} was last read {when}.", title=title, resource=fresh.resource, when=fresh.read
        )
    return None


def without(facts: Facts, organizations: set[int]) -> Facts:
    """The facts without the people and events of some organizations, and without who is missing or restricted.

    A person whom any of these organizations lists drops out: their fields cannot be trusted to be whole.
    """
    nobody = facts.missing_people | facts.restricted
    if not organizations and not nobody and not facts.missing_events:
        return facts
    people = tuple(
        p for p in facts.people if p.id not in nobody and not organizations.intersection(p.organizations)
    )
    events = tuple(
        e for e in facts.events if e.organization not in organizations and e.id not in facts.missing_events
    )
    return replace(facts, people=people, events=events)
