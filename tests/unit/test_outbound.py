"""The guard of the tests guards: nothing reaches beyond this machine unseen."""

from __future__ import annotations

import socket
import urllib.request

import httpx
import pytest

from tests import outbound


@pytest.mark.parametrize("host", ["192.0.2.1", "8.8.8.8", "2001:db8::1"])
def test_a_connection_beyond_this_machine_is_refused_and_remembered(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with (
        socket.socket(family, socket.SOCK_STREAM) as wire,
        pytest.raises(ConnectionRefusedError, match="tests/outbound"),
    ):
        wire.connect((host, 443))
    assert outbound.TRIED.pop() == host


def test_a_name_beyond_this_machine_is_not_even_looked_up() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("telemetry.zetkin-sync.net", 443)
    assert outbound.TRIED.pop() == "telemetry.zetkin-sync.net"


def test_libraries_are_seen_too() -> None:
    with pytest.raises(httpx.ConnectError):
        httpx.get("http://203.0.113.9/")
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen("http://203.0.113.9/")
    assert outbound.TRIED[-2:] == ["203.0.113.9"] * 2
    del outbound.TRIED[-2:]


def test_a_name_that_is_kept_for_tests_is_refused_without_failing_anybody() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("nobody.invalid", 443)


def test_this_machine_is_reached() -> None:
    with socket.socket() as door, socket.socket() as wire:
        door.bind(("127.0.0.1", 0))
        door.listen()
        wire.connect(door.getsockname())
