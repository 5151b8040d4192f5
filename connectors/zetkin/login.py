"""People who log in at Zetkin: OAuth's code flow by Authlib, then who they are and which roles they have.

What is asked in somebody's name is little and at once: a request that fails is not tried again behind a person
who waits, and the page says so.
"""

from __future__ import annotations

import json
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import authlib.deprecate  # noqa: F401 - it sets a filter of its own; ours must come after
import httpx

with warnings.catch_warnings():
    # Authlib prefers httpx's successor; httpx is the customer's choice.
    warnings.filterwarnings("ignore", message="The httpx module is deprecated")
    from authlib.integrations.base_client import OAuthError
    from authlib.integrations.httpx_client import OAuth2Client

from zetkin_sync.errors import ConfigError, NeedsHuman, Temporary
from zetkin_sync.language import say
from zetkin_sync.ports import LoggedIn
from zetkin_sync.settings import Settings, is_loopback

_TIMEOUT = 10.0
_EARLY = 90  # seconds; Authlib itself takes a token for over a minute early
_LONGEST = 2_000_000
_REMEMBERED = 1000  # tokens that were renewed lately
SCOPE = "level2"


class ZetkinLogin:
    """Login at one Zetkin server for one registered client. Fulfils `ports.Login`."""

    def __init__(
        self,
        base: str,
        *,
        client_id: str,
        secret: str,
        transport: httpx.BaseTransport | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._base = base.rstrip("/")
        self._client_id = client_id
        self._secret = secret
        self._transport = transport
        self._now = now
        self._renewing = threading.Lock()
        self._renewed: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def address(self, *, back: str, state: str) -> str:
        """Where the browser goes."""
        with self._client(back=back) as client:
            found, _ = client.create_authorization_url(f"{self._base}/v1/oauth/authorize/", state=state)
        return str(found)

    def finish(self, *, code: str, back: str) -> LoggedIn:
        """Exchange the code, then ask who it is."""
        with self._client(back=back) as client:
            with _understood():
                token = client.fetch_token(self._token_address, grant_type="authorization_code", code=code)
            return self._person(client, token)

    def again(self, token: str) -> LoggedIn:
        """Ask again who it is and which roles they have now; an expired token is renewed once."""
        with self._with(token) as client:
            return self._person(client, client.token)

    def names(self, token: str, *, organization: int, people: Sequence[int]) -> Mapping[int, str]:
        """One request each: a page shows few."""
        found: dict[int, str] = {}
        with self._with(token) as client:
            for person in people:
                answer = self._get(
                    client, f"/v1/orgs/{organization}/people/{int(person)}", missing=(403, 404)
                )
                if answer is not None:
                    parts = (str(answer.get(k) or "") for k in ("first_name", "last_name"))
                    found[person] = " ".join(p for p in parts if p)
        return found

    def log_out(self, token: str) -> None:
        """Zetkin forgets the token; when it cannot be reached, the token runs out by itself."""
        with self._client(token=_kept(token)) as client:
            try:
                client.delete(f"{self._base}/v1/session")
            except (httpx.HTTPError, OAuthError):
                return

    @property
    def _token_address(self) -> str:
        return f"{self._base}/v1/oauth/token/"

    def _client(self, *, back: str | None = None, token: dict[str, Any] | None = None) -> Any:
        return OAuth2Client(
            self._client_id,
            self._secret,
            scope=SCOPE,
            redirect_uri=back,
            token=token,
            token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - the method's name
            transport=self._transport,
            timeout=_TIMEOUT,
            follow_redirects=False,
            trust_env=False,
        )

    @contextmanager
    def _with(self, token: str) -> Iterator[Any]:
        """A client that speaks in somebody's name, its token renewed when it is about to end."""
        with self._client(token=self._holding(_kept(token))) as client:
            yield client

    def _holding(self, kept: dict[str, Any]) -> dict[str, Any]:
        """The token, or what it became: a refresh token works once, so one thread renews and the others wait.

        A page may come with the old token after another page renewed it; what it became is remembered.
        """
        with self._renewing:
            while (ends := kept.get("expires_at")) and ends <= self._now().timestamp() + _EARLY:
                refresh = kept.get("refresh_token")
                if refresh is None:
                    raise _over()
                if refresh not in self._renewed:
                    with self._client(token=kept) as client, _understood():
                        fresh = dict(client.refresh_token(self._token_address, refresh_token=refresh))
                    fresh.setdefault(
                        "expires_at", int(self._now().timestamp()) + int(fresh.get("expires_in", 3600))
                    )
                    self._renewed[refresh] = fresh
                    if len(self._renewed) > _REMEMBERED:
                        self._renewed.popitem(last=False)
                    return fresh
                kept = self._renewed[refresh]
            return kept

    def _person(self, client: Any, token: Mapping[str, Any]) -> LoggedIn:
        user = self._get(client, "/v1/users/me")
        session = self._get(client, "/v1/session")
        memberships = self._get(client, "/v1/users/me/memberships")
        try:
            roles = {int(m["organization"]["id"]): str(m["role"]) for m in memberships if m.get("role")}
            name = " ".join(p for p in (user.get("first_name"), user.get("last_name")) if p)
            kept = {**token}
            kept.setdefault("expires_at", int(self._now().timestamp()) + int(token.get("expires_in", 3600)))
            return LoggedIn(
                user=int(user["id"]),
                name=name,
                roles=roles,
                level=int(session["level"]),
                token=json.dumps(kept),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Temporary(say("Zetkin's answer to our login is not what it should be.")) from error

    def _get(self, client: Any, path: str, *, missing: tuple[int, ...] = ()) -> Any:
        with _understood():
            answer = client.get(f"{self._base}{path}", headers={"Accept": "application/json"})
        if answer.status_code in missing:
            return None
        if answer.status_code in (401, 403):
            raise _over()
        if answer.status_code != 200 or len(answer.content) > _LONGEST:
            raise Temporary(say("Zetkin does not answer just now."), _later())
        try:
            return answer.json()["data"]
        except (ValueError, KeyError, TypeError) as error:
            raise Temporary(
                say("Zetkin's answer to our login is not what it should be."), _later()
            ) from error


@contextmanager
def _understood() -> Iterator[None]:
    """Authlib's and httpx's errors as ours."""
    try:
        yield
    except OAuthError as error:
        raise _over() from error
    except (httpx.HTTPError, ValueError) as error:
        raise Temporary(say("Zetkin does not answer just now."), _later()) from error


def _kept(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(token)
    return found


def _over() -> NeedsHuman:
    return NeedsHuman(say("The login at Zetkin has run out."), say("Log in again."))


def _later() -> Any:
    return say("Try again in a while; nothing was done.")


def login(settings: Settings, *, transport: httpx.BaseTransport | None = None) -> ZetkinLogin:
    """Login at the configured Zetkin. Raises ConfigError when no client is registered for it."""
    client_id, secret = settings.zetkin_login_client_id, settings.zetkin_login_client_secret
    if client_id is None or secret is None:
        raise ConfigError(
            say("Login by Zetkin is not set up."),
            say("Set ZETKIN_SYNC_ZETKIN_LOGIN_CLIENT_ID and its secret, or add accounts (docs/page.md)."),
        )
    address = httpx.URL(settings.zetkin_url)
    if address.scheme != "https" and not is_loopback(address.host):
        raise ConfigError(
            say("ZETKIN_SYNC_ZETKIN_URL is not encrypted: {url}.", url=settings.zetkin_url),
            say("Use the API's own address, such as https://api.zetk.in."),
        )
    return ZetkinLogin(
        settings.zetkin_url, client_id=client_id, secret=secret.get_secret_value(), transport=transport
    )


__all__ = ["ZetkinLogin", "login"]
