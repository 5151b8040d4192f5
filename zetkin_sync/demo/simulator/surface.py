"""The API as an ASGI application: finds the route, the sender and their rights, and sends the answer.

Handlers run on the event loop one after the other, so each request sees and leaves a whole state.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from zetkin_sync.demo.simulator.calls import Call, Distortion
from zetkin_sync.demo.simulator.faults import Fault, Kind, Switchboard
from zetkin_sync.demo.simulator.mutations import Mutation, mutate
from zetkin_sync.demo.simulator.replies import (
    Refused,
    Reply,
    encode,
    forbidden,
    not_found,
    oauth_error,
    refusal,
)
from zetkin_sync.demo.simulator.routes import Access, Route, Routes
from zetkin_sync.demo.simulator.wire import Connections, Line, send_faulty
from zetkin_sync.demo.world.organizations import Token
from zetkin_sync.demo.world.state import State

_ROLES = {Access.ORGANIZER: ("organizer", "admin"), Access.ADMIN: ("admin",)}


class Request(NamedTuple):
    """What came over the wire, kept so that its effect may come late."""

    method: str
    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Surface:
    """One version of the API. `clock` says what time it is in the simulation."""

    def __init__(
        self,
        routes: Routes,
        state: State,
        *,
        clock: Callable[[], datetime],
        switchboard: Switchboard,
        connections: Connections,
    ) -> None:
        self.routes = routes
        self.state = state
        self.clock = clock
        self.switchboard = switchboard
        self.connections = connections
        self.requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        line = Line(scope, receive, send, self.connections)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        request = Request(scope["method"], path, scope["query_string"], scope["headers"], await line.body())
        self.requests += 1
        fault = self.switchboard.pick(request.method, scope["path"])
        if fault is None:
            await line.send(self.answer(request))
        elif fault.kind is Kind.LATE:
            await self._come_late(line, fault, request)
        else:
            await send_faulty(line, fault, lambda: self._answer_faulty(fault, request))

    async def _come_late(self, line: Line, fault: Fault, request: Request) -> None:
        """The effect comes when the client has long given up; whoever waits, waits for nothing."""
        when = self.clock() + timedelta(seconds=fault.seconds)
        self.state.later(when, lambda _, due: self._take_effect(request, due))
        if fault.status is None:
            await line.wait_for_goodbye()
        else:
            await line.send(
                Reply(fault.status, encode({"error": {"title": str(fault.status), "description": ""}}))
            )

    def _take_effect(self, request: Request, when: datetime) -> None:
        self._handle(request, when, None)

    def _answer_faulty(self, fault: Fault, request: Request) -> Reply:
        """The answer with what the fault does to the sender, the list, or the world."""
        if fault.kind in (Kind.EXPIRE_TOKEN, Kind.REVOKE_TOKEN):
            token = self.state.tokens.get(_bearer(dict(request.headers)) or "")
            if token is not None:
                token.expires = self.clock() if fault.kind is Kind.EXPIRE_TOKEN else token.expires
                token.revoked = fault.kind is Kind.REVOKE_TOKEN
        reply = self.answer(request, Distortion(fault.kind, self.requests))
        if fault.kind is Kind.CHURN and (found := self.routes.find(request.method, request.path)) is not None:
            place = int(found[1].get("org", "0"))
            if place in self.state.organizations:
                wanted = Mutation(organization=place, join=fault.join, leave=fault.leave, seed=self.requests)
                mutate(self.state, wanted)
        return reply

    def answer(self, request: Request, distortion: Distortion | None = None) -> Reply:
        """The answer to one request, and its effect on the state."""
        now = self.clock()
        self.state.settle(now)
        return self._handle(request, now, distortion)

    def _handle(self, request: Request, now: datetime, distortion: Distortion | None) -> Reply:
        try:
            found = self.routes.find(request.method, request.path)
            if found is None:
                raise not_found()
            route, values = found
            if route is None:
                raise refusal(405, "405 Method Not Allowed")
            known = dict(request.headers)
            call = Call(
                self.state,
                now=now,
                path=values,
                query=parse_qsl(request.query.decode("latin-1"), keep_blank_values=True),
                headers=known,
                body=request.body,
                token=self._token(known, now),
                distortion=distortion,
            )
            _admit(call, route)
            return route.answer(call)
        except Refused as refused:
            return refused.reply

    def _token(self, headers: dict[bytes, bytes], now: datetime) -> Token | None:
        """The sender's token; none at all is nobody, a bad one is refused (API.md §1.3)."""
        value = _bearer(headers)
        if value is None:
            return None
        token = self.state.tokens.get(value)
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


def _bearer(headers: dict[bytes, bytes]) -> str | None:
    """The token in the header, when there is one."""
    scheme, _, value = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None
