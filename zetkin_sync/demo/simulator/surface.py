"""The API as an ASGI application: finds the route, the sender and their rights, and sends the answer.

Handlers run on the event loop one after the other, so each request sees and leaves a whole state.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qsl

from starlette.types import Message, Receive, Scope, Send

from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.replies import Refused, Reply, forbidden, not_found, oauth_error, refusal
from zetkin_sync.demo.simulator.routes import Access, Route, Routes
from zetkin_sync.demo.world.organizations import Token
from zetkin_sync.demo.world.state import State

_JSON = (b"content-type", b"application/json")
_ROLES = {Access.ORGANIZER: ("organizer", "admin"), Access.ADMIN: ("admin",)}


class Surface:
    """One version of the API. `clock` says what time it is in the simulation."""

    def __init__(self, routes: Routes, state: State, clock: Callable[[], datetime]) -> None:
        self.routes = routes
        self.state = state
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        body = await _body(receive)
        await _send(send, self.answer(scope["method"], path, scope["query_string"], scope["headers"], body))

    def answer(
        self, method: str, path: str, query: bytes, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> Reply:
        """The answer to one request, and its effect on the state."""
        now = self.clock()
        self.state.settle(now)
        try:
            found = self.routes.find(method, path)
            if found is None:
                raise not_found()
            route, values = found
            if route is None:
                raise refusal(405, "405 Method Not Allowed")
            known = dict(headers)
            call = Call(
                self.state,
                now=now,
                path=values,
                query=parse_qsl(query.decode("latin-1"), keep_blank_values=True),
                headers=known,
                body=body,
                token=self._token(known, now),
            )
            _admit(call, route)
            return route.answer(call)
        except Refused as refused:
            return refused.reply

    def _token(self, headers: dict[bytes, bytes], now: datetime) -> Token | None:
        """The sender's token; none at all is nobody, a bad one is refused (API.md §1.3)."""
        scheme, _, value = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = self.state.tokens.get(value.strip())
        if token is None:
            raise oauth_error(401, "invalid_token", "Invalid token: no such access token")
        if token.revoked:
            raise oauth_error(401, "invalid_token", "Invalid token: access token has been revoked")
        if token.expires <= now:
            raise oauth_error(401, "invalid_token", "Invalid token: access token has expired")
        return token


def _admit(call: Call, route: Route) -> None:
    """401 without a token, 403 with too little right (API.md §1.7, §6.27)."""
    organization = call.organization if "org" in call.path else None
    if organization is not None and organization.closed:
        raise forbidden()
    if route.access is Access.PUBLIC:
        return
    user = call.user
    if user is None:
        raise refusal(401, "401 Unauthorized")
    if not user.email_is_verified:
        raise forbidden("Unverified e-mail")
    if route.access is Access.USER or organization is None:
        return
    if route.access is Access.MEMBER:
        call.person_of_user()
        return
    if call.token is not None and call.token.level < call.state.policy.organizer_level:
        raise forbidden("Invalid login method")
    role = call.state.role(user, organization.id)
    if role is None and user.people.get(call.state.root_of(organization.id)) is None:
        raise forbidden("Not a member of organization")
    if role not in _ROLES[route.access]:
        raise forbidden()


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


async def _send(send: Send, reply: Reply) -> None:
    headers = [*reply.headers, (b"content-length", str(len(reply.body)).encode())]
    if reply.body and not any(name == b"content-type" for name, _ in reply.headers):
        headers.append(_JSON)
    start: Message = {"type": "http.response.start", "status": reply.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": reply.body})
