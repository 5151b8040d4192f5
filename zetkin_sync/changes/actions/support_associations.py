"""A task for those who support associations, where one is just below a goal's line: a little help and it is met."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from zetkin_sync.callouts.asking import asking_of
from zetkin_sync.changes.change import Change
from zetkin_sync.changes.planning import Proposal
from zetkin_sync.goals.assess import Assessed
from zetkin_sync.goals.observed import Observed
from zetkin_sync.goals.roles import people_in_role
from zetkin_sync.language import Language, say
from zetkin_sync.records import GoalState
from zetkin_sync.records.facts import Facts
from zetkin_sync.wording import fill

READS = ("people", "tags", "taggings", "events")
TITLE = say("Support associations that are close to a goal")


def propose(facts: Facts, parameters: Mapping[str, Any]) -> Proposal:
    """A task once a month for each association that lacks at most `within` of a goal and has somebody to help it.

    Parameters: `goals` (ids), `within`, `tag` (who helps, a tag whose value names the association), `project`
    (Zetkin's id), `title`, `instructions` (with {association} and {finding}), `url`.
    """
    helpers = people_in_role(Observed(facts), parameters["tag"])
    asking = asking_of(facts)
    language = Language(asking.language, facts.zone)
    titles = {o.id: o.title for o in facts.organizations}
    assessed: tuple[Assessed, ...] = facts.more.get("assessed", ())
    changes = []
    for each in assessed:
        people = sorted(helpers.get(each.unit, frozenset()) - facts.restricted)
        title = titles.get(each.unit, str(each.unit))
        mark = f"{parameters['title']} {each.number} {facts.today:%Y-%m} ({title})"
        if (
            each.goal not in parameters["goals"]
            or not is_close(each, float(parameters.get("within", 1)))
            or not people
            or (facts.district, mark) in facts.our_lists
        ):
            continue
        words = {"association": title, "finding": language.say(each.finding)}
        changes.append(
            Change(
                verb="assign_task",
                organization=facts.district,
                key=f"assign_task:{each.goal}:{each.unit}:{facts.today:%Y-%m}",
                reason=say("{association} is close: {finding}.", association=title, finding=each.finding),
                payload={
                    "mark": mark,
                    "folder": asking.folder,
                    "people": people,
                    "project": parameters["project"],
                    "instructions": fill(parameters["instructions"], words),
                    "url": parameters["url"],
                    "hours": asking.policy.hours_in(facts.zone),
                    "not_after": (facts.now + timedelta(days=7)).isoformat(),
                    "most": len(people),
                },
            )
        )
    return Proposal(changes=changes, base=len(changes))


def is_close(assessed: Assessed, within: float) -> bool:
    """Behind, with at most so much lacking; the district itself is not an association."""
    behind = assessed.state is GoalState.BEHIND and assessed.value is not None and assessed.target is not None
    return behind and 0 < (assessed.target or 0) - (assessed.value or 0) <= within
