"""Why this person, why not that one: every gate in words, and the row of all gates for one person and one event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from zetkin_sync.callouts.distance import in_words
from zetkin_sync.callouts.gates import Gate, Gates
from zetkin_sync.callouts.need import Need
from zetkin_sync.language import Message, say

GATES: Mapping[Gate, Message] = {
    Gate.CONSENT: say("consent"),
    Gate.RESTRICTED: say("no restriction"),
    Gate.MISSING: say("is in Zetkin"),
    Gate.REACHABLE: say("can be reached"),
    Gate.OPTED_OUT: say("has not left"),
    Gate.INTEREST: say("interest"),
    Gate.DISTANCE: say("distance"),
    Gate.AVAILABLE: say("free at that time"),
    Gate.BOOKED: say("not signed up yet"),
    Gate.CLASH: say("nothing else at that time"),
    Gate.ASKED: say("not asked before"),
    Gate.CAP: say("not too many messages"),
    Gate.REST: say("rest since the last message"),
}
"""What people call each gate."""


class Passage(msgspec.Struct, frozen=True):
    """One gate for one person and event: open or closed, and what it says."""

    gate: Gate
    open: bool
    why: Message


def passages(gates: Gates, person: int, need: Need) -> tuple[Passage, ...]:
    """All gates in their order, those behind a closed one too."""
    return tuple(
        Passage(gate, gates.is_open(gate, person, need), said(gate, gates, person, need)) for gate in Gate
    )


def said(gate: Gate, gates: Gates, person: int, need: Need) -> Message:
    """What a gate says about this person and this event, open or closed."""
    opened = gates.is_open(gate, person, need)
    match gate:
        case Gate.INTEREST:
            tag = gates.policy.interests.get(need.type or "")
            if tag is None:
                return say("No particular interest is needed for this.")
            return (
                say("Has the tag {tag}.", tag=tag) if opened else say("Does not have the tag {tag}.", tag=tag)
            )
        case Gate.DISTANCE:
            if need.digital:
                return say("It is digital: distance does not matter.")
            words = in_words(gates.distance(person, need), gates.policy.distance.edges)
            return (
                say("Near enough: {distance}.", distance=words)
                if opened
                else say("Too far: {distance}.", distance=words)
            )
        case Gate.AVAILABLE:
            return (
                say("Free at that time, or has not said when.")
                if opened
                else say("Has said no to that time of the week.")
            )
        case Gate.BOOKED:
            return say("Has not signed up for it yet.") if opened else say("Has already signed up for it.")
        case Gate.CLASH:
            event = gates.clash(person, need)
            return (
                say("Nothing else at that time.")
                if opened
                else say("Has event {event} at that time.", event=str(event))
            )
        case Gate.ASKED:
            return (
                say("Has not been asked about it before.")
                if opened
                else say("Has already been asked about it.")
            )
        case _:
            return of_person(gate, gates, person)


def of_person(gate: Gate, gates: Gates, person: int) -> Message:
    """What a gate says that does not depend on the event."""
    opened = gates.is_open_to(gate, person)
    match gate:
        case Gate.CONSENT:
            return _consent(gates, person)
        case Gate.RESTRICTED:
            return say("No restriction is asked for.") if opened else say("Has asked not to be processed.")
        case Gate.MISSING:
            return (
                say("Is in the last reading of Zetkin.")
                if opened
                else say("Was not in the last reading of Zetkin.")
            )
        case Gate.REACHABLE:
            if opened:
                return say("Can be reached by email.")
            found = gates.people.get(person)
            if found is None or not found.has_email:
                return say("Has no email address.")
            return say("Emails do not reach the address.")
        case Gate.OPTED_OUT:
            return say("Has not left the network.") if opened else say("Has left the network.")
        case Gate.CAP:
            return _cap(gates, person)
        case Gate.REST:
            newest = max(gates.messages.get(person, ()), default=None)
            if newest is None:
                return say("Has not been written to lately.")
            return say("Was last written to {when}.", when=newest)
        case _:
            raise ValueError(f"{gate} needs an event")


def _consent(gates: Gates, person: int) -> Message:
    network = gates.policy.network
    if person not in gates.network:
        return say("Is not in the network: the tag {tag} is missing.", tag=network.tag)
    found = gates.people.get(person)
    agreed = gates.agreed(found) if found else None
    if not gates.consented(person):
        if network.date_field and agreed is None:
            return say("It is not written when they agreed to be in the network.")
        return say("It is not written how they agreed to be in the network.")
    return say("In the network since {day}.", day=agreed) if agreed else say("In the network.")


def _cap(gates: Gates, person: int) -> Message:
    caps = gates.policy.caps
    written = sorted(gates.messages.get(person, ()))
    if gates.allowance(person):
        return say(
            "{n} of {most} messages in {days} days.", n=len(written), most=caps.messages, days=caps.days
        )
    if not caps.messages:
        return say("Nobody may be written to: the cap is 0.")
    free = written[len(written) - caps.messages] + timedelta(days=caps.days)
    return say(
        "Has had {n} messages in {days} days; may be asked again from {day}.",
        n=len(written),
        days=caps.days,
        day=free.astimezone(gates.facts.zone).date(),
    )
