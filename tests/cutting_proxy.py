"""A TCP proxy that breaks a connection off in the middle of what the server says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Cutter:
    """Where to cut. `cuts` are numbers of bytes: connection n ends after so many bytes that follow `mark`."""

    port: int
    mark: bytes = b" FETCH ("
    cuts: list[int] = field(default_factory=list)
    connections: int = 0


@contextmanager
def cutting_proxy(target: int) -> Iterator[Cutter]:
    """A proxy before a loopback port."""
    listening = socket.create_server(("127.0.0.1", 0))
    cutter = Cutter(listening.getsockname()[1])
    threading.Thread(target=_accept, args=(listening, target, cutter), daemon=True).start()
    try:
        yield cutter
    finally:
        listening.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        listening.close()


def _accept(listening: socket.socket, target: int, cutter: Cutter) -> None:
    with suppress(OSError):
        while True:
            client, _ = listening.accept()
            server = socket.create_connection(("127.0.0.1", target))
            number = cutter.connections
            cutter.connections += 1
            threading.Thread(target=_forward, args=(client, server), daemon=True).start()
            threading.Thread(target=_answer, args=(server, client, cutter, number), daemon=True).start()


def _forward(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    _close(source, sink)


def _answer(server: socket.socket, client: socket.socket, cutter: Cutter, number: int) -> None:
    seen = b""
    marked = False
    with suppress(OSError):
        while data := server.recv(65_536):
            if number < len(cutter.cuts):
                seen += data
                at = seen.find(cutter.mark)
                if at >= 0 and len(seen) - at > cutter.cuts[number]:
                    marked = True
                    left = at + cutter.cuts[number] - (len(seen) - len(data))
                    client.sendall(data[: max(0, left)])
                    break
            client.sendall(data)
    if marked:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")  # a reset
    _close(server, client)


def _close(*sockets: socket.socket) -> None:
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
