"""User accounts and their memberships; a user's id is not their person id (API.md §1.7, §4.9)."""

from __future__ import annotations

from zetkin_sync.demo.simulator import quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.events import event_row
from zetkin_sync.demo.simulator.listing import filtered, listed, listed_v2
from zetkin_sync.demo.simulator.replies import NOTHING, Reply, Row, data, forbidden, item_v2, not_found
from zetkin_sync.demo.simulator.routes import Access, Routes
from zetkin_sync.demo.simulator.times import precise, spaced
from zetkin_sync.demo.world.organizations import User
from zetkin_sync.demo.world.state import State

routes = Routes()
users_v2 = Routes()


def user_row(user: User) -> Row:
    return {
        "id": user.id,
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "email_is_verified": user.email_is_verified,
        "phone": user.phone,
        "phone_is_verified": user.phone_is_verified,
        "is_verified": user.email_is_verified or user.phone_is_verified,
        "is_superuser": user.is_superuser,
        "lang": user.lang,
        "joined": spaced(user.joined),
        "last_login": spaced(user.joined),
    }


def membership(state: State, organization: int, person: int) -> Row:
    """A person's link to an organization; `inherited` when the role comes from above."""
    link = state.connection(organization, person)
    own = state.organizations[organization].officials.get(person)
    above = [state.organizations[o].officials.get(person) for o in state.ancestors(organization)]
    inherited = next((role for role in above if role), None)
    return {
        "organization": quotes.organization(state, organization),
        "profile": quotes.named(state, person),
        "role": own or inherited,
        "follow": link is not None and link.follow,
        "inherited": own is None and (inherited is not None or link is None),
    }


def me(call: Call) -> User:
    """The user in the path: `me` or one's own id; anybody else is forbidden."""
    user = call.signed_in
    if call.path["user"] not in ("me", str(user.id)):
        raise forbidden()
    return user


def _memberships(call: Call) -> list[Row]:
    user, state = me(call), call.state
    found: list[Row] = []
    for organization in state.organizations.values():
        person = user.people.get(state.root_of(organization.id))
        if person is None:
            continue
        if state.connected(organization.id, person) or state.role(user, organization.id):
            found.append(membership(state, organization.id, person))
    return found


@routes.get("/users/{user}", Access.USER)
def user(call: Call) -> Reply:
    """One's own account."""
    return data(user_row(me(call)))


@routes.get("/users/{user}/memberships", Access.USER)
def memberships(call: Call) -> Reply:
    """The organizations one belongs to, with the person id and role there."""
    return data(_memberships(call))


@routes.get("/users/{user}/memberships/{org}", Access.USER)
def one_membership(call: Call) -> Reply:
    """One's membership of an organization; 404 where there is none."""
    for row in _memberships(call):
        if row["organization"]["id"] == call.org:
            return data(row)
    raise not_found()


@routes.get("/users/{user}/following", Access.USER)
def following(call: Call) -> Reply:
    """The organizations one follows."""
    return data([row for row in _memberships(call) if row["follow"]])


@routes.put("/users/{user}/following/{org}", Access.USER)
def follow(call: Call) -> Reply:
    """Follow an organization one belongs to."""
    return _follow(call, follow=True)


@routes.delete("/users/{user}/following/{org}", Access.USER)
def unfollow(call: Call) -> Reply:
    """Stop following."""
    return _follow(call, follow=False)


def _follow(call: Call, *, follow: bool) -> Reply:
    user = me(call)
    person = user.people.get(call.state.root_of(call.org), 0)
    link = call.state.connection(call.org, person)
    if link is None:
        raise not_found()
    link.follow = follow
    return NOTHING


@routes.get("/users/{user}/actions", Access.USER)
def booked_actions(call: Call) -> Reply:
    """The events one is booked on."""
    mine = set(me(call).people.values())
    found = [e for e in call.state.events.values() if mine & e.participants.keys()]
    found = filtered(call, found, {"end_time": lambda e: e.ends})
    return listed(call, found, lambda e: event_row(call.state, e))


@users_v2.get("/orgs/{org}/users")
def connected_users(call: Call) -> Reply:
    """The user accounts connected to an organization."""
    return listed_v2(call, _connected(call), _connected_row)


@users_v2.get("/orgs/{org}/users/{user}")
def connected_user(call: Call) -> Reply:
    """One of them."""
    for found in _connected(call):
        if found.id == call.number("user"):
            return item_v2(_connected_row(found))
    raise not_found()


@users_v2.get("/session", Access.USER)
def session_v2(call: Call) -> Reply:
    """Who is signed in."""
    assert call.token is not None
    return item_v2(
        {
            "created": precise(call.token.created),
            "level": call.token.level,
            "user_id": call.token.user,
            "factors": list(call.token.factors),
        }
    )


def _connected(call: Call) -> list[User]:
    root = call.state.root_of(call.org)
    return [u for u in call.state.users.values() if call.state.connected(call.org, u.people.get(root, 0))]


def _connected_row(user: User) -> Row:
    return {
        "id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "phone": user.phone,
    }
