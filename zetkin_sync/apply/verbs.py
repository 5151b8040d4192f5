"""What each verb does, as steps: look, act, and what it was before.

A step is repeatable (the same request again changes nothing) or it is looked up before it is ever tried
again. `look` returns what Zetkin shows of the step's effect, or None when it is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from zetkin_sync.apply.hands import Hands
from zetkin_sync.changes import Change
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say

Known = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One request of a verb.

    `look(hands, change, known)` returns new facts when the effect is there already. `act` makes the request
    and returns new facts. `before` is read once, ahead of the first request, for undo.
    """

    name: str
    look: Callable[[Hands, Change, Known], Known | None]
    act: Callable[[Hands, Change, Known], Known]
    repeatable: bool


@dataclass(frozen=True, kw_only=True)
class Verb:
    """A verb: its steps, and how to tell what was before and what we left."""

    steps: tuple[Step, ...]
    before: Callable[[Hands, Change, Known], Known] | None = None
    undo: str | None = None  # the verb that takes it back


def _tag(hands: Hands, change: Change) -> int:
    place = (change.organization, str(change.payload["group"]), str(change.payload["title"]))
    if place not in hands.tags:
        found = hands.zetkin.find_tag(organization=place[0], group=place[1], title=place[2])
        if found is None:
            raise NeedsHuman(say("Our tag “{title}” is not in Zetkin any more.", title=place[2]))
        hands.tags[place] = found
    return hands.tags[place]


def _person(change: Change) -> int:
    assert change.person is not None
    return change.person


def _find_tag(hands: Hands, change: Change, _known: Known) -> Known | None:
    found = hands.zetkin.find_tag(
        organization=change.organization, group=change.payload["group"], title=change.payload["title"]
    )
    return None if found is None else {"tag": found}


def _create_tag(hands: Hands, change: Change, _known: Known) -> Known:
    made = hands.zetkin.create_tag(
        organization=change.organization,
        group=change.payload["group"],
        title=change.payload["title"],
        description=change.payload["description"],
    )
    return {"tag": made}


def _has_tag(hands: Hands, change: Change) -> bool:
    return hands.zetkin.has_tag(
        organization=change.organization, person=_person(change), tag=_tag(hands, change)
    )


def _before_tag(hands: Hands, change: Change, _known: Known) -> Known:
    return {"tag": _tag(hands, change), "had": _has_tag(hands, change)}


def _look_tagged(hands: Hands, change: Change, _known: Known) -> Known | None:
    return {} if _has_tag(hands, change) else None


def _look_untagged(hands: Hands, change: Change, _known: Known) -> Known | None:
    return None if _has_tag(hands, change) else {}


def _put_tag(hands: Hands, change: Change, _known: Known) -> Known:
    hands.zetkin.put_tag(
        organization=change.organization,
        person=_person(change),
        tag=_tag(hands, change),
        value=change.payload.get("value"),
    )
    return {}


def _delete_tag(hands: Hands, change: Change, _known: Known) -> Known:
    hands.zetkin.delete_tag(organization=change.organization, person=_person(change), tag=_tag(hands, change))
    return {}


VERBS: Mapping[str, Verb] = {
    "create_tag": Verb(steps=(Step(name="create", look=_find_tag, act=_create_tag, repeatable=False),)),
    "tag": Verb(
        steps=(Step(name="put", look=_look_tagged, act=_put_tag, repeatable=True),),
        before=_before_tag,
        undo="untag",
    ),
    "untag": Verb(
        steps=(Step(name="delete", look=_look_untagged, act=_delete_tag, repeatable=True),),
        before=_before_tag,
        undo="tag",
    ),
}
