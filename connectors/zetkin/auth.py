"""Who we are to Zetkin: access tokens, renewed once when they run out, however many threads notice.

A refresh token works a single time (API.md §1.3), so two renewals at once would lock us out: one thread
renews, the others wait and take what it got. An expired login never turns into anonymous requests.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import urlencode

import msgspec

from zetkin_sync.errors import ConfigError, NeedsHuman, Permanent, Temporary
from zetkin_sync.language import say

TOKEN_PATH = "/v1/oauth/token"  # noqa: S105 - an address, not a secret
_EARLY = 10.0  # seconds before its end a token is renewed
_LONGEST = 30 * 24 * 3600.0
_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Token(msgspec.Struct, frozen=True):
    """What Zetkin gave us, and until when it is used (an instant, a little before its end)."""

    access: str
    expires: datetime
    refresh: str | None = None

    def __repr__(self) -> str:
        return f"Token(expires={self.expires:%Y-%m-%dT%H:%MZ})"


class Post(Protocol):
    """Sends a form to the token endpoint; `again` says whether the same form may be sent twice."""

    def __call__(self, form: bytes, *, again: bool) -> bytes: ...


class Tokens:
    """The current token of one identity.

    `fetch` gets a new one from the last one. `load` and `save` keep it with whoever calls (a session's row);
    what another process renewed is found by `load` and used.
    """

    def __init__(
        self,
        fetch: Callable[[Token | None], Token],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        load: Callable[[], Token | None] = lambda: None,
        save: Callable[[Token], None] = lambda _token: None,
    ) -> None:
        self._fetch = fetch
        self._now = now
        self._load = load
        self._save = save
        self._token: Token | None = None
        self._lock = threading.Lock()

    def current(self) -> str:
        """An access token that holds for a few seconds yet."""
        token = self._token
        if token is not None and self._holds(token):
            return token.access
        return self.renew(None)

    def renew(self, refused: str | None) -> str:
        """A token other than the one that was refused; only one caller at a time asks for it."""
        with self._lock:
            for known in (self._token, self._load()):
                if known is not None and known.access != refused and self._holds(known):
                    self._token = known
                    return known.access
            self._token = self._fetch(self._load() or self._token)
            self._save(self._token)
            return self._token.access

    def _holds(self, token: Token) -> bool:
        return self._now() < token.expires


class _Given(msgspec.Struct):
    """The token endpoint's answer (API.md §1.3)."""

    access_token: str
    expires_in: float = 3600.0
    refresh_token: str | None = None


def by_api_key(post: Post, grant: str, *, now: Callable[[], datetime]) -> Callable[[Token | None], Token]:
    """Tokens from an API key's grant (JWT bearer): the way for a service that nobody logs in to."""
    form = urlencode({"grant_type": _BEARER, "assertion": grant, "scope": "level2"}).encode()

    def fetch(_last: Token | None) -> Token:
        try:
            body = post(form, again=True)
        except (Permanent, NeedsHuman) as refused:
            raise ConfigError(
                say("Zetkin does not accept our API key: {what}", what=refused.what),
                say("Check the client id, its secret and the grant, or make a new API key (docs/zetkin.md)."),
            ) from refused
        return _token(body, now=now())

    return fetch


def by_refresh(post: Post, *, now: Callable[[], datetime]) -> Callable[[Token | None], Token]:
    """Tokens from a person's login: each refresh token is used once."""

    def fetch(last: Token | None) -> Token:
        again = say("Log in again.")
        if last is None or last.refresh is None:
            raise NeedsHuman(say("The login at Zetkin has run out."), again)
        form = urlencode({"grant_type": "refresh_token", "refresh_token": last.refresh}).encode()
        try:
            body = post(form, again=False)
        except (Permanent, NeedsHuman) as refused:
            raise NeedsHuman(say("The login at Zetkin has run out."), again) from refused
        return _token(body, now=now())

    return fetch


def _token(body: bytes, *, now: datetime) -> Token:
    try:
        given = msgspec.json.decode(body, type=_Given)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Temporary(say("Zetkin's answer to our login is not what it should be.")) from error
    seconds = min(max(given.expires_in, 0.0), _LONGEST)
    early = min(_EARLY, seconds / 10)
    return Token(given.access_token, now + timedelta(seconds=seconds - early), given.refresh_token)


def basic(client_id: str, secret: str) -> str:
    """The header by which a client proves itself at the token endpoint (RFC 6749 §2.3.1)."""
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode("ascii")
