"""Welcome those who have just joined the activist network: one email, and a tag of ours so that nobody gets it twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from zetkin_sync.callouts import letter
from zetkin_sync.callouts.asking import asking_of
from zetkin_sync.callouts.network import joined_since
from zetkin_sync.changes.actions.ask_network import consent, mark_of, sender_of
from zetkin_sync.changes.change import Change
from zetkin_sync.changes.planning import Proposal
from zetkin_sync.changes.tagging import OurTag
from zetkin_sync.language import say, say_n
from zetkin_sync.records.facts import Facts

READS = ("people", "tags", "taggings")
JOB = "plan_callouts"
TITLE = say("Welcome new members of the activist network")


def propose(facts: Facts, parameters: Mapping[str, Any]) -> Proposal:
    """An email to everybody who agreed in the last `days` and does not have the tag.

    Parameters: `tag` and `group` (ours), `days`, and `config` and `theme` as for callouts. When somebody joined is
    told by the field of the consent's day; without one nobody is welcomed.
    """
    asking, title, group = asking_of(facts), parameters["tag"], parameters["group"]
    ours = next((t for t in facts.tags if t.title == title and t.group == group), None)
    welcomed = ours.people if ours else frozenset()
    first = facts.today - timedelta(days=int(parameters.get("days", 7)))
    new = [person for person, _ in joined_since(facts, first) if person not in welcomed]
    if not new:
        return Proposal(changes=[])
    sender, missing = sender_of(facts, parameters)
    wording = asking.policy.wording
    key = f"welcome:{facts.today}"
    mail = Change(
        verb="send_email",
        organization=facts.district,
        key=key,
        reason=say_n(
            "{n} person has joined the network and is welcomed.",
            "{n} people have joined the network and are welcomed.",
            n=len(new),
        ),
        payload={
            "mark": mark_of(facts, "välkommen", (), new),
            "folder": asking.folder,
            "people": sorted(new),
            **consent(facts, asking),
            "hours": asking.policy.hours_in(facts.zone),
            "not_after": (
                facts.now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=3)
            ).isoformat(),
            "most": len(new),
            "subject": wording.welcome_subject,
            "parts": letter.simple(wording.greeting, wording.welcome, wording),
            **sender,
        },
    )
    tag = OurTag(facts, title, group, say("Set by zetkin_sync."))
    why = say("Has been welcomed to the network.")
    tags = [tag.put_on(person, why, exists=ours is not None, after=(key,)) for person in sorted(new)]
    made = [] if ours else [tag.made()]
    return Proposal(changes=[mail, *tags, *made], base=len(new), refused=missing)
