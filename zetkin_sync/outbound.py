"""Where calls may go: to hosts that were configured, and to public addresses when a stranger named the host.

Without this, a forged message that names an address of its own ("fetch the certificate there") could make the
service ask machines inside the network (server-side request forgery).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from zetkin_sync.errors import Permanent
from zetkin_sync.language import say

Resolve = Callable[[str, int], Iterable[str]]


def resolved(host: str, port: int) -> Iterable[str]:
    """The addresses of a host, as the system knows them."""
    return {str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}


def check_public(url: str, *, resolve: Resolve = resolved) -> None:
    """Refuse an address that is not https, carries credentials, or leads to a machine that is not public.

    Raises Permanent. Every address of the host must be public: which of them is used is not ours to say.
    """
    parts = urlsplit(url)
    host = parts.hostname
    if (
        parts.scheme != "https"
        or host is None
        or parts.username
        or parts.password
        or parts.port not in (None, 443)
    ):
        raise _refused(host)
    try:
        addresses = list(resolve(host, 443))
    except OSError:
        addresses = []
    if not addresses or not all(_is_public(address) for address in addresses):
        raise _refused(host)


def _is_public(address: str) -> bool:
    found = ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_global


def _refused(host: str | None) -> Permanent:
    return Permanent(say("A call named an address that may not be asked: {host}.", host=host or "–"))
