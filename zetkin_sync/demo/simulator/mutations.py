"""What happens in the world while one is looking: people join, leave, move, are edited and merged.

Used by the operator's endpoint and by the fault that changes a list between two of its pages.
"""

from __future__ import annotations

from random import Random

from msgspec import Struct

from zetkin_sync.demo.simulator.endpoints.duplicates import merge_people
from zetkin_sync.demo.simulator.endpoints.people import add_person, change_person, remove_person
from zetkin_sync.demo.world.state import State


class Mutation(Struct, kw_only=True, forbid_unknown_fields=True):
    """How many people do what. `organization` is where; the same seed chooses the same people."""

    organization: int
    join: int = 0
    leave: int = 0
    move: int = 0
    edit: int = 0
    merge: int = 0
    new_address: list[int] = []  # ids of those who get another email address
    seed: int = 1


class Mutated(Struct, kw_only=True):
    """The ids of those who did it; `merged` are (survivor, gone)."""

    joined: list[int] = []
    left: list[int] = []
    moved: list[int] = []
    edited: list[int] = []
    merged: list[tuple[int, int]] = []


def mutate(state: State, wanted: Mutation) -> Mutated:
    """Let it happen; gives who."""
    dice = state.dice("mutation", wanted.seed, len(state.people))
    done = Mutated()
    place = wanted.organization
    for person in _some(state, dice, place, wanted.leave):
        remove_person(state, person)
        done.left.append(person)
    for person in _some(state, dice, place, wanted.move):
        elsewhere = [o.id for o in state.children(state.root_of(place)) if o.id != place]
        state.disconnect(place, person)
        state.connect(dice.choice(elsewhere), person)
        done.moved.append(person)
    for person in _some(state, dice, place, wanted.edit):
        number = f"+46701740{dice.randrange(605, 700)}"
        change_person(state, state.people[person], {"phone": number, "city": f"Ort {person}"}, {})
        done.edited.append(person)
    for person in wanted.new_address:
        change_person(state, state.people[person], {"email": f"ny.adress{person}@epost.example"}, {})
        done.edited.append(person)
    for _ in range(wanted.merge):
        pair = sorted(_some(state, dice, place, 2))
        if len(pair) < 2:
            break
        survivor, gone = pair
        merge_people(state, [survivor, gone])
        done.merged.append((survivor, gone))
    done.joined = [_newcomer(state, place) for _ in range(wanted.join)]
    return done


def _some(state: State, dice: Random, organization: int, count: int) -> list[int]:
    """Some ordinary members: without an account, so that nobody who logs in disappears."""
    members = [p for p in state.members(organization) if state.people[p].user is None]
    return dice.sample(members, k=min(count, len(members)))


def _newcomer(state: State, organization: int) -> int:
    number = len(state.people)
    name = {"first_name": "Ny", "last_name": f"Medlem{number}", "email": f"ny{number}@example.org"}
    made = add_person(state, organization, name, {})
    root = state.root_of(organization)
    state.connect(root, made.id)
    return made.id
