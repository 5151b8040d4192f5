"""A Zetkin that only has people and is never the bottleneck: pages are slices of one file.

`python -m benchmarks.sync.server PORT PEOPLE FILE` – a person has 40 fields and is about 965 bytes. Control
addresses: /control/change?share=0.01 edits that share, /control/latency?ms=50 delays every answer.
"""

from __future__ import annotations

import mmap
import random
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import orjson

SLUGS = [f"custom_{n:02}" for n in range(25)]
_PAGE = re.compile(rb"GET /v1/orgs/1/people\?(?=\S*\bp=(\d+))(?=\S*\bpp=(\d+))")  # in either order
_CONTROL = re.compile(rb"GET /control/(\w+)\?\w+=([\d.]+)")
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_TOKEN = b'{"access_token":"benchmark","expires_in":86400,"token_type":"bearer"}'
_EDITED = b'"edited":0'


def person(i: int, rng: random.Random) -> bytes:
    """One person, deterministic for its number; `edited` is what `change` changes."""
    row = {
        "id": 1000 + i,
        "first_name": rng.choice(("Mira", "Jonas", "Ada", "Ove", "Astrid")),
        "last_name": rng.choice(("Solbakken", "Ferrow", "Quill", "Lind")),
        "email": f"person{i}@example.org" if rng.random() < 0.9 else None,
        "phone": f"+4670{i:07}" if rng.random() < 0.8 else None,
        "alt_phone": None,
        "gender": rng.choice(("f", "m", "o", None)),
        "street_address": f"Kajgatan {i % 90}",
        "co_address": None,
        "zip_code": f"{11000 + i % 9000}",
        "city": "Stockholm",
        "country": "SE",
        "ext_id": f"M-{i:07}",
        "is_user": i % 7 == 0,
        **{slug: f"{rng.randrange(10**13):013}" for slug in SLUGS},
    }
    return orjson.dumps(row)[:-1] + b",%s}" % _EDITED


def write(path: Path, people: int) -> None:
    """The people as one file, and beside it where each begins."""
    rng = random.Random(1)
    starts = np.empty(people + 1, np.int64)
    at = 0
    with path.open("wb") as file:
        for i in range(people):
            starts[i] = at
            at += file.write(person(i, rng) + b",")
    starts[people] = at
    np.save(path.with_suffix(".npy"), starts)


class Server:
    def __init__(self, path: Path) -> None:
        self.starts = np.load(path.with_suffix(".npy"))
        self.file = path.open("r+b")
        self.bytes = mmap.mmap(self.file.fileno(), 0, access=mmap.ACCESS_COPY)
        self.view = memoryview(self.bytes)
        self.latency = 0.0
        self.turn = 0

    def change(self, share: float) -> None:
        """Edit that share of the people, others each time, and as deterministically."""
        self.turn += 1
        people = len(self.starts) - 1
        for i in random.Random(self.turn).sample(range(people), int(share * people)):
            at = int(self.starts[i + 1]) - 3  # the digit before `},`
            self.bytes[at] = ord("0") + (self.bytes[at] - ord("0") + 1) % 10

    def serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            request = connection.recv(65536)
            if not request:
                return
            if self.latency:
                time.sleep(self.latency)
            if page := _PAGE.match(request):
                self.page(connection, int(page[1]), int(page[2]))
            else:
                body = self.other(request)
                connection.sendall(_HEAD % len(body) + body)

    def page(self, connection: socket.socket, p: int, pp: int) -> None:
        last = len(self.starts) - 1
        first, end = min(p * pp, last), min((p + 1) * pp, last)
        a, b = int(self.starts[first]), int(self.starts[end])
        rows = self.view[a : max(a, b - 1)]
        connection.sendall(_HEAD % (len(rows) + 11) + b'{"data":[')
        connection.sendall(rows)
        connection.sendall(b"]}")

    def other(self, request: bytes) -> bytes:
        if control := _CONTROL.match(request):
            value = float(control[2])
            if control[1] == b"change":
                self.change(value)
            else:
                self.latency = value / 1000
            return b"{}"
        return _TOKEN


def main() -> None:
    port, people, path = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    if not path.with_suffix(".npy").exists():
        write(path, people)
    server = Server(path)
    with socket.create_server(("127.0.0.1", port), backlog=64) as listening:
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=server.serve, args=(connection,), daemon=True).start()


@contextmanager
def running(people: int, folder: Path) -> Iterator[str]:
    """The server as a process of its own while the block runs; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = folder / f"people-{people}.json"
    process = subprocess.Popen([sys.executable, "-m", __name__, str(port), str(people), str(path)])
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(6000):
            try:
                control(url, "latency?ms=0")
                break
            except OSError:
                time.sleep(0.05)
        yield url
    finally:
        process.kill()
        process.wait()


def control(url: str, what: str) -> None:
    urllib.request.urlopen(f"{url}/control/{what}", timeout=60).read()


if __name__ == "__main__":
    main()
