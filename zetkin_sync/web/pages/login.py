"""Logging in and out: by Zetkin, by a mailed link and a code, or on this machine while developing."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from zetkin_sync.configuration import Role
from zetkin_sync.errors import Temporary
from zetkin_sync.language import say
from zetkin_sync.records import WebSession
from zetkin_sync.settings import is_loopback
from zetkin_sync.store import logins
from zetkin_sync.web import accounts, rights
from zetkin_sync.web.journal import note
from zetkin_sync.web.network import network
from zetkin_sync.web.origin import Origin
from zetkin_sync.web.refusals import Refusal, not_found
from zetkin_sync.web.rendering import keep_pending, page, redirect, with_session
from zetkin_sync.web.view import View, Viewed

router = APIRouter()
_BACK = "/login/zetkin/back"


@router.get("/login")
def ask(
    view: Viewed,
    next: Annotated[str, Query(max_length=500)] = "/",  # noqa: A002
    why: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """How do you want to log in? `why` says that the login was ended because its cookie came from elsewhere."""
    if view.viewer is not None:
        return redirect(view, _inside(next))
    with_session(view)
    keep_pending(view, {**logins.pending_of(_session(view)), "next": _inside(next)})
    state = view.request.app.state
    return page(
        view,
        "login.html.j2",
        elsewhere=why == "elsewhere",
        by_zetkin=state.login is not None,
        by_link=any(c.access.users for c in view.installation.configurations),
        locally=_is_local(view),
    )


@router.get("/login/zetkin")
def go_to_zetkin(view: Viewed) -> Response:
    """Send the browser to Zetkin's own login page. By a link: a form may lead to our own addresses only."""
    login = view.request.app.state.login
    if login is None:
        raise not_found()
    with_session(view)
    state = secrets.token_urlsafe(24)
    keep_pending(view, {**logins.pending_of(_session(view)), "state": state})
    return redirect(view, login.address(back=_address(view, _BACK), state=state))


@router.get(_BACK)
def back_from_zetkin(
    view: Viewed,
    code: Annotated[str, Query(max_length=2000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The browser comes back with a code: who is it, and have they a role here?"""
    login = view.request.app.state.login
    pending = logins.pending_of(view.session) if view.session else {}
    kept = pending.pop("state", None)
    if login is None or view.session is None or not kept or not Origin.same(state, kept):
        note(view, "refused", why_code="state")
        raise Refusal(400, say("This login was not begun here, or is too old."), say("Log in again."))
    keep_pending(view, pending)
    if not code:
        return redirect(view, "/login", say("Zetkin did not let you in; nothing was done."), bad=True)
    try:
        person = login.finish(code=code, back=_address(view, _BACK))
    except Temporary:
        note(view, "refused", why_code="zetkin_down")
        raise
    try:
        view.new_cookie, view.session = rights.enter_from_zetkin(view.installation, view.session, person)
    except Refusal:  # Zetkin has said who it is, so the access log can
        note(view, "refused", why_code="no_role", who=f"{rights.ZETKIN}{person.user}")
        raise
    return _entered(view, pending)


@router.post("/login/link")
def ask_for_link(view: Viewed, address: Annotated[str, Form(max_length=254)]) -> Response:
    """Mail a link to a configured address. The answer is the same whether the address is known or not."""
    accounts.mail_link(view, address)
    return redirect(
        view,
        "/login",
        say(
            "If the address has an account, a link is on its way. It works for 15 minutes, once, in this browser."
        ),
    )


@router.get("/login/link/{secret}")
def open_link(view: Viewed, secret: str) -> Response:
    """The page that a mailed link opens. It does nothing: mail scanners open links too."""
    with_session(view)
    return page(view, "link.html.j2", secret=secret, known=logins.link_of(view.store, secret) is not None)


@router.post("/login/link/{secret}")
def use_link(view: Viewed, secret: str, code: Annotated[str, Form(max_length=20)] = "") -> Response:
    """The button: the link once, and the code of the second factor."""
    pending = logins.pending_of(_session(view))
    view.new_cookie, view.session = accounts.enter(view, secret=secret, code=code)
    return _entered(view, pending)


@router.post("/login/local")
def local(view: Viewed, role: Annotated[Role, Form()] = Role.ADMIN) -> Response:
    """Log in without a password while developing: only when switched on, only on this machine."""
    if not _is_local(view):
        raise not_found()
    pending = logins.pending_of(_session(view))
    view.new_cookie, view.session = rights.enter(
        view.installation,
        _session(view),
        who=f"{rights.LOCAL}{role.name.lower()}",
        name="Lokal utveckling",
        grants={c.root: {c.root: role} for c in view.installation.configurations},
        level=2,
    )
    return _entered(view, pending)


@router.post("/logout")
def log_out(view: Viewed, everywhere: Annotated[str, Form(max_length=3)] = "") -> Response:
    """Log out here, or everywhere."""
    session, login = _session(view), view.request.app.state.login
    token = rights.token_of(view.installation, session)
    if token is not None and login is not None:
        login.log_out(token)
    note(view, "logged_out")
    if everywhere:
        logins.end_all(view.store, view.me.who)
    logins.end(view.store, session.id)
    view.session = view.viewer = None
    answer = redirect(view, "/login")
    answer.delete_cookie(view.request.app.state.origin.cookie, path="/")
    return answer


@router.post("/language")
def choose_language(
    view: Viewed,
    code: Annotated[str, Form(pattern="^(sv|en)$")],
    next: Annotated[str, Form(max_length=500)] = "/",  # noqa: A002
) -> Response:
    """Swedish or English from now on."""
    logins.change(view.store, _session(view).id, language=code)
    return redirect(view, _inside(next))


@router.post("/district")
def choose_district(view: Viewed, district: Annotated[int, Form()]) -> Response:
    """Look at another of one's districts."""
    configuration = view.installation.by_root.get(district)
    if configuration is None or not any(
        view.me.may(Role.VIEWER, u, root=district) for u in configuration.titles
    ):
        raise not_found()
    logins.change(view.store, _session(view).id, district=district)
    return redirect(view, "/")


def _entered(view: View, pending: dict[str, object]) -> Response:
    session = _session(view)
    session.network = network(view.request, view.installation.settings.key)
    logins.change(view.store, session.id, network=session.network)
    view.viewer = rights.Viewer.of(session)
    note(view, "logged_in")
    return redirect(view, _inside(str(pending.get("next", "/"))))


def _session(view: View) -> WebSession:
    if view.session is None:
        raise Refusal(400, say("The login page had been open too long."), say("Log in again."))
    return view.session


def _inside(address: str) -> str:
    """An address within this page; anything else is the first page."""
    inside = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if inside and not address.startswith(("/login", "/logout")) else "/"


def _address(view: View, path: str) -> str:
    return view.installation.settings.page_url.rstrip("/") + path


def _is_local(view: View) -> bool:
    """Switched on, asked for from this machine, at an address on this machine."""
    client = view.request.client
    return (
        view.installation.settings.local_login
        and view.request.app.state.origin.is_local
        and client is not None
        and is_loopback(client.host)
    )
