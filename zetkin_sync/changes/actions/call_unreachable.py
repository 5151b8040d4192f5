"""A call list for each association with many members whom mail does not reach: to get new contact details.

It is a draft in Zetkin, started by people; one a month and association at most.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from zetkin_sync.changes.change import Change
from zetkin_sync.changes.planning import Proposal
from zetkin_sync.language import say, say_n
from zetkin_sync.records.facts import Facts

READS = ("people", "lists")
TITLE = say("Call members whom mail does not reach")


def propose(facts: Facts, parameters: Mapping[str, Any]) -> Proposal:
    """Draft a list where at least `least` members with a phone have an open case.

    Parameters: `least`, `folder` (ours), `title`, `description`, `instructions` (what callers read).
    """
    if facts.reach is None:
        return Proposal(changes=[])
    with_phone = {p.id for p in facts.people if p.has_phone} - facts.restricted
    waiting: dict[int, list[int]] = defaultdict(list)
    for fact in facts.reach.values():
        if (
            fact.open_case
            and fact.state == "unreachable"
            and fact.unit is not None
            and fact.person in with_phone
        ):
            waiting[fact.unit].append(fact.person)
    titles = {o.id: o.title for o in facts.organizations}
    changes = []
    for unit, people in sorted(waiting.items()):
        mark = f"{parameters['title']} {facts.today:%Y-%m} ({titles.get(unit, unit)})"
        if len(people) < int(parameters["least"]) or (unit, mark) in facts.our_lists:
            continue
        changes.append(
            Change(
                verb="draft_calls",
                organization=unit,
                key=f"draft_calls:{unit}:{facts.today:%Y-%m}",
                reason=say_n(
                    "{n} member of {association} is not reached by mail and has a phone.",
                    "{n} members of {association} are not reached by mail and have a phone.",
                    n=len(people),
                    association=titles.get(unit, str(unit)),
                ),
                payload={
                    "mark": mark,
                    "folder": parameters["folder"],
                    "description": parameters["description"],
                    "instructions": parameters["instructions"],
                    "people": sorted(people),
                },
            )
        )
    return Proposal(changes=changes, base=sum(map(len, waiting.values())))
