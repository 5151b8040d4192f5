"""Who a message is for: checked against the present state, then put on a list of ours in Zetkin.

A message may only lose people and events between approval and sending, never gain any.
"""

from __future__ import annotations

from typing import Any

from zetkin_sync.apply.hands import Hands
from zetkin_sync.apply.steps import Known, NotWanted, Step
from zetkin_sync.changes import Change
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import Message, say, to_json
from zetkin_sync.store import asked, rights


def people(change: Change, known: Known) -> list[int]:
    """Who is still to get the message."""
    dropped = set(known.get("dropped_people", {}))
    return [p for p in change.payload["people"] if str(p) not in dropped]


def events(change: Change, known: Known) -> list[dict[str, Any]]:
    """The events that the message still lists."""
    dropped = set(known.get("dropped_events", {}))
    return [e for e in change.payload.get("events", ()) if str(e["id"]) not in dropped]


def check(hands: Hands, change: Change, known: Known) -> Known:
    """Drop who has opted out or withdrawn consent and events that are off or full; NotWanted when nothing is left."""
    dropped_people = dict(known.get("dropped_people", {}))
    dropped_events = dict(known.get("dropped_events", {}))
    for person, why in _opted_out(hands, change).items():
        if str(person) not in dropped_people:
            dropped_people[str(person)] = to_json(why)
            asked.drop(hands.store, intent=hands.intent, person=person, why=why)
    for event in events(change, known):
        why_not = _off(hands, event)
        if why_not is not None:
            dropped_events[str(event["id"])] = to_json(why_not)
    found = {**known, "dropped_people": dropped_people, "dropped_events": dropped_events}
    if change.payload.get("events") and not events(change, found):
        raise NotWanted(say("None of its events can take more people any more."))
    if not people(change, found):
        raise NotWanted(say("Nobody is left to ask: everybody has opted out or been restricted."))
    return found


def _opted_out(hands: Hands, change: Change) -> dict[int, Message]:
    wanted = set(change.payload["people"])
    found: dict[int, Message] = {}
    for tag in change.payload.get("opt_out_tags", ()):
        for person in wanted & hands.zetkin.tagged(organization=change.organization, tag=tag):
            found[person] = say("Has opted out since the approval.")
    consent = change.payload.get("consent_tags", ())
    if consent:
        agreed = frozenset[int]().union(
            *(hands.zetkin.tagged(organization=change.organization, tag=tag) for tag in consent)
        )
        for person in wanted - agreed:
            found.setdefault(person, say("Is not in the network any more."))
        if change.verb != "send_email":  # Zetkin leaves them out of emails itself
            for person in wanted & hands.zetkin.unsubscribed(organization=change.organization):
                found[person] = say("Has opted out since the approval.")
        for person in wanted & rights.opted_out(hands.store, district=hands.district).keys():
            found[person] = say("Has left the network.")
    for person in rights.restricted(hands.store, district=hands.district, people=wanted):
        found[person] = say("Is restricted: no callouts.")
    return found


def _off(hands: Hands, event: dict[str, Any]) -> Message | None:
    now = hands.zetkin.read_event(organization=event["organization"], event=event["id"])
    if now is None:
        return say("The event {event} is gone.", event=event["id"])
    if now.cancelled or not now.published:
        return say("The event {event} is called off.", event=event["id"])
    if now.starts is not None and now.starts <= hands.local_now():
        return say("The event {event} has begun.", event=event["id"])
    if now.required <= now.available:
        return say("The event {event} has all the people it needs.", event=event["id"])
    return None


def _look_list(hands: Hands, change: Change, known: Known, _tried: bool) -> Known | None:  # noqa: FBT001
    """Our list by its title; a second one, left by a late answer, is taken away."""
    found = hands.zetkin.find_lists(organization=change.organization, title=change.payload["mark"])
    for extra in found[1:]:
        hands.zetkin.delete_list(organization=change.organization, list_id=extra)
    return {"list": found[0]} if found else None


def _create_list(hands: Hands, change: Change, known: Known) -> Known:
    made = hands.zetkin.create_list(
        organization=change.organization, folder=change.payload["folder"], title=change.payload["mark"]
    )
    return {"list": made}


def _look_filled(hands: Hands, change: Change, known: Known, _tried: bool) -> Known | None:  # noqa: FBT001
    present = hands.zetkin.list_people(organization=change.organization, list_id=known["list"])
    wanted = set(people(change, known))
    if present - set(change.payload["people"]):
        raise NeedsHuman(
            say("The list “{title}” in Zetkin was changed by hand.", title=change.payload["mark"]),
            say("Nothing was sent. Delete the list in Zetkin and approve the next proposal."),
        )
    return {"on_list": len(wanted)} if present == wanted else None


def _fill(hands: Hands, change: Change, known: Known) -> Known:
    present = hands.zetkin.list_people(organization=change.organization, list_id=known["list"])
    wanted = set(people(change, known))
    for person in sorted(wanted - present):
        hands.zetkin.add_to_list(organization=change.organization, list_id=known["list"], person=person)
    for person in sorted(present - wanted):
        hands.zetkin.remove_from_list(organization=change.organization, list_id=known["list"], person=person)
    return {"on_list": len(wanted)}


LIST = Step(name="list", look=_look_list, act=_create_list, repeatable=False)
FILL = Step(name="fill", look=_look_filled, act=_fill, repeatable=True)
