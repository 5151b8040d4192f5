"""An email through Zetkin: list, draft, target, lock, count, publish at a fixed time (RELIABILITY §4.4 a).

Until the last step nobody can see anything, and the last step sets a fixed time on a known email: it can be looked
up, and taken back until then. The minutes before that time are the organizer's undo; a time that was not set
after all is chosen anew, so that they are always given and the hours are kept.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from zetkin_sync.apply.hands import Hands
from zetkin_sync.apply.steps import GoBack, Known, NotWanted, Step, Verb
from zetkin_sync.apply.verbs import audience
from zetkin_sync.changes import Change, SendingHours
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.ports import EmailState

ABORTED = say(
    "Nothing was sent. Look at the email in Zetkin, delete it there, and approve the next proposal."
)


def content(change: Change, known: Known) -> str:
    """The email's text as Zetkin stores it; the parts about dropped events are left out."""
    dropped = set(known.get("dropped_events", {}))
    blocks: list[Any] = []
    for part in change.payload["parts"]:
        if str(part.get("event")) not in dropped:
            blocks.extend(part["blocks"])
    return json.dumps({"blocks": blocks}, ensure_ascii=False)


def _state(hands: Hands, change: Change, known: Known) -> EmailState:
    return hands.zetkin.read_email(organization=change.organization, email=known["email"])


def _look_draft(hands: Hands, change: Change, known: Known, _tried: bool) -> Known | None:  # noqa: FBT001
    """Our draft by its mark; a second one, left by a late answer, is taken away unless somebody published it."""
    found = hands.zetkin.find_emails(organization=change.organization, title=change.payload["mark"])
    if not found:
        return None
    _take_away(hands, change, found[1:])
    state = hands.zetkin.read_email(organization=change.organization, email=found[0])
    if state.target is None:
        raise NeedsHuman(say("The email draft {email} has no target in Zetkin.", email=found[0]), ABORTED)
    return {"email": found[0], "target": state.target}


def _take_away(hands: Hands, change: Change, extra: tuple[int, ...]) -> None:
    for email in extra:
        state = hands.zetkin.read_email(organization=change.organization, email=email)
        if state.published is not None or state.processed is not None:
            raise NeedsHuman(
                say("Two emails with our mark are published: {email} is the second.", email=email)
            )
        hands.zetkin.delete_email(organization=change.organization, email=email)


def _draft(hands: Hands, change: Change, known: Known) -> Known:
    made = hands.zetkin.create_email(
        organization=change.organization,
        title=change.payload["mark"],
        subject=change.payload["subject"],
        content=content(change, known),
        project=change.payload.get("project"),
        config=change.payload["config"],
        theme=change.payload["theme"],
    )
    state = hands.zetkin.read_email(organization=change.organization, email=made)
    return {"email": made, "target": state.target}


def _look_target(hands: Hands, change: Change, known: Known, _tried: bool) -> Known | None:  # noqa: FBT001
    return {} if _state(hands, change, known).list == known["list"] else None


def _aim(hands: Hands, change: Change, known: Known) -> Known:
    hands.zetkin.target_email(organization=change.organization, target=known["target"], list_id=known["list"])
    return {}


def _look_locked(hands: Hands, change: Change, known: Known, tried: bool) -> Known | None:  # noqa: FBT001
    state = _state(hands, change, known)
    if state.locked is None:
        return None
    if not tried:
        raise NeedsHuman(
            say("Somebody else has locked our email draft {email}.", email=known["email"]), ABORTED
        )
    return {}


def _lock(hands: Hands, change: Change, known: Known) -> Known:
    hands.zetkin.lock_email(organization=change.organization, email=known["email"], locked=True)
    return {}


def _never(_hands: Hands, _change: Change, _known: Known, _tried: bool) -> Known | None:  # noqa: FBT001
    return None


def _count(hands: Hands, change: Change, known: Known) -> Known:
    """Compare how many Zetkin froze with the plan; anything else and it is let go and parked."""
    counts = hands.zetkin.count_email(organization=change.organization, email=known["email"])
    frozen = counts.targets if counts.locked is None else counts.locked
    wanted = len(audience.people(change, known))
    if frozen != wanted or frozen > change.payload["most"]:
        hands.zetkin.lock_email(organization=change.organization, email=known["email"], locked=False)
        raise NeedsHuman(
            say(
                "Zetkin would send to {frozen} people, the proposal is for {wanted}.",
                frozen=frozen,
                wanted=wanted,
            ),
            ABORTED,
        )
    return {"counted": frozen, "blocked": counts.blocked}


def _choose_time(hands: Hands, change: Change, known: Known) -> Known:
    """Look once more who and what is still wanted, then fix the instant of sending."""
    fresh = audience.check(hands, change, known)
    if fresh["dropped_people"] != known.get("dropped_people") or fresh["dropped_events"] != known.get(
        "dropped_events"
    ):
        if fresh["dropped_events"] != known.get("dropped_events"):
            hands.zetkin.delete_email(organization=change.organization, email=known["email"])
            raise GoBack("fill", {k: v for k, v in fresh.items() if k not in ("email", "target")})
        hands.zetkin.lock_email(organization=change.organization, email=known["email"], locked=False)
        raise GoBack("fill", fresh)
    found = hands.zetkin.find_emails(organization=change.organization, title=change.payload["mark"])
    _take_away(hands, change, tuple(e for e in found if e != known["email"]))
    at = SendingHours.of(change.payload["hours"]).next(hands.now())
    not_after = datetime.fromisoformat(change.payload["not_after"])
    if at >= not_after:
        raise NotWanted(say("There are no sending hours left before it is too late."))
    return {**fresh, "publish_at": at.isoformat()}


def _look_published(hands: Hands, change: Change, known: Known, tried: bool) -> Known | None:  # noqa: FBT001
    state = _state(hands, change, known)
    if state.processed is not None:
        return {}
    if state.published is None:
        return None
    if tried and state.published == datetime.fromisoformat(known["publish_at"]):
        return {}
    raise NeedsHuman(say("Somebody else has set a time for our email {email}.", email=known["email"]))


def _publish(hands: Hands, change: Change, known: Known) -> Known:
    at = datetime.fromisoformat(known["publish_at"])
    hands.zetkin.publish_email(organization=change.organization, email=known["email"], at=at)
    return {}


def follow(hands: Hands, change: Change, known: Known) -> str:
    """Has Zetkin sent it?"""
    state = _state(hands, change, known)
    if state.processed is not None:
        return "done"
    if state.published is None:
        return "cancelled"
    if state.published != datetime.fromisoformat(known["publish_at"]):
        raise NeedsHuman(
            say("Somebody else has changed when our email {email} is sent.", email=known["email"])
        )
    return "scheduled"


def cancel(hands: Hands, change: Change, known: Known) -> bool:
    """Take it back; True when Zetkin shows that it will not be sent."""
    if _state(hands, change, known).processed is not None:
        return False
    hands.zetkin.publish_email(organization=change.organization, email=known["email"], at=None)
    state = _state(hands, change, known)
    return state.published is None and state.processed is None


_DRAFT = (
    audience.LIST,
    audience.FILL,
    Step(name="draft", look=_look_draft, act=_draft, repeatable=False),
    Step(name="target", look=_look_target, act=_aim, repeatable=True),
)
DRAFT = Verb(steps=_DRAFT, check=audience.check)  # a person reads it through and sends it in Zetkin
SEND = Verb(
    steps=(
        *_DRAFT,
        Step(name="lock", look=_look_locked, act=_lock, repeatable=True),
        Step(name="count", look=_never, act=_count, repeatable=True),
        Step(name="publish", look=_look_published, act=_publish, prepare=_choose_time, repeatable=False),
    ),
    check=audience.check,
    follow=follow,
    cancel=cancel,
)
