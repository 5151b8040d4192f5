"""Draft an invitation to the leadership course for chairs, and other leaders, who have not taken it.

It is a draft in Zetkin: a person reads it through there and sends it. One a month at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zetkin_sync.callouts import letter
from zetkin_sync.callouts.asking import asking_of
from zetkin_sync.changes.actions.ask_network import sender_of
from zetkin_sync.changes.change import Change
from zetkin_sync.changes.planning import Proposal
from zetkin_sync.goals.observed import Observed
from zetkin_sync.goals.roles import role_tags
from zetkin_sync.language import say, say_n
from zetkin_sync.records.facts import Facts

READS = ("people", "tags", "taggings")
JOB = "plan_callouts"
TITLE = say("Invite leaders to the leadership course")


def propose(facts: Facts, parameters: Mapping[str, Any]) -> Proposal:
    """An email draft to everybody who holds one of the roles, has an address and not the course's tag.

    Parameters: `tags` (the roles' titles), `course_tag`, `title`, `subject`, `text`, and `config` and `theme` as
    for callouts. Where nobody has the course's tag it is not known who has taken it, and nothing is proposed.
    """
    observed = Observed(facts)
    leaders = {p for title in parameters["tags"] for tag in role_tags(observed, title) for p in tag.people}
    trained = {p for tag in role_tags(observed, parameters["course_tag"]) for p in tag.people}
    with_mail = {person.id for person in facts.people if person.has_email} - facts.restricted
    people = sorted((leaders - trained) & with_mail)
    mark = f"{parameters['title']} {facts.today:%Y-%m}"
    asking = asking_of(facts)
    if not trained or not people or (facts.district, mark) in facts.our_lists:
        return Proposal(changes=[])
    sender, missing = sender_of(facts, parameters)
    change = Change(
        verb="draft_email",
        organization=facts.district,
        key=f"draft_email:{mark}",
        reason=say_n(
            "{n} leader has not taken the leadership course.",
            "{n} leaders have not taken the leadership course.",
            n=len(people),
        ),
        payload={
            "mark": mark,
            "folder": asking.folder,
            "people": people,
            "subject": parameters["subject"],
            "parts": letter.letter(asking.policy.wording.greeting, parameters["text"]),
            **sender,
        },
    )
    return Proposal(changes=[change], base=len(leaders), refused=missing)
