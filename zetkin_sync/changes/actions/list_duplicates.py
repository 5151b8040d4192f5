"""A list in Zetkin of those who may be entered twice, for a person to look at: nothing is merged by a machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zetkin_sync.changes.change import Change
from zetkin_sync.changes.planning import Proposal
from zetkin_sync.language import say, say_n
from zetkin_sync.records.facts import Facts

READS = ("people", "duplicates", "duplicate_people")
TITLE = say("List members who may be entered twice")


def propose(facts: Facts, parameters: Mapping[str, Any]) -> Proposal:
    """One list a month of everybody in a suspicion of Zetkin's that nobody has dismissed or merged.

    Parameters: `folder` (ours), `title`.
    """
    present = {person.id for person in facts.people}
    pairs = [people & present for people in facts.duplicates]
    waiting = [people for people in pairs if len(people) > 1]
    mark = f"{parameters['title']} {facts.today:%Y-%m}"
    if not waiting or (facts.district, mark) in facts.our_lists:
        return Proposal(changes=[])
    people = frozenset().union(*waiting)
    change = Change(
        verb="make_list",
        organization=facts.district,
        key=f"make_list:{mark}",
        reason=say_n(
            "{n} member may be entered twice in Zetkin: look and merge there, or dismiss it.",
            "{n} members may be entered twice in Zetkin: look and merge there, or dismiss it.",
            n=len(waiting),
        ),
        payload={"mark": mark, "folder": parameters["folder"], "people": sorted(people)},
    )
    return Proposal(changes=[change], base=len(people))
