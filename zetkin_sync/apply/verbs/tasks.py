"""A task that leads to a page ("visit_link"), for everybody on a list of ours, published at a fixed time."""

from __future__ import annotations

from datetime import datetime

from zetkin_sync.apply.hands import Hands
from zetkin_sync.apply.steps import GoBack, Known, NotWanted, Step, Verb
from zetkin_sync.apply.verbs import audience
from zetkin_sync.changes import Change, SendingHours
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.ports import TaskState


def _state(hands: Hands, change: Change, known: Known) -> TaskState:
    return hands.zetkin.read_task(organization=change.organization, task=known["task"])


def _look_draft(hands: Hands, change: Change, known: Known, _tried: bool) -> Known | None:  # noqa: FBT001
    found = hands.zetkin.find_tasks(organization=change.organization, title=change.payload["mark"])
    if len(found) > 1:
        raise NeedsHuman(
            say("There are {n} tasks with our mark in Zetkin.", n=len(found)),
            say("Delete all but one, and go on."),
        )
    if not found:
        return None
    return _known(hands, change, found[0])


def _known(hands: Hands, change: Change, task: int) -> Known:
    state = hands.zetkin.read_task(organization=change.organization, task=task)
    if state.target is None:
        raise NeedsHuman(say("The task {task} has no target in Zetkin.", task=task))
    return {"task": task, "target": state.target}


def _draft(hands: Hands, change: Change, known: Known) -> Known:
    made = hands.zetkin.create_task(
        organization=change.organization,
        project=change.payload["project"],
        title=change.payload["mark"],
        instructions=change.payload["instructions"],
        url=change.payload["url"],
    )
    return _known(hands, change, made)


def _look_target(hands: Hands, change: Change, known: Known, _tried: bool) -> Known | None:  # noqa: FBT001
    return {} if _state(hands, change, known).list == known["list"] else None


def _aim(hands: Hands, change: Change, known: Known) -> Known:
    hands.zetkin.target_task(organization=change.organization, target=known["target"], list_id=known["list"])
    return {}


def _choose_time(hands: Hands, change: Change, known: Known) -> Known:
    """Look once more who is still wanted and that nobody else is on the list, then fix the instant."""
    fresh = audience.check(hands, change, known)
    if fresh["dropped_people"] != known.get("dropped_people"):
        raise GoBack("fill", fresh)
    present = hands.zetkin.list_people(organization=change.organization, list_id=known["list"])
    if present != set(audience.people(change, fresh)):
        raise NeedsHuman(
            say("The list “{title}” in Zetkin was changed by hand.", title=change.payload["mark"]),
            say("Nothing was sent. Delete the list in Zetkin and approve the next proposal."),
        )
    at = SendingHours.of(change.payload["hours"]).next(hands.now())
    if at >= datetime.fromisoformat(change.payload["not_after"]):
        raise NotWanted(say("There are no sending hours left before it is too late."))
    return {**fresh, "publish_at": at.isoformat()}


def _look_published(hands: Hands, change: Change, known: Known, tried: bool) -> Known | None:  # noqa: FBT001
    published = _state(hands, change, known).published
    if published is None:
        return None
    if tried and published == datetime.fromisoformat(known["publish_at"]):
        return {}
    raise NeedsHuman(say("Somebody else has published our task {task}.", task=known["task"]))


def _publish(hands: Hands, change: Change, known: Known) -> Known:
    at = datetime.fromisoformat(known["publish_at"])
    hands.zetkin.publish_task(organization=change.organization, task=known["task"], at=at)
    return {}


def follow(hands: Hands, change: Change, known: Known) -> str:
    """A task is done when its time has come: from then on Zetkin assigns it."""
    published = _state(hands, change, known).published
    if published is None:
        return "cancelled"
    return "done" if published <= hands.now() else "scheduled"


def cancel(hands: Hands, change: Change, known: Known) -> bool:
    """Take it back; True when Zetkin shows that it is not published."""
    published = _state(hands, change, known).published
    if published is not None and published <= hands.now():
        return False
    hands.zetkin.publish_task(organization=change.organization, task=known["task"], at=None)
    return _state(hands, change, known).published is None


ASSIGN = Verb(
    steps=(
        audience.LIST,
        audience.FILL,
        Step(name="draft", look=_look_draft, act=_draft, repeatable=False),
        Step(name="target", look=_look_target, act=_aim, repeatable=True),
        Step(name="publish", look=_look_published, act=_publish, prepare=_choose_time, repeatable=False),
    ),
    check=audience.check,
    follow=follow,
    cancel=cancel,
)
