"""Tokens: the JWT-bearer grant, authorization codes and single-use refresh tokens (API.md §1.2–1.3, §1.5)."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.users import user_row
from zetkin_sync.demo.simulator.replies import NOTHING, Reply, Row, data, oauth_error, plain, refusal
from zetkin_sync.demo.simulator.routes import Access, Routes
from zetkin_sync.demo.simulator.times import precise
from zetkin_sync.demo.world.organizations import ApiKey, Client, Code, Refresh, Token, User
from zetkin_sync.demo.world.state import State

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_CODE_SECONDS = 60

routes = Routes()
oauth_v2 = Routes()


@routes.post("/oauth/token", Access.PUBLIC)
@oauth_v2.post("/oauth/token", Access.PUBLIC)
def token(call: Call) -> Reply:
    """Exchange a grant, a code or a refresh token for an access token."""
    form = dict(parse_qsl(call.body.decode("latin-1"), keep_blank_values=True))
    client = _client(call, form)
    match form.get("grant_type"):
        case "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return _bearer(call, client, form)
        case "authorization_code":
            return _code(call, client, form)
        case "refresh_token":
            return _refresh(call, client, form)
    raise oauth_error(400, "unsupported_grant_type", "This grant type is not supported.")


def _client(call: Call, form: dict[str, str]) -> Client:
    """The program that asks, by HTTP Basic or by the form."""
    scheme, _, value = call.headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    name, secret = form.get("client_id", ""), form.get("client_secret", "")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name = ""
    client = call.state.clients.get(name)
    if client is None or (client.secret is not None and client.secret != secret):
        raise oauth_error(401, "invalid_client", "Unknown client or wrong client secret.")
    return client


def _bearer(call: Call, client: Client, form: dict[str, str]) -> Reply:
    assertion = form.get("assertion", "")
    key = next((k for k in call.state.api_keys.values() if k.grant == assertion), None)
    if key is None or key.client != client.id:
        raise oauth_error(400, "invalid_grant", "The assertion is not a known API key of this client.")
    level = min(_level(form.get("scope", "")), _level(" ".join(key.scope)))
    return plain(
        issue(
            call,
            key.user,
            client.id,
            level=level,
            factors=("api_key",),
            refreshable=call.state.policy.bearer_refresh,
        )
    )


def _code(call: Call, client: Client, form: dict[str, str]) -> Reply:
    code = call.state.codes.get(form.get("code", ""))
    if code is None or code.used or code.client != client.id or code.expires <= call.now:
        raise oauth_error(400, "invalid_grant", "The code is unknown, used or too old.")
    if form.get("redirect_uri") != code.redirect_uri:
        raise oauth_error(400, "invalid_grant", "redirect_uri is not the one the code was made for.")
    code.used = True
    return plain(issue(call, code.user, client.id, level=code.level, factors=_factors(code.level)))


def _refresh(call: Call, client: Client, form: dict[str, str]) -> Reply:
    old = call.state.refreshes.get(form.get("refresh_token", ""))
    if old is None or old.used or old.client != client.id:
        raise oauth_error(400, "invalid_grant", "The refresh token is unknown or was used before.")
    old.used = True
    return plain(issue(call, old.user, client.id, level=old.level, factors=old.factors))


def issue(
    call: Call, user: int, client: str, *, level: int, factors: tuple[str, ...], refreshable: bool = True
) -> Row:
    """Make an access token, with a refresh token where the grant gives one; gives the token object."""
    state = call.state
    lifetime = timedelta(seconds=state.policy.token_seconds)
    made = Token(
        value=state.new_secret(),
        user=user,
        client=client,
        level=level,
        factors=factors,
        created=call.now,
        expires=call.now + lifetime,
    )
    state.tokens[made.value] = made
    answer: Row = {
        "access_token": made.value,
        "expires_in": state.policy.token_seconds,
        "token_type": "bearer",
    }
    if refreshable:
        again = Refresh(value=state.new_secret(), user=user, client=client, level=level, factors=factors)
        state.refreshes[again.value] = again
        answer["refresh_token"] = again.value
    return answer


def _level(scope: str) -> int:
    return 2 if "level2" in scope.split() else 1


def _factors(level: int) -> tuple[str, ...]:
    return ("email_password", "phone_otp") if level > 1 else ("email_password",)


@routes.get("/oauth/authorize", Access.PUBLIC)
def authorize(call: Call) -> Reply:
    """Send the browser to the login page, with everything it needs to come back."""
    asked = dict(call.query)
    check_authorization(call.state, asked)
    return Reply(302, headers=((b"location", f"/login?{urlencode(asked)}".encode()),))


def check_authorization(state: State, asked: dict[str, str]) -> Client:
    """The client of an authorization request; 400 when it or its way back is not registered."""
    client = state.clients.get(asked.get("client_id", ""))
    if client is None:
        raise oauth_error(400, "invalid_client", "Unknown client.")
    if not _is_registered(client, asked.get("redirect_uri", "")):
        raise oauth_error(400, "invalid_request", "redirect_uri is not registered for this client.")
    if asked.get("response_type") != "code":
        raise oauth_error(400, "unsupported_response_type", "Only response_type=code is served.")
    return client


def _is_registered(client: Client, uri: str) -> bool:
    """Is it one of the client's addresses? On loopback any port and path is (RFC 8252 §7.3)."""
    asked = urlsplit(uri)
    loopback = asked.hostname in ("127.0.0.1", "localhost")
    return uri in client.redirect_uris or (
        loopback and any(urlsplit(known).hostname == asked.hostname for known in client.redirect_uris)
    )


def grant_code(state: State, now: datetime, user: User, asked: dict[str, str]) -> str:
    """A code for a user who has logged in; gives the address to go back to."""
    client = check_authorization(state, asked)
    code = Code(
        value=state.new_secret(),
        user=user.id,
        client=client.id,
        redirect_uri=asked["redirect_uri"],
        level=_level(asked.get("scope", "")),
        expires=now + timedelta(seconds=_CODE_SECONDS),
    )
    state.codes[code.value] = code
    more = {"code": code.value}
    if "state" in asked:
        more["state"] = asked["state"]
    parts = urlsplit(code.redirect_uri)
    query = "&".join(filter(None, (parts.query, urlencode(more))))
    return urlunsplit(parts._replace(query=query))


@routes.get("/session", Access.USER)
def session(call: Call) -> Reply:
    """Who is signed in, how strongly, since when."""
    made = call.token
    assert made is not None
    user = user_row(call.signed_in)
    return data(
        {
            "created": precise(made.created),
            "level": made.level,
            "factors": list(made.factors),
            "user": {k: v for k, v in user.items() if k not in ("username", "is_superuser")},
        }
    )


@routes.delete("/session", Access.USER)
def log_out(call: Call) -> Reply:
    """Log out: the token is worth nothing from now on."""
    assert call.token is not None
    call.token.revoked = True
    return NOTHING


@routes.get("/users/{user}/api_keys", Access.USER)
def api_keys(call: Call) -> Reply:
    """The user's API keys."""
    return data([_key_row(k) for k in _keys(call)])


@routes.post("/users/{user}/api_keys", Access.USER)
def make_api_key(call: Call) -> Reply:
    """Make an API key for a client."""
    body = call.object()
    if body.get("client_id") not in call.state.clients:
        raise refusal(404, "404 Not Found", None)
    key = ApiKey(
        id=call.state.new_id("api_key"),
        user=call.signed_in.id,
        client=body["client_id"],
        grant=call.state.new_secret(),
        scope=tuple(body.get("scope") or ()),
        ip_whitelist=tuple(body.get("ip_whitelist") or ()),
    )
    call.state.api_keys[key.id] = key
    return data(_key_row(key), 201)


@routes.get("/users/{user}/api_keys/{key}", Access.USER)
def api_key(call: Call) -> Reply:
    """One API key."""
    return data(_key_row(_key(call)))


@routes.delete("/users/{user}/api_keys/{key}", Access.USER)
def delete_api_key(call: Call) -> Reply:
    """Withdraw an API key; tokens made with it live on until they expire."""
    del call.state.api_keys[_key(call).id]
    return NOTHING


def _keys(call: Call) -> list[ApiKey]:
    me = call.signed_in
    if call.path["user"] not in ("me", str(me.id)):
        raise refusal(403, "403 Forbidden")
    return [k for k in call.state.api_keys.values() if k.user == me.id]


def _key(call: Call) -> ApiKey:
    for key in _keys(call):
        if key.id == call.number("key"):
            return key
    raise refusal(404, "404 Not Found", None)


def _key_row(key: ApiKey) -> Row:
    return {
        "id": key.id,
        "client_id": key.client,
        "grant": key.grant,
        "scope": list(key.scope),
        "ip_whitelist": list(key.ip_whitelist),
    }
