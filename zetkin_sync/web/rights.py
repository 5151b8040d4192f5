"""From a login to what somebody may: Zetkin's roles and accounts, as access.toml translates them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from zetkin_sync.configuration import Configuration, Role, User
from zetkin_sync.language import say
from zetkin_sync.ports import LoggedIn, Login
from zetkin_sync.privacy import decrypt, encrypt
from zetkin_sync.records import WebSession
from zetkin_sync.runner import Installation
from zetkin_sync.store import logins
from zetkin_sync.web.refusals import Refusal

ZETKIN, ACCOUNT, LOCAL = "user:", "account:", "local:"


@dataclass(frozen=True)
class Viewer:
    """Somebody who is logged in. `grants` is organization → role; a role at the root holds in every unit."""

    who: str
    grants: Mapping[int, Role]
    level: int

    @classmethod
    def of(cls, session: WebSession) -> Viewer:
        assert session.who is not None
        grants = {int(unit): Role(role) for unit, role in json.loads(session.grants).items()}
        return cls(session.who, grants, session.level)

    def may(self, role: Role, unit: int, *, root: int) -> bool:
        return max(self.grants.get(unit, 0), self.grants.get(root, 0)) >= role

    @property
    def sees_names(self) -> bool:
        """Only a login at Zetkin with a second factor: what is shown is what Zetkin shows that person."""
        return self.who.startswith(ZETKIN) and self.level >= 2


def granted(configuration: Configuration, roles: Mapping[int, str]) -> dict[int, Role]:
    """What roles in Zetkin give in a district; foreign organizations and mere members get nothing."""
    rules = configuration.access.zetkin
    found: dict[int, Role] = {}
    for organization in configuration.titles:
        table = rules.district if organization == configuration.root else rules.association
        role = table.get(roles.get(organization, ""))  # type: ignore[call-overload]
        if role is not None:
            found[organization] = role
    return found


def grants_of(user: User, configuration: Configuration) -> dict[int, Role]:
    """What an account may."""
    unit = configuration.root
    if user.unit is not None:
        unit = next(i for i, title in configuration.titles.items() if title == user.unit)
    return {unit: user.role}


def of_account(configuration: Configuration, viewer: Viewer) -> Viewer | None:
    """The viewer with what the configuration says now; None when the account is gone."""
    if viewer.who.startswith(LOCAL):
        return viewer
    user = configuration.access.user(viewer.who.removeprefix(ACCOUNT))
    return None if user is None else replace(viewer, grants=grants_of(user, configuration))


def enter(
    installation: Installation,
    session: WebSession,
    *,
    who: str,
    name: str,
    grants: Mapping[int, Mapping[int, Role]],
    level: int,
    token: str | None = None,
) -> tuple[str, WebSession]:
    """Log somebody in, into the first of their districts. Raises Refusal 403 when they have none.

    `grants` is district → organization → role. The session is a new one.
    """
    mine = {district: found for district, found in grants.items() if found}
    if not mine:
        logins.drop_calendar_links(installation.store, who=who)
        raise Refusal(
            403,
            say("You have no role in this district."),
            say("Organizers and admins of the district or its associations are let in; members are not."),
        )
    district = session.district if session.district in mine else next(iter(mine))
    key = installation.settings.key
    for each in mine:
        sealed = encrypt(key, name, place=f"actor.name.{who}")
        logins.remember(installation.store, district=each, who=who, name=sealed)
    return logins.rotate(
        installation.store,
        session,
        district=district,
        who=who,
        grants=_json(mine),
        level=level,
        token=None if token is None else encrypt(key, token, place=f"web_session.token.{who}"),
        checked=installation.store.now(),
    )


def _json(mine: Mapping[int, Mapping[int, Role]]) -> str:
    return json.dumps({unit: int(role) for found in mine.values() for unit, role in found.items()})


def enter_from_zetkin(
    installation: Installation, session: WebSession, person: LoggedIn
) -> tuple[str, WebSession]:
    """Log in whom Zetkin knows."""
    return enter(
        installation,
        session,
        who=f"{ZETKIN}{person.user}",
        name=person.name,
        grants={c.root: granted(c, person.roles) for c in installation.configurations},
        level=person.level,
        token=person.token,
    )


def token_of(installation: Installation, session: WebSession) -> str | None:
    """The viewer's own access to Zetkin."""
    if session.token is None:
        return None
    return decrypt(installation.settings.keys, session.token, place=f"web_session.token.{session.who}")


def refreshed(installation: Installation, session: WebSession, *, login: Login | None) -> Viewer:
    """Ask Zetkin for the roles anew and keep them. Raises a Trouble when they cannot be known or are gone."""
    token = token_of(installation, session)
    if login is None or token is None:
        raise Refusal(403, say("The login at Zetkin has run out."), say("Log in again."))
    person = login.again(token)
    grants = {c.root: granted(c, person.roles) for c in installation.configurations}
    mine = {district: found for district, found in grants.items() if found}
    if session.district not in mine or session.who != f"{ZETKIN}{person.user}":
        logins.drop_calendar_links(installation.store, district=session.district, who=session.who)
        raise Refusal(403, say("You have no role in this district."), say("Log in again."))
    values = {
        "grants": _json(mine),
        "level": person.level,
        "checked": installation.store.now(),
        "token": encrypt(installation.settings.key, person.token, place=f"web_session.token.{session.who}"),
    }
    logins.change(installation.store, session.id, **values)
    for name, value in values.items():
        setattr(session, name, value)
    return Viewer.of(session)
