"""A Zetkin server that is a script: for the odd cases on the wire that a whole simulator would not show."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from connectors.zetkin import Zetkin, connect
from zetkin_sync.settings import Settings

KEY = "k" * 40
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Handler = Callable[[httpx.Request], httpx.Response]


class Script:
    """A server that says what a test wants; it remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.requests: list[httpx.Request] = []
        self.tokens = 0
        self.expires_in: float = 3600
        self.routes: dict[str, Handler] = {}

    def on(self, pattern: str, answer: Any) -> None:
        self.routes[pattern] = answer if callable(answer) else lambda _request: data(answer)

    def paged(self, pattern: str, rows: list[dict[str, Any]]) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            p, pp = int(request.url.params["p"]), int(request.url.params["pp"])
            return data(rows[p * pp : (p + 1) * pp])

        self.routes[pattern] = answer

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/oauth/token":
            self.tokens += 1
            return httpx.Response(
                200, json={"access_token": f"t{self.tokens}", "expires_in": self.expires_in}
            )
        self.requests.append(request)
        self.asked.append(f"{request.method} {request.url.raw_path.decode()}")
        for pattern, answer in self.routes.items():
            if re.fullmatch(pattern, request.url.path):
                return answer(request)
        return httpx.Response(404, json={"error": {"title": "404 Not Found"}})


def data(value: Any) -> httpx.Response:
    return httpx.Response(200, json={"data": value})


def settings(**more: Any) -> Settings:
    usual = {
        "hash_key": KEY,
        "zetkin_url": "http://127.0.0.1:9",
        "zetkin_client_id": "us",
        "zetkin_client_secret": "s",
        "zetkin_grant": "g",
        "zetkin_page_size": 10,
    }
    return Settings(**{**usual, **more})


class Time:
    """A monotonic clock that only sleeping moves; it remembers the sleeps."""

    def __init__(self) -> None:
        self.at = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.at)


def zetkin(script: Handler, *, time: Time | None = None, **options: Any) -> Zetkin:
    """A client of that script; nobody really waits. Options beginning with `zetkin_` or `hash_` are settings."""
    time = time or Time()
    of_settings = {name: options.pop(name) for name in list(options) if name.startswith(("zetkin_", "hash_"))}
    return connect(
        settings(**of_settings),
        transport=httpx.MockTransport(script),
        clock=time,
        sleep=time.sleep,
        chance=lambda: 0.5,
        now=time.now,
        **options,
    )
