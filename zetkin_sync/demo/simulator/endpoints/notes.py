"""Notes on people (API.md §4.2)."""

from __future__ import annotations

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.listing import listed
from zetkin_sync.demo.simulator.replies import NOTHING, Reply, Row, data, not_found, refusal
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.simulator.times import naive
from zetkin_sync.demo.world.people import Note
from zetkin_sync.demo.world.state import State

routes = Routes()

_NOTE = {"text": bodies.filled, "file_ids": bodies.ids}


def note_row(state: State, note: Note) -> Row:
    return {
        "id": note.id,
        "text": note.text,
        "created": naive(note.created),
        "author": quotes.named(state, note.author),
        "files": [quotes.file(state, number) for number in note.files],
        "organization": quotes.organization(state, note.organization),
    }


def _note(call: Call) -> Note:
    found = call.own(call.state.notes, "note")
    if found.person != call.person.id:
        raise not_found()
    return found


@routes.get("/orgs/{org}/people/{person}/notes")
def notes(call: Call) -> Reply:
    """The organization's notes on a person."""
    person = call.person.id
    found = [n for n in call.state.notes.values() if n.person == person and n.organization == call.org]
    return listed(call, found, lambda n: note_row(call.state, n))


@routes.post("/orgs/{org}/people/{person}/notes")
def make_note(call: Call) -> Reply:
    """Write a note; two calls write two."""
    person, body = call.person.id, call.object()
    if "text" not in body:
        raise refusal(400, "Invalid data", "Missing key: 'text'")
    text = bodies.read(body, {"text": bodies.filled})["text"]
    made = Note(
        id=call.state.new_id("note"),
        organization=call.org,
        person=person,
        author=call.person_of_user(),
        text=text,
        created=call.now,
    )
    call.state.notes[made.id] = made
    return data(note_row(call.state, made), 201)


@routes.patch("/orgs/{org}/people/{person}/notes/{note}")
def patch_note(call: Call) -> Reply:
    """Change a note."""
    found, body = _note(call), bodies.take(call, _NOTE)
    found.text = body.get("text", found.text)
    found.files = tuple(body.get("file_ids", found.files))
    return data(note_row(call.state, found))


@routes.delete("/orgs/{org}/people/{person}/notes/{note}")
def delete_note(call: Call) -> Reply:
    """Remove a note."""
    del call.state.notes[_note(call).id]
    return NOTHING
