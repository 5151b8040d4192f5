"""A dead man's switch: an address outside that is asked every few minutes, and raises the alarm when it is not.

Any service that takes a plain request will do (healthchecks.io and its like, or one's own). Nothing is told but
that we live.
"""

from __future__ import annotations

import httpx

from zetkin_sync.errors import ConfigError, Temporary
from zetkin_sync.language import say
from zetkin_sync.settings import Settings, is_loopback

TIMEOUT = 10.0


class Heartbeat:
    """One address."""

    def __init__(self, url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self.url = url
        self._client = httpx.Client(
            timeout=TIMEOUT, follow_redirects=False, trust_env=False, transport=transport
        )

    def beat(self) -> None:
        """Say that we live. Raises Temporary when nobody took it."""
        try:
            answer = self._client.get(self.url, headers={"User-Agent": "zetkin_sync"})
        except httpx.HTTPError as error:
            raise Temporary(say("The dead man's switch does not answer.")) from error
        if not answer.is_success:
            raise Temporary(
                say("The dead man's switch answered {status}.", status=answer.status_code),
                say("Check ZETKIN_SYNC_HEARTBEAT_URL."),
            )

    def greet(self) -> None:
        """The same: to be asked is all it does."""
        self.beat()

    def close(self) -> None:
        self._client.close()


def connect(settings: Settings) -> Heartbeat:
    """The address of ZETKIN_SYNC_HEARTBEAT_URL; https, except on this machine."""
    if settings.heartbeat_url is None:
        raise ConfigError(
            say("ZETKIN_SYNC_HEARTBEAT_URL is not set."), say("Set it to a dead man's switch of your choice.")
        )
    text = settings.heartbeat_url.get_secret_value()
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme != "https" and not (url.scheme == "http" and is_loopback(url.host)):
        raise ConfigError(
            say("ZETKIN_SYNC_HEARTBEAT_URL is not an address that begins with https."),
            say("Set it to a dead man's switch of your choice."),
        )
    return Heartbeat(text)
