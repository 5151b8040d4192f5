"""Journeys: kinds of cases and their milestones (API.md §4.15)."""

from __future__ import annotations

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.listing import listed
from zetkin_sync.demo.simulator.replies import NOTHING, Reply, Row, data, not_found
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.simulator.times import naive
from zetkin_sync.demo.world.journeys import Journey, Milestone
from zetkin_sync.demo.world.state import State

routes = Routes()

_JOURNEY = {
    "title": bodies.filled,
    "description": bodies.text,
    "singular_label": bodies.text,
    "plural_label": bodies.text,
    "opening_note_template": bodies.text,
}
_MILESTONE = {"title": bodies.filled, "description": bodies.text}


def journey_row(state: State, journey: Journey) -> Row:
    cases = [i for i in state.instances.values() if i.journey == journey.id]
    return {
        "id": journey.id,
        "title": journey.title,
        "description": journey.description,
        "singular_label": journey.singular_label,
        "plural_label": journey.plural_label,
        "opening_note_template": journey.opening_note_template,
        "stats": {
            "open": sum(case.closed is None for case in cases),
            "closed": sum(case.closed is not None for case in cases),
        },
        "organization": quotes.organization(state, journey.organization),
    }


def milestone_row(milestone: Milestone) -> Row:
    return {
        "id": milestone.id,
        "title": milestone.title,
        "description": milestone.description,
        "completed": naive(milestone.completed),
        "deadline": naive(milestone.deadline),
    }


def own_journey(call: Call) -> Journey:
    return call.own(call.state.journeys, "journey")


@routes.get("/orgs/{org}/journeys")
def journeys(call: Call) -> Reply:
    """The kinds of cases."""
    found = [j for j in call.state.journeys.values() if j.organization == call.org]
    return listed(call, found, lambda j: journey_row(call.state, j))


@routes.post("/orgs/{org}/journeys")
def make_journey(call: Call) -> Reply:
    """Make a kind of case."""
    body = bodies.take(call, _JOURNEY, required=("title",))
    made = Journey(id=call.state.new_id("journey"), organization=call.org, **body)
    call.state.journeys[made.id] = made
    return data(journey_row(call.state, made), 201)


@routes.get("/orgs/{org}/journeys/{journey}")
def journey(call: Call) -> Reply:
    """One kind of case."""
    return data(journey_row(call.state, own_journey(call)))


@routes.patch("/orgs/{org}/journeys/{journey}")
def patch_journey(call: Call) -> Reply:
    """Change a kind of case."""
    found = own_journey(call)
    for name, value in bodies.take(call, _JOURNEY).items():
        setattr(found, name, value)
    return data(journey_row(call.state, found))


@routes.delete("/orgs/{org}/journeys/{journey}")
def delete_journey(call: Call) -> Reply:
    """Remove a kind of case and its cases."""
    gone = own_journey(call).id
    for number in [i.id for i in call.state.instances.values() if i.journey == gone]:
        del call.state.instances[number]
    del call.state.journeys[gone]
    return NOTHING


@routes.get("/orgs/{org}/journeys/{journey}/milestones")
def milestones(call: Call) -> Reply:
    """The steps a new case gets."""
    return data([milestone_row(m) for m in own_journey(call).milestones])


@routes.post("/orgs/{org}/journeys/{journey}/milestones")
def make_milestone(call: Call) -> Reply:
    """Add a step."""
    found = own_journey(call)
    body = bodies.take(call, _MILESTONE, required=("title",))
    made = Milestone(id=call.state.new_id("milestone"), **body)
    found.milestones.append(made)
    return data(milestone_row(made), 201)


@routes.get("/orgs/{org}/journeys/{journey}/milestones/{milestone}")
def milestone(call: Call) -> Reply:
    """One step."""
    return data(milestone_row(_milestone(call)))


@routes.patch("/orgs/{org}/journeys/{journey}/milestones/{milestone}")
def patch_milestone(call: Call) -> Reply:
    """Change a step."""
    found = _milestone(call)
    for name, value in bodies.take(call, _MILESTONE).items():
        setattr(found, name, value)
    return data(milestone_row(found))


@routes.delete("/orgs/{org}/journeys/{journey}/milestones/{milestone}")
def delete_milestone(call: Call) -> Reply:
    """Remove a step."""
    own_journey(call).milestones.remove(_milestone(call))
    return NOTHING


def _milestone(call: Call) -> Milestone:
    for found in own_journey(call).milestones:
        if found.id == call.number("milestone"):
            return found
    raise not_found()
