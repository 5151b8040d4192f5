"""The organizations, another tree beside them, and the accounts that may log in."""

from __future__ import annotations

from datetime import timedelta

from zetkin_sync.demo.district.catalogue import CLOSED, DISTRICT_TITLE, slug
from zetkin_sync.demo.district.plan import (
    CLIENT_ID,
    CLIENT_SECRET,
    GRANT,
    LOGIN_CLIENT_ID,
    LOGIN_CLIENT_SECRET,
    Building,
)
from zetkin_sync.demo.world.organizations import ApiKey, Client, Organization, User
from zetkin_sync.demo.world.people import Person

_APART = 8  # at most one member in so many has an account

FOREIGN_TITLE = "Främmande exempelförbundet"


def add_organizations(building: Building) -> None:
    """The district, its associations by title, and a foreign organization."""
    state = building.state
    root = Organization(
        id=1,
        title=DISTRICT_TITLE,
        slug="exempeldistriktet",
        email="expeditionen@distriktet.example.org",
        is_open=False,
    )
    state.organizations[root.id] = root
    building.root = building.ids[DISTRICT_TITLE] = root.id
    dice = building.dice("organizations")
    for entry in building.associations:
        made = Organization(
            id=state.new_id("organization"),
            title=entry.title,
            slug=slug(entry.title),
            parent=building.ids[entry.parent] if entry.parent else root.id,
            email=f"{slug(entry.title)}@foreningar.example.org" if dice.random() < 0.9 else None,
            closed=entry.title == CLOSED,
        )
        state.organizations[made.id] = made
        building.ids[entry.title] = made.id
    foreign = Organization(id=state.new_id("organization"), title=FOREIGN_TITLE, slug="frammande")
    state.organizations[foreign.id] = foreign
    building.ids[FOREIGN_TITLE] = foreign.id


def add_accounts(building: Building) -> None:
    """Clients, the service's own account with its key, and people who may log in to the page.

    A user's id is never their person id. There are admins, an organizer, ordinary members and the admin of
    a foreign organization.
    """
    state, root = building.state, building.root
    state.clients[CLIENT_ID] = Client(id=CLIENT_ID, title="zetkin_sync", secret=CLIENT_SECRET)
    state.clients[LOGIN_CLIENT_ID] = Client(
        id=LOGIN_CLIENT_ID,
        title="zetkin_sync, the organizers' page",
        secret=LOGIN_CLIENT_SECRET,
        redirect_uris=("http://127.0.0.1/", "http://localhost/"),
    )
    service = _account(building, "zetkin-sync", "Zetkin", "Synk", root, role="admin")
    state.api_keys[1] = ApiKey(id=1, user=service.id, client=CLIENT_ID, grant=GRANT)
    _account(building, "admin", "Ada", "Adminsson", root, role="admin")
    _account(building, "admin2", "Bo", "Beslutsson", root, role="admin")
    _account(building, "organizer", "Olga", "Organisera", root, role="organizer")
    _account(building, "member", "Mira", "Medlem", root, role=None)
    _account(building, "foreign", "Frej", "Främmande", building.ids[FOREIGN_TITLE], role="admin")
    dice = building.dice("officials")
    for entry in building.associations:
        if dice.random() < 0.88:
            home = building.ids[entry.title]
            person = next(iter(state.members(home)), None)
            if person is not None:
                state.organizations[home].officials[person] = "organizer"
    for person in state.members(root)[:: max(_APART, len(state.members(root)) // 60)]:
        record = state.people[person]
        if record.user is None:
            _connect_account(building, record, f"user{record.id}")


def _account(
    building: Building, username: str, first: str, last: str, organization: int, *, role: str | None
) -> User:
    """An account with its person record in one organization."""
    state = building.state
    person = Person(
        id=state.new_id("person"),
        root=state.root_of(organization),
        first_name=first,
        last_name=last,
        email=f"{username}@example.org",
    )
    state.people[person.id] = person
    state.connect(organization, person.id)
    if role is not None:
        state.organizations[organization].officials[person.id] = role
    return _connect_account(building, person, username)


def _connect_account(building: Building, person: Person, username: str) -> User:
    state = building.state
    user = User(
        id=state.new_id("user"),
        username=username,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email or f"{username}@example.org",
        joined=building.ago(400) + timedelta(seconds=person.id),
        people={person.root: person.id},
    )
    state.users[user.id] = user
    person.user = user.id
    return user
