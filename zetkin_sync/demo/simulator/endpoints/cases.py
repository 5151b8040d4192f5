"""Journey instances: single cases, who they are about, who minds them, what has happened (API.md §4.15)."""

from __future__ import annotations

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.journeys import milestone_row, own_journey
from zetkin_sync.demo.simulator.endpoints.tags import tag_row
from zetkin_sync.demo.simulator.listing import listed
from zetkin_sync.demo.simulator.replies import NOTHING, Reply, Row, conflict, data, invalid, not_found
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.simulator.times import naive
from zetkin_sync.demo.world.journeys import Instance, JourneyNote, Milestone
from zetkin_sync.demo.world.state import State

routes = Routes()

_NEW = {
    "title": bodies.optional(bodies.text),
    "opening_note": bodies.text,
    "note": bodies.text,
}
_CHANGE = {
    "title": bodies.optional(bodies.text),
    "summary": bodies.text,
    "outcome": bodies.text,
    "closed": bodies.optional(bodies.instant),
    "opening_note": bodies.text,
    "journey_id": bodies.whole,
}


def instance_row(state: State, case: Instance) -> Row:
    """A case in a list: without its milestones, but with the next one."""
    journey = state.journeys[case.journey]
    ahead = next((m for m in case.milestones if m.completed is None), None)
    return {
        "id": case.id,
        "title": case.title,
        "journey": {
            "id": journey.id,
            "title": journey.title,
            "singular_label": journey.singular_label,
            "plural_label": journey.plural_label,
        },
        "opening_note": case.opening_note,
        "summary": case.summary,
        "outcome": case.outcome,
        "created": naive(case.created),
        "updated": naive(case.updated),
        "closed": naive(case.closed),
        "assignees": _people(state, case.assignees),
        "subjects": _people(state, case.subjects),
        "tags": [tag_row(state, state.tags[t]) for t in case.tags if t in state.tags],
        "next_milestone": ahead and milestone_row(ahead),
        "organization": quotes.organization(state, case.organization),
    }


def _people(state: State, people: dict[int, None]) -> list[Row]:
    return [quotes.person(state.people[p]) for p in people if p in state.people]


def whole_row(state: State, case: Instance) -> Row:
    return {**instance_row(state, case), "milestones": [milestone_row(m) for m in case.milestones]}


def _case(call: Call) -> Instance:
    return call.own(call.state.instances, "instance")


def _happened(call: Call, case: Instance, what: str, **details: object) -> None:
    """Write the case's history."""
    number = len(case.timeline) + 1
    case.updated = call.now
    case.timeline.append(
        {
            "id": f"{case.id}-{number}",
            "type": f"journeyinstance.{what}",
            "timestamp": naive(call.now),
            "actor": quotes.person(call.state.people[call.person_of_user()]),
            "details": details,
            "target": {"id": case.id},
            "organization": quotes.organization(call.state, case.organization),
        }
    )


@routes.get("/orgs/{org}/journey_instances")
def instances(call: Call) -> Reply:
    """Every case."""
    found = [i for i in call.state.instances.values() if i.organization == call.org]
    return listed(call, found, lambda i: instance_row(call.state, i))


@routes.get("/orgs/{org}/journeys/{journey}/instances")
def instances_of_journey(call: Call) -> Reply:
    """The cases of one kind."""
    journey = own_journey(call)
    found = [i for i in call.state.instances.values() if i.journey == journey.id]
    return listed(call, found, lambda i: instance_row(call.state, i))


@routes.get("/orgs/{org}/people/{person}/journey_instances")
def instances_of_person(call: Call) -> Reply:
    """The cases a person is the subject of."""
    person = call.person.id
    found = [i for i in call.state.instances.values() if person in i.subjects and i.organization == call.org]
    return listed(call, found, lambda i: instance_row(call.state, i))


@routes.post("/orgs/{org}/journeys/{journey}/instances")
def open_case(call: Call) -> Reply:
    """Open a case with the journey's steps."""
    journey, body = own_journey(call), bodies.take(call, _NEW)
    made = Instance(
        id=call.state.new_id("instance"),
        organization=call.org,
        journey=journey.id,
        created=call.now,
        title=body.get("title"),
        opening_note=body.get("opening_note") or body.get("note") or "",
        milestones=[
            Milestone(id=call.state.new_id("milestone"), title=m.title, description=m.description)
            for m in journey.milestones
        ],
    )
    call.state.instances[made.id] = made
    _happened(call, made, "create")
    made.updated = None
    return data(whole_row(call.state, made), 201)


@routes.get("/orgs/{org}/journey_instances/{instance}")
def instance(call: Call) -> Reply:
    """One case with its milestones."""
    return data(whole_row(call.state, _case(call)))


@routes.patch("/orgs/{org}/journey_instances/{instance}")
def patch_case(call: Call) -> Reply:
    """Change, close or convert a case."""
    found, body = _case(call), bodies.take(call, _CHANGE)
    if "journey_id" in body:
        body["journey"] = body.pop("journey_id")
        if body["journey"] not in call.state.journeys:
            raise invalid("journey_id", f"No journey {body['journey']}")
    what = "close" if body.get("closed") else "open" if "closed" in body else "update"
    for name, value in body.items():
        setattr(found, name, value)
    _happened(call, found, "convert" if "journey" in body else what)
    return data(whole_row(call.state, found))


@routes.delete("/orgs/{org}/journey_instances/{instance}")
def delete_case(call: Call) -> Reply:
    """Remove a case."""
    del call.state.instances[_case(call).id]
    return NOTHING


@routes.get("/orgs/{org}/journey_instances/{instance}/timeline/updates")
def timeline(call: Call) -> Reply:
    """What has happened, newest first."""
    return listed(call, _case(call).timeline[::-1], lambda update: update)


# --- who and what is tied to it ----------------------------------------------------------------------------------------


def _person_routes(kind: str, word: str) -> None:
    """Putting on and taking off subjects or assignees; what is there already is a conflict (API.md §2.9)."""
    path = f"/orgs/{{org}}/journey_instances/{{instance}}/{kind}/{{person}}"

    @routes.put(path)
    def put(call: Call) -> Reply:
        case, person = _case(call), call.person
        people: dict[int, None] = getattr(case, kind)
        if person.id in people:
            raise conflict()
        people[person.id] = None
        _happened(call, case, f"add{word}", **{word: quotes.person(person)})
        return data(quotes.person(person))

    @routes.delete(path)
    def delete(call: Call) -> Reply:
        case, person = _case(call), call.number("person")
        people: dict[int, None] = getattr(case, kind)
        if person not in people:
            raise not_found()
        del people[person]
        _happened(call, case, f"remove{word}", **{word: {"id": person}})
        return NOTHING


_person_routes("assignees", "assignee")
_person_routes("subjects", "subject")


@routes.put("/orgs/{org}/journey_instances/{instance}/tags/{tag}")
def put_tag(call: Call) -> Reply:
    """Put a tag on a case."""
    case, tag = _case(call), call.usable(call.state.tags, call.number("tag"))
    if tag.id in case.tags:
        raise conflict()
    case.tags[tag.id] = None
    _happened(call, case, "addtags", tags=[tag_row(call.state, tag)])
    return data(tag_row(call.state, tag))


@routes.delete("/orgs/{org}/journey_instances/{instance}/tags/{tag}")
def delete_tag(call: Call) -> Reply:
    """Take a tag off a case."""
    case, tag = _case(call), call.number("tag")
    if tag not in case.tags:
        raise not_found()
    del case.tags[tag]
    _happened(call, case, "removetags", tags=[{"id": tag}])
    return NOTHING


# --- steps and notes -----------------------------------------------------------------------------------------------------


def _milestone(call: Call) -> Milestone:
    for found in _case(call).milestones:
        if found.id == call.number("milestone"):
            return found
    raise not_found()


@routes.get("/orgs/{org}/journey_instances/{instance}/milestones")
def milestones(call: Call) -> Reply:
    """The case's steps."""
    return data([milestone_row(m) for m in _case(call).milestones])


@routes.get("/orgs/{org}/journey_instances/{instance}/milestones/{milestone}")
def milestone(call: Call) -> Reply:
    """One step."""
    return data(milestone_row(_milestone(call)))


@routes.patch("/orgs/{org}/journey_instances/{instance}/milestones/{milestone}")
def patch_milestone(call: Call) -> Reply:
    """Set a step's deadline, or say that it is done."""
    found = _milestone(call)
    times = {"deadline": bodies.optional(bodies.instant), "completed": bodies.optional(bodies.instant)}
    for name, value in bodies.take(call, times).items():
        setattr(found, name, value)
    _happened(call, _case(call), "updatemilestone", milestone=milestone_row(found))
    return data(milestone_row(found))


def _note_row(call: Call, note: JourneyNote) -> Row:
    return {
        "id": note.id,
        "text": note.text,
        "created": naive(note.created),
        "author": quotes.named(call.state, note.author),
        "files": [],
        "organization": quotes.organization(call.state, call.org),
    }


def _note(call: Call) -> JourneyNote:
    for found in _case(call).notes:
        if found.id == call.number("note"):
            return found
    raise not_found()


@routes.post("/orgs/{org}/journey_instances/{instance}/notes")
def make_note(call: Call) -> Reply:
    """Write a note on a case."""
    case, body = (
        _case(call),
        bodies.take(call, {"text": bodies.filled, "file_ids": bodies.ids}, required=("text",)),
    )
    made = JourneyNote(
        id=call.state.new_id("note"), text=body["text"], created=call.now, author=call.person_of_user()
    )
    case.notes.append(made)
    _happened(call, case, "addnote", note=_note_row(call, made))
    return data(_note_row(call, made), 201)


@routes.patch("/orgs/{org}/journey_instances/{instance}/notes/{note}")
def patch_note(call: Call) -> Reply:
    """Change a note."""
    found = _note(call)
    found.text = bodies.take(call, {"text": bodies.filled, "file_ids": bodies.ids}).get("text", found.text)
    return data(_note_row(call, found))


@routes.delete("/orgs/{org}/journey_instances/{instance}/notes/{note}")
def delete_note(call: Call) -> Reply:
    """Remove a note."""
    _case(call).notes.remove(_note(call))
    return NOTHING
