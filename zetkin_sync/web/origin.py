"""Which address is ours: what the Host header may be, where forms may come from, what the cookie is called."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from zetkin_sync.errors import ConfigError
from zetkin_sync.language import say
from zetkin_sync.settings import Settings, is_loopback

_COOKIE = "zetkin_sync"


@dataclass(frozen=True)
class Origin:
    """The page's own address, from ZETKIN_SYNC_PAGE_URL."""

    scheme: str
    host: str
    port: int | None

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    @property
    def is_local(self) -> bool:
        return is_loopback(self.host)

    @property
    def netloc(self) -> str:
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def cookie(self) -> str:
        """`__Host-` ties the cookie to this very host over TLS; on this machine itself there is no TLS."""
        return f"__Host-{_COOKIE}" if self.is_secure else _COOKIE

    def knows(self, host: str) -> bool:
        """Is this Host header ours? Another name that leads here is an attack (DNS rebinding) or a mistake."""
        if host == self.netloc:
            return True
        return self.is_local and is_loopback(host.rpartition(":")[0] or host)

    def is_ours(self, headers: Mapping[str, str]) -> bool:
        """Does a form come from our own page? Old browsers that say nothing are left to the form's token."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        origin = headers.get("origin")
        if origin is None:
            return True
        parts = urlsplit(origin)
        return parts.scheme == self.scheme and self.knows(parts.netloc)

    @staticmethod
    def same(given: str, kept: str) -> bool:
        """Are two secrets the same, in a time that tells nothing?"""
        return hmac.compare_digest(given.encode(), kept.encode())


def origin_of(settings: Settings) -> Origin:
    """The page's address. Raises ConfigError when it is not encrypted and not this machine, or when logging in
    without a password is switched on anywhere else than there."""
    parts = urlsplit(settings.page_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(
            say("ZETKIN_SYNC_PAGE_URL is not an address: {url}.", url=settings.page_url),
            say("Set it to the page's address, as https://plan.example.se."),
        )
    origin = Origin(parts.scheme, parts.hostname, parts.port)
    if not origin.is_secure and not origin.is_local:
        raise ConfigError(
            say("ZETKIN_SYNC_PAGE_URL is not encrypted: {url}.", url=settings.page_url),
            say("Put the page behind TLS and give its https address (docs/page.md)."),
        )
    if settings.local_login and not origin.is_local:
        raise ConfigError(
            say("ZETKIN_SYNC_LOCAL_LOGIN lets anybody in and is for this machine only."),
            say("Unset it, or set ZETKIN_SYNC_PAGE_URL to an address on 127.0.0.1."),
        )
    return origin
