"""Keep one tag of ours on those in the activist network who live in a priority area.

Whoever plans locally can then find them in Zetkin. The area is told by the postcode alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zetkin_sync.changes.change import Change
from zetkin_sync.changes.planning import Proposal
from zetkin_sync.changes.tagging import OurTag
from zetkin_sync.language import say
from zetkin_sync.records.facts import Facts, PersonFact, TagFact

READS = ("people", "tags", "taggings")
TITLE = say("Tag activists who live in a priority area")


def propose(facts: Facts, parameters: Mapping[str, Any]) -> Proposal:
    """Tag who belongs and is not tagged; untag who is tagged and does not.

    Parameters: `network_tag` (title), `tag` and `group` (ours), `prefixes` (postcode prefix → area title).
    """
    prefixes: Mapping[str, str] = parameters.get("prefixes") or facts.more.get("priority_prefixes", {})
    network = _tag(facts, parameters["network_tag"])
    ours = _tag(facts, parameters["tag"], group=parameters["group"])
    tagged = ours.people if ours else frozenset()
    members = network.people if network else frozenset()
    tag = OurTag(facts, parameters["tag"], parameters["group"])
    changes: list[Change] = []
    wanted = 0
    for person in facts.people:
        area = area_of(person, prefixes) if person.id in members else None
        wanted += area is not None
        if area is not None and person.id not in tagged:
            why = say("In the activist network and lives in {area}.", area=area)
            changes.append(tag.put_on(person.id, why, exists=ours is not None))
        elif area is None and person.id in tagged:
            why = say("No longer in the activist network, or has moved out of the priority areas.")
            changes.append(tag.taken_off(person.id, why))
    if changes and ours is None:
        changes.append(tag.made())
    return Proposal(changes=changes, base=max(len(tagged), wanted))


def _tag(facts: Facts, title: str, *, group: str | None = None) -> TagFact | None:
    found = (t for t in facts.tags if t.title == title and (group is None or t.group == group))
    return min(found, key=lambda t: (t.owner != facts.district, t.id), default=None)


def area_of(person: PersonFact, prefixes: Mapping[str, str]) -> str | None:
    """The priority area where somebody lives, by the longest postcode prefix that is known."""
    if person.postcode is None:
        return None
    for length in range(len(person.postcode), 1, -1):
        area = prefixes.get(person.postcode[:length])
        if area is not None:
            return area
    return None
