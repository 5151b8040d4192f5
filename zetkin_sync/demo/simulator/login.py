"""The login page of the authorization-code flow: a form in which one chooses who one is (API.md §1.2).

The real page asks for an email address and a password, and for a second factor where `level2` is wanted. Here
anybody may be anybody: this is a simulation on loopback.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from html import escape
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from zetkin_sync.demo.simulator.endpoints.oauth import check_authorization, grant_code
from zetkin_sync.demo.simulator.replies import Refused
from zetkin_sync.demo.world.organizations import User
from zetkin_sync.demo.world.state import State

_PAGE = """<!doctype html>
<html lang="sv"><meta charset="utf-8"><title>Simulerad inloggning</title>
<link rel="icon" href="data:,">
<main><h1>Simulerad inloggning</h1><p>Välj vem du är. Ingen av dem finns på riktigt.</p>
<form method="post" action="/login?{query}">
<label>Konto <select name="username">{options}</select></label>
<button type="submit">Logga in</button></form></main></html>"""
_SHOWN = 25


def router(state: State, clock: Callable[[], datetime]) -> APIRouter:
    """The login page, at /login."""
    routes = APIRouter()

    @routes.get("/login")
    async def ask(request: Request) -> Response:
        """Ask who it is."""
        try:
            check_authorization(state, dict(request.query_params))
        except Refused as refused:
            return _refused(refused)
        options = "".join(_option(state, user) for user in list(state.users.values())[:_SHOWN])
        return HTMLResponse(
            _PAGE.format(query=escape(str(request.query_params), quote=True), options=options)
        )

    @routes.post("/login")
    async def enter(request: Request) -> Response:
        """Go back with a code."""
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        user = next((u for u in state.users.values() if u.username == form.get("username")), None)
        if user is None:
            return HTMLResponse("<p>Det kontot finns inte.</p>", 403)
        try:
            address = grant_code(state, clock(), user, dict(request.query_params))
        except Refused as refused:
            return _refused(refused)
        return RedirectResponse(address, 303)

    return routes


def _option(state: State, user: User) -> str:
    roles = sorted(
        f"{role} i {o.title}"
        for o in state.organizations.values()
        for root, person in user.people.items()
        if state.root_of(o.id) == root and (role := o.officials.get(person))
    )
    words = f"{user.first_name} {user.last_name}, {', '.join(roles) or 'medlem'}"
    return f'<option value="{escape(user.username)}">{escape(words)}</option>'


def _refused(refused: Refused) -> Response:
    return Response(refused.reply.body, refused.reply.status, media_type="application/json")
