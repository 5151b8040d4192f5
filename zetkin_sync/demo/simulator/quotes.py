"""How one record quotes another: `{id, title}`, `{id, name}` and the like."""

from __future__ import annotations

from zetkin_sync.demo.simulator.replies import Row
from zetkin_sync.demo.simulator.times import precise
from zetkin_sync.demo.world.people import Person
from zetkin_sync.demo.world.state import State


def organization(state: State, number: int) -> Row:
    return {"id": number, "title": state.organizations[number].title}


def campaign(state: State, number: int | None) -> Row | None:
    return None if number is None else {"id": number, "title": state.campaigns[number].title}


def named(state: State, number: int | None) -> Row | None:
    """A person as `{id, name}`; null when there is none, or none any more."""
    person = state.people.get(number or 0)
    return None if person is None else {"id": person.id, "name": person.name}


def person(record: Person) -> Row:
    return {"id": record.id, "first_name": record.first_name, "last_name": record.last_name}


def user(state: State, number: int | None) -> Row | None:
    """A user as `{id, first_name, last_name}`: a user id, not a person id."""
    found = state.users.get(number or 0)
    return (
        None
        if found is None
        else {"id": found.id, "first_name": found.first_name, "last_name": found.last_name}
    )


def file(state: State, number: int | None) -> Row | None:
    found = state.files.get(number or 0)
    if found is None:
        return None
    return {
        "id": found.id,
        "original_name": found.original_name,
        "uploaded": precise(found.uploaded),
        "organization": organization(state, found.organization),
        "url": found.url,
        "mime_type": found.mime_type,
    }
