"""Nothing in the tests reaches beyond this machine: whoever tries is refused, and the test fails.

An audit hook sees every connection that Python makes, in whatever library, and cannot be taken away again. Names
that are kept for documentation and tests (RFC 2606) are refused without failing anybody: some tests need a host
that is not there.
"""

from __future__ import annotations

import socket
import sys
from ipaddress import ip_address
from typing import Any

TRIED: list[str] = []
_RESERVED = (".invalid", ".example", ".test", "example.org", "example.com", "example.net", ".localhost")


def refuse() -> None:
    """From now on and for good: only this machine."""
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.getaddrinfo":
        _judge(arguments[0], socket.gaierror(socket.EAI_NONAME, "refused by tests/outbound.py"))
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        _judge(arguments[1][0], ConnectionRefusedError("refused by tests/outbound.py"))


def _judge(host: Any, refusal: OSError) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name in ("", "localhost", socket.gethostname()) or _is_here(name):
        return
    if not name.lower().rstrip(".").endswith(_RESERVED):
        TRIED.append(name)
    raise refusal


def _is_here(name: str) -> bool:
    try:
        address = ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
