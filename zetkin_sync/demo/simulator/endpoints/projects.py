"""Projects ("campaigns") and event types ("activities") (API.md §4.7, §4.8)."""

from __future__ import annotations

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.listing import listed
from zetkin_sync.demo.simulator.replies import NOTHING, Reply, Row, data, invalid
from zetkin_sync.demo.simulator.routes import Access, Routes
from zetkin_sync.demo.world.events import Activity, Campaign
from zetkin_sync.demo.world.state import State

routes = Routes()

_CAMPAIGN = {
    "title": bodies.filled,
    "info_text": bodies.optional(bodies.text),
    "manager_id": bodies.optional(bodies.whole),
    "cover_file_id": bodies.optional(bodies.whole),
    "visibility": bodies.one_of("hidden", "open"),
    "published": bodies.flag,
    "archived": bodies.flag,
}
_ACTIVITY = {"title": bodies.filled, "info_text": bodies.optional(bodies.text)}


def campaign_row(state: State, record: Campaign) -> Row:
    return {
        "id": record.id,
        "title": record.title,
        "info_text": record.info_text,
        "color": "",
        "archived": record.archived,
        "published": record.published,
        "visibility": record.visibility,
        "manager": quotes.named(state, record.manager),
        "cover_file": quotes.file(state, record.cover_file),
        "organization": quotes.organization(state, record.organization),
    }


def activity_row(state: State, record: Activity) -> Row:
    return {
        "id": record.id,
        "title": record.title,
        "info_text": record.info_text,
        "organization": quotes.organization(state, record.organization),
    }


def is_public(record: Campaign) -> bool:
    """May anybody see the project?"""
    return record.published and not record.archived and record.visibility == "open"


@routes.get("/orgs/{org}/campaigns", Access.PUBLIC)
def campaigns(call: Call) -> Reply:
    """The projects; strangers see the public ones."""
    found = [c for c in call.state.campaigns.values() if c.organization in call.scope]
    if not may_organize(call):
        found = [c for c in found if is_public(c)]
    return listed(call, found, lambda c: campaign_row(call.state, c))


def may_organize(call: Call) -> bool:
    """Is the sender an organizer or admin here?"""
    return call.user is not None and call.state.role(call.user, call.org) is not None


@routes.post("/orgs/{org}/campaigns")
def make_campaign(call: Call) -> Reply:
    """Make a project."""
    body = _stored(call, bodies.take(call, _CAMPAIGN, required=("title",)))
    made = Campaign(id=call.state.new_id("campaign"), organization=call.org, **body)
    call.state.campaigns[made.id] = made
    return data(campaign_row(call.state, made), 201)


def _stored(call: Call, body: Row) -> Row:
    for written, kept in (("manager_id", "manager"), ("cover_file_id", "cover_file")):
        if written in body:
            body[kept] = body.pop(written)
    if body.get("manager") is not None and body["manager"] not in call.state.people:
        raise invalid("manager_id", f"No person {body['manager']}")
    return body


@routes.get("/orgs/{org}/campaigns/{campaign}", Access.PUBLIC)
def campaign(call: Call) -> Reply:
    """One project."""
    return data(campaign_row(call.state, call.own(call.state.campaigns, "campaign")))


@routes.patch("/orgs/{org}/campaigns/{campaign}")
def patch_campaign(call: Call) -> Reply:
    """Change a project."""
    found = call.own(call.state.campaigns, "campaign")
    for name, value in _stored(call, bodies.take(call, _CAMPAIGN)).items():
        setattr(found, name, value)
    call.state.forget_all()
    return data(campaign_row(call.state, found))


@routes.delete("/orgs/{org}/campaigns/{campaign}")
def delete_campaign(call: Call) -> Reply:
    """Remove a project; its events stand alone afterwards."""
    gone = call.own(call.state.campaigns, "campaign")
    for event in call.state.events.values():
        event.campaign = None if event.campaign == gone.id else event.campaign
    del call.state.campaigns[gone.id]
    call.state.forget_all()
    return NOTHING


# --- event types -----------------------------------------------------------------------------------------------


@routes.get("/orgs/{org}/activities")
def activities(call: Call) -> Reply:
    """The event types."""
    found = [a for a in call.state.activities.values() if a.organization in call.scope]
    return listed(call, found, lambda a: activity_row(call.state, a))


@routes.post("/orgs/{org}/activities")
def make_activity(call: Call) -> Reply:
    """Make an event type."""
    body = bodies.take(call, _ACTIVITY, required=("title",))
    made = Activity(id=call.state.new_id("activity"), organization=call.org, **body)
    call.state.activities[made.id] = made
    return data(activity_row(call.state, made), 201)


@routes.get("/orgs/{org}/activities/{activity}")
def activity(call: Call) -> Reply:
    """One event type, of this organization or one above."""
    return data(activity_row(call.state, call.usable(call.state.activities, call.number("activity"))))


@routes.patch("/orgs/{org}/activities/{activity}")
def patch_activity(call: Call) -> Reply:
    """Change an event type."""
    found = call.own(call.state.activities, "activity")
    for name, value in bodies.take(call, _ACTIVITY).items():
        setattr(found, name, value)
    call.state.forget_all()
    return data(activity_row(call.state, found))


@routes.delete("/orgs/{org}/activities/{activity}")
def delete_activity(call: Call) -> Reply:
    """Remove an event type."""
    gone = call.own(call.state.activities, "activity")
    for event in call.state.events.values():
        event.activity = None if event.activity == gone.id else event.activity
    del call.state.activities[gone.id]
    call.state.forget_all()
    return NOTHING
