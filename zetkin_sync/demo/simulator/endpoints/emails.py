"""Emails: draft → aimed → locked → scheduled → processed (API.md §4.13, §3.1 "Email create→send")."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from zetkin_sync.demo.simulator import bodies, deliveries, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.mailing import config_row, theme_row
from zetkin_sync.demo.simulator.endpoints.queries import new_query, target_row
from zetkin_sync.demo.simulator.listing import listed
from zetkin_sync.demo.simulator.replies import (
    NOTHING,
    Reply,
    Row,
    conflict,
    data,
    invalid,
    not_found,
)
from zetkin_sync.demo.simulator.routes import Access, Routes
from zetkin_sync.demo.simulator.search import BadSpec, evaluate
from zetkin_sync.demo.simulator.times import offset
from zetkin_sync.demo.world.emails import Email, EmailRecipient, Link
from zetkin_sync.demo.world.state import State

routes = Routes()

_NEW = {
    "title": bodies.filled,
    "subject": bodies.optional(bodies.text),
    "content": bodies.optional(bodies.text),
    "campaign_id": bodies.optional(bodies.whole),
    "config_id": bodies.optional(bodies.whole),
    "theme_id": bodies.optional(bodies.whole),
    "reply_to": bodies.optional(bodies.text),
}
_CHANGE = {**_NEW, "locked": bodies.flag, "published": bodies.optional(bodies.instant)}
_REFERENCES = {"campaign_id": "campaigns", "config_id": "email_configs", "theme_id": "email_themes"}


def email_row(state: State, email: Email) -> Row:
    config = state.email_configs.get(email.config or 0)
    theme = state.email_themes.get(email.theme or 0)
    return {
        "id": email.id,
        "uuid": email.uuid,
        "title": email.title,
        "subject": email.subject,
        "content": email.content,
        "campaign": quotes.campaign(state, email.campaign),
        "organization": quotes.organization(state, email.organization),
        "config": config and config_row(state, config),
        "theme": theme and theme_row(theme),
        "reply_to": email.reply_to,
        "target": target_row(state.queries.get(email.target)),
        "locked": offset(email.locked),
        "published": offset(email.published),
        "processed": offset(email.processed),
    }


def recipient_row(state: State, email: Email, recipient: EmailRecipient) -> Row:
    """`error` and `email_address` are placeholders, `delivered` stays null (API.md §6.23)."""
    person = state.people.get(recipient.person)
    status = "opened" if recipient.opened else "sent" if recipient.sent else "pending"
    return {
        "id": recipient.id,
        "status": status,
        "sent": offset(recipient.sent),
        "delivered": None,
        "opened": offset(recipient.opened),
        "error": None,
        "email_address": None,
        "email": {"id": email.id, "title": email.title},
        "person": person and quotes.person(person),
    }


def link_row(state: State, link: Link) -> Row:
    email = state.emails[link.email]
    return {
        "id": link.id,
        "tag": link.tag,
        "url": link.url,
        "email": {"id": email.id, "title": email.title},
    }


def _email(call: Call) -> Email:
    return call.own(call.state.emails, "email")


# --- the life of an email --------------------------------------------------------------------------------------


@routes.get("/orgs/{org}/emails")
def emails(call: Call) -> Reply:
    """Every email of the organization; there is no filter by project (API.md §6.33)."""
    found = [e for e in call.state.emails.values() if e.organization == call.org]
    return listed(call, found, lambda e: email_row(call.state, e))


@routes.get("/orgs/{org}/campaigns/{campaign}/emails")
def emails_of_campaign(call: Call) -> Reply:
    """A project's emails."""
    project = call.own(call.state.campaigns, "campaign")
    found = [e for e in call.state.emails.values() if e.campaign == project.id]
    return listed(call, found, lambda e: email_row(call.state, e))


@routes.post("/orgs/{org}/emails")
def make_email(call: Call) -> Reply:
    """Make a draft, with a target query that finds nobody yet."""
    return _made(call, bodies.take(call, _NEW, required=("title",)))


@routes.post("/orgs/{org}/campaigns/{campaign}/emails")
def make_email_in_campaign(call: Call) -> Reply:
    """Make a draft in a project."""
    project = call.own(call.state.campaigns, "campaign")
    body = bodies.take(call, _NEW, required=("title",))
    return _made(call, {**body, "campaign_id": project.id})


def _made(call: Call, body: Row) -> Reply:
    state = call.state
    values = _stored(call, body)
    if "config" not in values:  # the server has a default sender (API.md §6.21)
        own = [c.id for c in state.email_configs.values() if c.organization == call.org]
        values["config"] = own[0] if own else None
    number = state.new_id("email")
    made = Email(
        id=number,
        organization=call.org,
        uuid=str(uuid.UUID(int=state.dice("email", number).getrandbits(128), version=4)),
        target=new_query(state, call.org, "email_target", []).id,
        **values,
    )
    state.emails[made.id] = made
    deliveries.read_links(state, made)
    return data(email_row(state, made), 201)


def _stored(call: Call, body: Row) -> Row:
    values: dict[str, Any] = {}
    for name, value in body.items():
        table = getattr(call.state, _REFERENCES[name]) if name in _REFERENCES else None
        if table is not None and value is not None and value not in table:
            raise invalid(name, f"No such {name.removesuffix('_id')}: {value}")
        values[name.removesuffix("_id")] = value
    return values


@routes.get("/orgs/{org}/emails/{email}", Access.PUBLIC)
def email(call: Call) -> Reply:
    """One email; strangers may read what has been sent."""
    found = _email(call)
    if found.processed is None and (call.user is None or call.state.role(call.user, call.org) is None):
        raise not_found()
    return data(email_row(call.state, found))


@routes.patch("/orgs/{org}/emails/{email}")
def patch_email(call: Call) -> Reply:
    """Change, lock, unlock, schedule or take back an email.

    `locked` is written as a boolean and read as a time. A scheduled email cannot be locked or unlocked; a
    processed one can only be published again if the policy says the worst.
    """
    found, body = _email(call), bodies.take(call, _CHANGE)
    locked, published = body.pop("locked", None), body.get("published")
    if locked is not None and found.published is not None:
        raise conflict("Cannot lock or unlock a scheduled email")
    if "published" in body:
        _check_publication(call, found, body.pop("published"))
        deliveries.schedule(call.state, found, published, call.now)
    for name, value in _stored(call, body).items():
        setattr(found, name, value)
    if locked is True and found.locked is None:
        found.locked = call.now
        found.targets = tuple(sorted(_targets(call, found)))
    elif locked is False:
        found.locked = found.targets = None
    deliveries.read_links(call.state, found)
    return data(email_row(call.state, found))


def _check_publication(call: Call, found: Email, published: datetime | None) -> None:
    """Once copies are on their way only the same time again is accepted, and nothing when all is done."""
    begun = found.processed is not None or (found.recipients and published != found.published)
    if begun and call.state.policy.republish == "refuse":
        raise conflict("Email has already been sent")


def _targets(call: Call, found: Email) -> set[int]:
    query = call.state.queries[found.target]
    try:
        return evaluate(call.state, call.org, query.filter_spec, now=call.now)[0]
    except BadSpec as problem:
        raise invalid("target", str(problem)) from None


@routes.delete("/orgs/{org}/emails/{email}")
def delete_email(call: Call) -> Reply:
    """Remove an email."""
    gone = _email(call)
    call.state.queries.pop(gone.target, None)
    del call.state.emails[gone.id]
    return NOTHING


@routes.post("/orgs/{org}/emails/{email}/preview")
def preview(call: Call) -> Reply:
    """Send a test copy to addresses that are given."""
    found = _email(call)
    body = bodies.take(call, {"recipients": bodies.sequence}, required=("recipients",))
    allowed = {"email": bodies.filled, "first_name": bodies.text, "last_name": bodies.text}
    for recipient in body["recipients"]:
        bodies.read(bodies.mapping("recipients", recipient), allowed, required=("email",))
    found.previews += len(body["recipients"])
    return data(body["recipients"])


# --- what became of it -------------------------------------------------------------------------------------------


@routes.get("/orgs/{org}/emails/{email}/stats")
def stats(call: Call) -> Reply:
    """Targets, blocked ones, sent, opened, clicked. Who is blocked changes until delivery."""
    found, state = _email(call), call.state
    targets = set(found.targets) if found.targets is not None else _targets(call, found)
    links = [link for link in state.links.values() if link.email == found.id]
    sent = [r for r in found.recipients.values() if r.sent is not None]
    return data(
        {
            "num_target_matches": len(_targets(call, found)),
            "num_locked_targets": None if found.targets is None else len(found.targets),
            "num_blocked": deliveries.blocked_counts(state, found.organization, targets),
            "num_sent": len(sent),
            "num_opened": sum(r.opened is not None for r in sent),
            "num_clicks": sum(len(link.clicks) for link in links),
            "num_clicks_by_link": {str(link.id): len(link.clicks) for link in links},
        }
    )


@routes.get("/orgs/{org}/emails/{email}/recipients")
def recipients(call: Call) -> Reply:
    """Every copy; none before delivery has begun."""
    found = _email(call)
    return listed(call, list(found.recipients.values()), lambda r: recipient_row(call.state, found, r))


@routes.get("/orgs/{org}/emails/{email}/links")
def links(call: Call) -> Reply:
    """The links in the text."""
    found = _email(call)
    return listed(
        call,
        [link for link in call.state.links.values() if link.email == found.id],
        lambda link: link_row(call.state, link),
    )
