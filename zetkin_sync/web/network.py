"""From which network a request comes, so that a stolen cookie is worth nothing on another.

Not the address itself: a phone changes that within its operator's network all the time, and whoever does would be logged
out at every street corner. So it is the operator's part of it, the first 16 bits of IPv4 and the first 32 of IPv6. From
home to the office or from wifi to mobile one logs in anew, which Zetkin does without asking while one is logged in there.
"""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address, ip_network

from fastapi import Request

from zetkin_sync.privacy import keyed_hash

_BITS = {4: 16, 6: 32}


def network_of(address: str) -> str:
    """The network of an address; what is no address is a network of its own."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    inner: IPv4Address | None = getattr(found, "ipv4_mapped", None)
    found = inner or found
    return str(ip_network((found, _BITS[found.version]), strict=False))


def network(request: Request, key: bytes) -> bytes:
    """As it is kept with a session: the network's keyed hash."""
    return keyed_hash(key, f"session network {network_of(request.client.host if request.client else '')}")
