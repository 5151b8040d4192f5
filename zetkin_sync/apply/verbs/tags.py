"""Tags: making one of ours, putting it on, taking it off. Putting on and taking off repeat safely."""

from __future__ import annotations

from zetkin_sync.apply.hands import Hands
from zetkin_sync.apply.steps import Known, Step, Verb
from zetkin_sync.changes import Change
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say


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


def _find(hands: Hands, change: Change, _known: Known, _tried: bool) -> Known | None:  # noqa: FBT001
    found = hands.zetkin.find_tag(
        organization=change.organization, group=change.payload["group"], title=change.payload["title"]
    )
    return None if found is None else {"tag": found}


def _create(hands: Hands, change: Change, _known: Known) -> Known:
    made = hands.zetkin.create_tag(
        organization=change.organization,
        group=change.payload["group"],
        title=change.payload["title"],
        description=change.payload["description"],
    )
    return {"tag": made}


def _has(hands: Hands, change: Change) -> bool:
    return hands.zetkin.has_tag(
        organization=change.organization, person=_person(change), tag=_tag(hands, change)
    )


def _before(hands: Hands, change: Change, _known: Known) -> Known:
    return {"tag": _tag(hands, change), "had": _has(hands, change)}


def _look_on(hands: Hands, change: Change, _known: Known, _tried: bool) -> Known | None:  # noqa: FBT001
    return {} if _has(hands, change) else None


def _look_off(hands: Hands, change: Change, _known: Known, _tried: bool) -> Known | None:  # noqa: FBT001
    return None if _has(hands, change) else {}


def _put(hands: Hands, change: Change, _known: Known) -> Known:
    hands.zetkin.put_tag(
        organization=change.organization,
        person=_person(change),
        tag=_tag(hands, change),
        value=change.payload.get("value"),
    )
    return {}


def _delete(hands: Hands, change: Change, _known: Known) -> Known:
    hands.zetkin.delete_tag(organization=change.organization, person=_person(change), tag=_tag(hands, change))
    return {}


CREATE = Verb(steps=(Step(name="create", look=_find, act=_create, repeatable=False),))
PUT = Verb(steps=(Step(name="put", look=_look_on, act=_put, repeatable=True),), before=_before, undo="untag")
DELETE = Verb(
    steps=(Step(name="delete", look=_look_off, act=_delete, repeatable=True),), before=_before, undo="tag"
)
