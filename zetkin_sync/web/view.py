"""One request as a page sees it: who asks, about which district, in which language; refused before the page runs."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, cast

from fastapi import Depends, Request

from zetkin_sync.configuration import Configuration, Role
from zetkin_sync.errors import ConfigError, Temporary, Trouble
from zetkin_sync.language import Language, Message, say
from zetkin_sync.privacy import decrypt
from zetkin_sync.records import WebSession
from zetkin_sync.runner import Installation
from zetkin_sync.store import logins
from zetkin_sync.store.engine import Store
from zetkin_sync.web.authorization import BY_FUNCTION, Of, Row
from zetkin_sync.web.journal import note
from zetkin_sync.web.network import network
from zetkin_sync.web.origin import Origin
from zetkin_sync.web.refusals import NotLoggedIn, Refusal, forbidden, not_found
from zetkin_sync.web.rights import ZETKIN, Viewer, of_account, refreshed

STALE = timedelta(hours=1)
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_asking = threading.Lock()  # one thread at a time renews a token that works a single time


@dataclass
class View:
    """What a page is made from. A page of a table marked `Of.NOBODY` may have no viewer."""

    request: Request
    installation: Installation
    configuration: Configuration
    language: Language
    now: datetime
    row: Row
    session: WebSession | None = None
    viewer: Viewer | None = None
    new_cookie: str | None = None
    ended_elsewhere: bool = False
    _names: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.installation.store

    @property
    def district(self) -> int:
        return self.configuration.root

    @property
    def me(self) -> Viewer:
        """Who asks; only where the table lets nobody else in."""
        assert self.viewer is not None
        return self.viewer

    def say(self, message: Message | str) -> str:
        return self.language.say(message)

    def may(self, role: Role, unit: int | None = None) -> bool:
        """May the viewer do this in a unit (the district when none is given)?"""
        return self.viewer is not None and self.viewer.may(
            role, self.district if unit is None else unit, root=self.district
        )

    @property
    def units(self) -> tuple[int, ...]:
        """The units that the viewer sees, in the district's order; all of them for the district's own."""
        known = tuple(a.id for a in self.configuration.associations)
        return known if self.may(Role.VIEWER) else tuple(u for u in known if self.may(Role.VIEWER, u))

    def unit(self, asked: int | None = None) -> int:
        """The unit that a page is about: the one asked for, else the district, else the viewer's first.

        Raises Refusal 404 for a unit that the viewer does not see: another's looks like one that is not there.
        """
        if asked is None:
            return self.district if self.may(Role.VIEWER) else self.units[0]
        if asked not in self.units:
            raise (
                self.not_theirs(f"organization:{asked}")
                if asked in self.configuration.titles
                else not_found()
            )
        return asked

    def not_theirs(self, subject: str) -> Refusal:
        """Another unit's: it looks like what is not there, and that it was asked for is noted."""
        note(self, "refused", why_code="other_unit", subject=subject)
        return not_found()

    @property
    def districts(self) -> list[tuple[int, str]]:
        """The districts of this installation in which the viewer has a role."""
        return [
            (root, c.district.title)
            for root, c in self.installation.by_root.items()
            if any(self.me.may(Role.VIEWER, u, root=root) for u in c.titles)
        ]

    def request_id(self) -> str:
        """A number of its own for a form, so that sending it twice does it once."""
        return secrets.token_hex(8)

    def title(self, unit: int) -> str:
        """What an organization is called."""
        return self.configuration.titles.get(unit, str(unit))

    def named(self, who: str | None) -> str:
        """What somebody who acts is called; the clock when it was nobody."""
        if who is None:
            return self.say("the clock")
        if who not in self._names:
            self._names[who] = self._name(who)
        return self._names[who]

    def _name(self, who: str) -> str:
        kind, _, name = who.partition(":")
        sealed = self._actors.get(who)
        if sealed is None:
            return name or kind
        try:
            return decrypt(self.installation.settings.keys, sealed, place=f"actor.name.{who}")
        except ConfigError:
            return name

    @cached_property
    def _actors(self) -> Mapping[str, str]:
        return logins.actors(self.store, district=self.district)


async def read_form(request: Request) -> None:
    """The token and the unit that a form carries, read before its function is looked at."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "POST" and kind in _FORMS:
        form = await request.form()
        request.state.form_token = _text(form.get("csrf"))
        request.state.form_unit = _text(form.get("unit"))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def view_of(request: Request, _form: Annotated[None, Depends(read_form)]) -> View:
    """Look at who asks and whether they may. Raises Refusal, or NotLoggedIn when a login may help."""
    state = request.app.state
    installation: Installation = state.installation()
    row = row_of(request)
    secret = request.cookies.get(state.origin.cookie)
    session = logins.look(installation.store, secret) if secret else None
    view = View(
        request=request,
        installation=installation,
        configuration=_district(installation, session),
        language=Language("sv"),
        now=installation.store.now(),
        row=row,
        session=session,
    )
    view.language = _language(view)
    request.state.view = view
    if session is not None and session.who is not None:
        if _is_elsewhere(view, session):
            _end(view, session)
        else:
            view.viewer = Viewer.of(session)
    _check_sender(view)
    if row.role is None:
        return view
    if view.viewer is None:
        raise NotLoggedIn(elsewhere=view.ended_elsewhere)
    _look_again(view)
    _authorize(view)
    return view


def _is_elsewhere(view: View, session: WebSession) -> bool:
    """Does the cookie come from another network than the one that its owner logged in on?"""
    keys = view.installation.settings.keys
    return session.network not in [network(view.request, key) for key in keys]


def _end(view: View, session: WebSession) -> None:
    """A cookie that turns up elsewhere may be stolen: the login is over for whoever holds it.

    Of a login from before networks were kept nobody knows; it is over without a word.
    """
    if session.network is not None:
        note(view, "refused", why_code="other_network", who=session.who)
        view.ended_elsewhere = True
    logins.end(view.store, session.id)
    view.session = None


def row_of(request: Request) -> Row:
    """The table's row of the function that was found. Raises Refusal when it has none: deny by default."""
    route = request.scope["route"]
    row = getattr(route.endpoint, "row", None)
    if row is None:
        module = route.endpoint.__module__.rpartition(".")[2]
        row = BY_FUNCTION.get((module, route.endpoint.__name__))
    if row is None:
        raise forbidden()
    return cast(Row, row)


def _district(installation: Installation, session: WebSession | None) -> Configuration:
    found = installation.by_root.get(session.district) if session else None
    return found or installation.configurations[0]


def _language(view: View) -> Language:
    zone = view.configuration.district.zone
    chosen = view.session.language if view.session else None
    if chosen is None:
        asked = view.request.headers.get("accept-language", "").lower()
        first = next((p.strip()[:2] for p in asked.split(",") if p.strip()[:2] in ("sv", "en")), None)
        chosen = first or view.configuration.district.language
    return Language(chosen, zone)


def _check_sender(view: View) -> None:
    """A form comes from our own page (Sec-Fetch-Site, else Origin) and carries its session's token."""
    request = view.request
    if request.method in ("GET", "HEAD") or view.row.of is Of.OUTSIDE:
        return
    origin: Origin = request.app.state.origin
    if not origin.is_ours(request.headers):
        note(view, "refused", why_code="cross_site")
        raise Refusal(
            403,
            say("The form did not come from this page; nothing was done."),
            say("Open the page and do it there."),
        )
    token = getattr(request.state, "form_token", None)
    if view.session is None or token is None or not origin.same(token, view.session.csrf):
        note(view, "refused", why_code="form_token")
        raise Refusal(
            403,
            say("The page had been open too long, or was sent twice; nothing was done."),
            say("Go back, load the page anew and try again."),
        )


def _look_again(view: View) -> None:
    """Roles are withdrawn at Zetkin too: asked for again every hour, and before every decision."""
    session = view.session
    assert session is not None
    if not (session.who or "").startswith(ZETKIN):
        assert view.viewer is not None
        view.viewer = of_account(view.configuration, view.viewer)
        return
    oldest = timedelta(seconds=5) if view.row.fresh else STALE
    if session.checked is not None and view.now - session.checked < oldest:
        return
    with _asking:
        newest = logins.look(view.store, view.request.cookies[view.request.app.state.origin.cookie])
        if newest is None:
            raise NotLoggedIn
        if newest.checked is not None and view.now - newest.checked < oldest:
            view.session, view.viewer = newest, Viewer.of(newest)
            return
        try:
            view.viewer = refreshed(view.installation, newest, login=view.request.app.state.login)
        except Temporary:
            if view.row.fresh or view.request.method != "GET":
                note(view, "refused", why_code="zetkin_down")
                raise
        except Trouble:
            logins.end(view.store, newest.id)
            raise NotLoggedIn from None


def _authorize(view: View) -> None:
    row, viewer = view.row, view.viewer
    assert row.role is not None
    if viewer is None:
        raise NotLoggedIn
    if row.of is Of.DISTRICT:
        allowed = view.may(row.role)
    elif row.of is Of.UNIT:
        allowed = view.may(row.role, _asked_unit(view))
    else:
        allowed = any(view.may(row.role, unit) for unit in (view.district, *viewer.grants))
    if not allowed:
        note(view, "refused", why_code="role")
        raise forbidden()
    if viewer.level < row.level:
        note(view, "refused", why_code="level")
        raise Refusal(
            403, say("This needs a login with a second factor."), say("Log out and log in again with a code.")
        )


def _asked_unit(view: View) -> int | None:
    asked: Any = view.request.path_params.get("unit", getattr(view.request.state, "form_unit", None))
    if asked is None or asked == "":
        return None
    if not str(asked).isdigit() or int(asked) not in view.configuration.titles:
        raise forbidden()
    return int(asked)


Viewed = Annotated[View, Depends(view_of)]
