"""Keep a tag of ours for each priority area ("Prio: Tensta") on the members who live there.

So an association finds them in Zetkin. The area is told by the postcode alone; the tag of an area that is no
longer put first comes off.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zetkin_sync.changes.actions.tag_network_in_priority_areas import area_of
from zetkin_sync.changes.change import Change
from zetkin_sync.changes.planning import Proposal
from zetkin_sync.changes.tagging import OurTag
from zetkin_sync.language import say
from zetkin_sync.records.facts import Facts

READS = ("people", "tags", "taggings")
TITLE = say("Tag members who live in a priority area, by area")


def propose(facts: Facts, parameters: Mapping[str, Any]) -> Proposal:
    """Put each tag on who lives there and take it off who does not.

    Parameters: `begins` (how the tags' titles begin), `group` (ours), `prefixes` (postcode prefix → area title).
    """
    prefixes: Mapping[str, str] = parameters.get("prefixes") or facts.more.get("priority_prefixes", {})
    begins, group = str(parameters["begins"]), parameters["group"]
    has: dict[str, frozenset[int]] = {
        tag.title: tag.people for tag in facts.tags if tag.group == group and tag.title.startswith(begins)
    }
    should: dict[str, set[int]] = {}
    for person in facts.people:
        area = area_of(person, prefixes)
        if area is not None:
            should.setdefault(f"{begins}{area}", set()).add(person.id)
    present = {person.id for person in facts.people}
    changes: list[Change] = []
    for title in sorted({*has, *should}):
        tag, wanted, ours = OurTag(facts, title, group), should.get(title, set()), has.get(title)
        if ours is None:
            changes.append(tag.made())
        lives = say("Lives in {area}, which is put first.", area=title.removeprefix(begins))
        left = say("No longer lives there, or the area is no longer put first.")
        held = ours or frozenset()
        changes += [tag.put_on(person, lives, exists=ours is not None) for person in sorted(wanted - held)]
        changes += [tag.taken_off(person, left) for person in sorted((held & present) - wanted)]
    return Proposal(changes=changes, base=sum(map(len, has.values())))
