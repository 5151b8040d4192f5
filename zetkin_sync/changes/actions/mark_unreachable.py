"""Keep one tag of ours, by reason, on members whom mail does not reach, and take it off when it does again.

Whoever works with members in Zetkin then sees at once that a mail would not arrive, and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zetkin_sync.bounces.verdict import Reason
from zetkin_sync.changes.change import Change
from zetkin_sync.changes.planning import Proposal
from zetkin_sync.changes.tagging import OurTag
from zetkin_sync.language import Message, say
from zetkin_sync.records.facts import Facts, ReachFact

READS = ("people", "tags", "taggings")
TITLE = say("Mark members whom mail does not reach")


def propose(facts: Facts, parameters: Mapping[str, Any]) -> Proposal:
    """Tag members with an open case, untag those whose case is over.

    Parameters: `group` (ours), `titles` (reason → tag's title) and `other` (the title for any other reason).
    Nothing is proposed before a mailbox or a provider has been heard.
    """
    if facts.reach is None:
        return Proposal(changes=[])
    titles: Mapping[str, str] = parameters.get("titles", {})
    group, other = parameters["group"], parameters["other"]
    ours = {t.title: t for t in facts.tags if t.group == group and t.title in {*titles.values(), other}}
    listed = {p.id for p in facts.people} - facts.restricted
    wanted = {
        fact.person: (titles.get(_reason(fact), other), fact)
        for fact in facts.reach.values()
        if fact.open_case and fact.person in listed
    }
    changes: list[Change] = []
    for person, (title, fact) in wanted.items():
        if title not in ours or person not in ours[title].people:
            tag = OurTag(facts, title, group)
            changes.append(tag.put_on(person, _why(fact), exists=title in ours))
    for title, there in ours.items():
        for person in there.people & listed:
            if person not in wanted:
                why = say("Mail reaches this member again, or another way has been agreed on.")
            elif wanted[person][0] != title:
                why = say("The reason has changed.")
            else:
                continue
            changes.append(OurTag(facts, title, group).taken_off(person, why))
    missing = sorted({str(c.payload["title"]) for c in changes if c.verb == "tag"} - set(ours))
    changes += [OurTag(facts, title, group).made() for title in missing]
    tagged = {person for tag in ours.values() for person in tag.people}
    return Proposal(changes=changes, base=max(len(tagged), len(wanted)))


def _reason(fact: ReachFact) -> str:
    return "complaint" if fact.state == "complained" else fact.reason or str(Reason.UNDETERMINED)


def _why(fact: ReachFact) -> Message:
    reason = Reason(_reason(fact)).sentence
    if fact.status is None:
        return say("Mail does not reach this member: {reason}", reason=reason)
    return say("Mail does not reach this member: {reason} (code {code})", reason=reason, code=fact.status)
