"""Who is in the activist network: who has just joined, who has left, who has said yes again."""

from __future__ import annotations

from datetime import date, datetime

from zetkin_sync.callouts.asking import asking_of
from zetkin_sync.callouts.gates import Gate, Gates
from zetkin_sync.callouts.history import History
from zetkin_sync.records.facts import Facts

_MAY_STILL_BE_WELCOMED = frozenset({Gate.CAP, Gate.REST})  # these are about callouts


def gates_of(facts: Facts) -> Gates:
    """The gates as the facts open and close them now."""
    asking = asking_of(facts)
    return Gates(facts, asking.policy, History.of(facts), asking.centres)


def have_left(facts: Facts) -> dict[int, str]:
    """Who has left by a tag in Zetkin or by declining its emails, and is not written down yet: person → how."""
    policy = asking_of(facts).policy
    network = {p for tag in facts.tags if tag.title == policy.network.tag for p in tag.people}
    found = {p: "unsubscribed" for p in facts.more.get("unsubscribed", ()) if p in network}
    for tag in facts.tags:
        if tag.title in policy.network.left_tags:
            found.update(dict.fromkeys(tag.people, "tag"))
    return {p: found[p] for p in sorted(found) if p not in facts.left_network}


def said_yes_again(facts: Facts) -> frozenset[int]:
    """Who had left and has agreed on a later day; nothing else brings anybody back."""
    gates = gates_of(facts)
    if not asking_of(facts).policy.network.date_field:
        return frozenset()
    leaving = {p for title in gates.policy.network.left_tags for p in gates.tagged.get(title, ())}
    declined = facts.more.get("unsubscribed", frozenset())
    return frozenset(
        person
        for person, left in facts.left_network.items()
        if person not in leaving and person not in declined and _agreed_after(gates, person, left)
    )


def _agreed_after(gates: Gates, person: int, left: datetime) -> bool:
    found = gates.people.get(person)
    agreed: date | None = gates.agreed(found) if found else None
    return agreed is not None and agreed > left.astimezone(gates.facts.zone).date()


def joined_since(facts: Facts, first: date) -> tuple[tuple[int, date], ...]:
    """Who may be written to and agreed on this day or later, with the day; by the day, then by person."""
    gates = gates_of(facts)
    found = []
    for person in gates.network:
        known = gates.people.get(person)
        agreed = gates.agreed(known) if known else None
        blocked = gates.closed_to(person)
        if agreed is not None and agreed >= first and (blocked is None or blocked in _MAY_STILL_BE_WELCOMED):
            found.append((person, agreed))
    return tuple(sorted(found, key=lambda each: (each[1], each[0])))
