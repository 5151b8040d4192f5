"""A call list as a draft: people start it in Zetkin themselves."""

from __future__ import annotations

from zetkin_sync.apply.hands import Hands
from zetkin_sync.apply.steps import Known, Step, Verb
from zetkin_sync.apply.verbs import audience
from zetkin_sync.changes import Change


def _look(hands: Hands, change: Change, _known: Known, _tried: bool) -> Known | None:  # noqa: FBT001
    found = hands.zetkin.find_call_assignments(organization=change.organization, title=change.payload["mark"])
    return {"calls": found[0]} if found else None


def _create(hands: Hands, change: Change, known: Known) -> Known:
    made = hands.zetkin.create_call_assignment(
        organization=change.organization,
        title=change.payload["mark"],
        description=change.payload["description"],
        instructions=change.payload["instructions"],
        list_id=known["list"],
    )
    return {"calls": made}


DRAFT = Verb(
    steps=(audience.LIST, audience.FILL, Step(name="draft", look=_look, act=_create, repeatable=False)),
    check=audience.check,
)
