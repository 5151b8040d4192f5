"""What is sent again, what is not, how long everybody rests, and that nobody is locked out by two renewals."""

from __future__ import annotations

import gzip
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from connectors.zetkin.auth import Token, Tokens, by_refresh
from connectors.zetkin.client import Call, Repeat
from connectors.zetkin.gate import Gate
from tests.zetkin_script import NOW, Script, Time, data, zetkin
from zetkin_sync.errors import ConfigError, NeedsHuman, OutcomeUnknown, Permanent, Temporary
from zetkin_sync.records import Found, Person

PATH = "/v1/orgs/41/people/7"


class Failing:
    """Fails so many times in one way, then answers; `did` counts how often it took effect."""

    def __init__(self, times: int, how: Any, answer: httpx.Response | None = None) -> None:
        self.left = times
        self.how = how
        self.asked = 0
        self.answer = answer or data({"id": 7})

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.left:
            self.left -= 1
            if isinstance(self.how, type):
                raise self.how("no")
            return self.how if isinstance(self.how, httpx.Response) else httpx.Response(self.how, json={})
        return self.answer


def failing(times: int, how: Any, **more: Any) -> tuple[Script, Failing]:
    script, failure = Script(), Failing(times, how, **more)
    script.on(".*", failure)
    return script, failure


AMBIGUOUS = [
    httpx.ReadTimeout,
    httpx.ReadError,
    httpx.RemoteProtocolError,
    httpx.WriteError,
    408,
    500,
    502,
    503,
    504,
]
UNARRIVED = [httpx.ConnectError, httpx.ConnectTimeout, 429]


@pytest.mark.parametrize("how", [*AMBIGUOUS, *UNARRIVED, 425])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_what_may_be_repeated_is_repeated(method: str, how: Any) -> None:
    script, failure = failing(3, how)
    zetkin(script)._client.send(method, PATH, repeat=Repeat.SAFELY)
    assert failure.asked == 4


@pytest.mark.parametrize("how", UNARRIVED)
def test_a_post_that_never_arrived_is_sent_again(how: Any) -> None:
    script, failure = failing(3, how)
    zetkin(script)._client.send("POST", PATH, {"title": "x"})
    assert failure.asked == 4


@pytest.mark.parametrize("how", AMBIGUOUS)
def test_a_post_that_may_have_arrived_is_sent_once(how: Any) -> None:
    script, failure = failing(1, how)
    with pytest.raises(OutcomeUnknown):
        zetkin(script)._client.send("POST", PATH, {"title": "x"})
    assert failure.asked == 1


def test_a_post_that_is_doubtful_after_a_rest_is_sent_no_more() -> None:
    script = Script()
    answers = iter([httpx.Response(429), httpx.Response(500)])
    script.on(".*", lambda _r: next(answers))
    with pytest.raises(OutcomeUnknown):
        zetkin(script)._client.send("POST", PATH, {"title": "x"})


@pytest.mark.parametrize("how", [*AMBIGUOUS, *UNARRIVED])
def test_what_must_be_looked_up_first_is_never_sent_twice(how: Any) -> None:
    script, failure = failing(1, how)
    expected = Temporary if how in UNARRIVED else OutcomeUnknown
    with pytest.raises(expected):
        zetkin(script)._client.send("PATCH", PATH, {"published": "x"}, repeat=Repeat.NEVER)
    assert failure.asked == 1


@pytest.mark.parametrize(("method", "expected"), [("GET", Temporary), ("PUT", OutcomeUnknown)])
def test_what_never_succeeds_is_given_up(method: str, expected: type[Exception]) -> None:
    script, failure = failing(1000, 500)
    with pytest.raises(expected):
        zetkin(script)._client.send(method, PATH)
    assert failure.asked == 6


def test_a_put_that_never_arrived_is_known_not_to_have_happened() -> None:
    script, _ = failing(1000, httpx.ConnectError)
    with pytest.raises(Temporary):
        zetkin(script)._client.send("PUT", PATH)


def test_a_repeated_deletes_404_means_done() -> None:
    script, failure = failing(1, 500, answer=httpx.Response(404, json={"error": {"title": "404 Not Found"}}))
    assert zetkin(script)._client.send("DELETE", PATH) == b""
    assert failure.asked == 2


def test_a_first_deletes_404_is_a_404() -> None:
    script, _ = failing(0, 500, answer=httpx.Response(404, json={"error": {"title": "404 Not Found"}}))
    with pytest.raises(Permanent):
        zetkin(script)._client.send("DELETE", PATH)


def test_waits_grow_and_jitter_is_only_added() -> None:
    time = Time()
    script, _ = failing(5, 500)
    zetkin(script, time=time)._client.get(PATH)
    assert time.slept == [0.75, 1.5, 3.0, 6.0, 12.0]


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        (None, 0.5, 1.5),
        ("0", 0.5, 1.5),
        ("-1", 0.5, 1.5),
        ("soon", 0.5, 1.5),
        ("7", 7, 9),
        (format_datetime(NOW + timedelta(seconds=20), usegmt=True), 20, 22),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.5, 1.5),
    ],
)
def test_retry_after_is_the_least_that_is_waited(header: str | None, least: float, most: float) -> None:
    time = Time()
    headers = {} if header is None else {"Retry-After": header}
    script, _ = failing(1, httpx.Response(429, headers=headers))
    zetkin(script, time=time)._client.get(PATH)
    assert least <= time.at <= most


@pytest.mark.parametrize(
    "header", ["1000000000", "901", format_datetime(NOW + timedelta(days=9), usegmt=True)]
)
def test_a_rest_that_is_too_long_ends_the_run_at_once(header: str) -> None:
    time = Time()
    script, failure = failing(1, httpx.Response(429, headers={"Retry-After": header}))
    with pytest.raises(Temporary, match="wait"):
        zetkin(script, time=time)._client.get(PATH)
    assert (failure.asked, time.at) == (1, 0)


def test_a_long_storm_of_429_loses_nothing() -> None:
    script, failure = failing(20, httpx.Response(429, headers={"Retry-After": "1"}))
    zetkin(script)._client.get(PATH)
    assert failure.asked == 21


def test_after_a_429_everybody_rests_and_fewer_pass() -> None:
    time = Time()
    gate = Gate(width=4, budget=100, clock=time, sleep=time.sleep)
    gate.hold(5)
    gate.hold(3)  # the same wave: no narrower, no shorter
    assert gate.width == 2
    with gate.passing():
        assert time.at == 5
    for _ in range(40):
        gate.went_well()
    assert gate.width == 4


def test_no_more_than_its_width_pass_a_gate_at_once() -> None:
    gate = Gate(width=3, budget=1000)
    inside, most, lock = 0, 0, threading.Lock()

    def pass_through(_n: int) -> None:
        nonlocal inside, most
        with gate.passing():
            with lock:
                inside += 1
                most = max(most, inside)
            threading.Event().wait(0.001)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(pass_through, range(100)))
    assert most == 3


def test_a_runs_budget_of_requests_ends_in_words() -> None:
    script, failure = failing(0, 500)
    client = zetkin(script, zetkin_requests_per_run=3)
    client._client.get(PATH)  # the token is the first
    client._client.get(PATH)
    with pytest.raises(NeedsHuman, match="REQUESTS_PER_RUN"):
        client._client.get(PATH)
    assert failure.asked == 2
    client.begin()
    client._client.get(PATH)


def test_a_redirect_is_followed_on_the_same_server_only_and_only_for_reading() -> None:
    script = Script()
    moved = {"Location": "/v1/orgs/41/people/8"}
    script.on(PATH, lambda _r: httpx.Response(307, headers=moved))
    script.on("/v1/orgs/41/people/8", {"id": 8})
    script.on("/away", lambda _r: httpx.Response(302, headers={"Location": "https://evil.example/v1"}))
    script.on("/round", lambda _r: httpx.Response(302, headers={"Location": "/round"}))
    client = zetkin(script)._client
    assert b"8" in client.get(PATH)
    for method, path in (("PUT", PATH), ("GET", "/away"), ("GET", "/round")):
        with pytest.raises(Permanent, match="another address"):
            client.send(method, path)


def test_a_body_is_unpacked_but_never_more_than_may_be_held() -> None:
    script = Script()
    bomb = gzip.compress(b'{"data": "' + b"0" * 80 * 2**20 + b'"}')
    packed = gzip.compress(b'{"data": {"id": 7}}')
    gzipped = {"Content-Encoding": "gzip"}
    script.on("/bomb", lambda _r: httpx.Response(200, stream=httpx.ByteStream(bomb), headers=gzipped))
    script.on("/packed", lambda _r: httpx.Response(200, stream=httpx.ByteStream(packed), headers=gzipped))
    script.on("/cut", lambda _r: httpx.Response(200, stream=httpx.ByteStream(packed[:-9]), headers=gzipped))
    script.on("/false", lambda _r: httpx.Response(200, stream=httpx.ByteStream(b"{}"), headers=gzipped))
    client = zetkin(script)._client
    assert client.get("/packed") == b'{"data": {"id": 7}}'
    with pytest.raises(Permanent, match="larger than 64 MB"):
        client.get("/bomb")
    for path in ("/cut", "/false"):
        with pytest.raises(Temporary):
            client.get(path)


def test_a_dripping_body_is_given_up() -> None:
    time = Time()

    class Drip(httpx.SyncByteStream):
        def __iter__(self) -> Any:
            while True:
                time.at += 50
                yield b" "

    script = Script()
    script.on(".*", lambda _r: httpx.Response(200, stream=Drip()))
    with pytest.raises(Temporary):
        zetkin(script, time=time)._client.get(PATH)


@pytest.mark.parametrize("oauth", [True, False])
def test_an_expired_token_is_renewed_and_nothing_is_lost(oauth: bool) -> None:
    script = Script()
    valid = {"t1"}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["Authorization"].removeprefix("Bearer ") not in valid:
            said: Any = {"title": "401 Unauthorized"}
            return httpx.Response(401, json={"error": "invalid_token" if oauth else said})
        return data({"id": 7})

    script.on(PATH, answer)
    client = zetkin(script)
    assert client.look(Person, organization=41, row=7) is Found.HERE
    valid.clear()
    valid.add("t2")
    assert client.look(Person, organization=41, row=7) is Found.HERE
    assert script.tokens == 2


def test_a_token_is_renewed_before_it_ends() -> None:
    time, script = Time(), Script()
    script.on(PATH, {"id": 7})
    client = zetkin(script, time=time)
    client._client.get(PATH)
    time.at = 3580
    client._client.get(PATH)
    assert script.tokens == 1
    time.at = 3591
    client._client.get(PATH)
    assert script.tokens == 2


def test_a_login_that_is_refused_for_good_never_turns_into_anonymous_requests() -> None:
    script = Script()
    script.on(PATH, lambda _r: httpx.Response(401, json={"error": "invalid_token"}))
    with pytest.raises(NeedsHuman, match="does not accept our login"):
        zetkin(script)._client.get(PATH)
    assert all("Authorization" in request.headers for request in script.requests)


@pytest.mark.parametrize(("status", "kind"), [(400, ConfigError), (401, ConfigError), (503, Temporary)])
def test_a_refused_key_is_a_mistake_in_the_configuration(status: int, kind: type[Exception]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/v1/oauth/token"
        return httpx.Response(status, json={"error": "invalid_grant"})

    with pytest.raises(kind):
        zetkin(answer)._client.get(PATH)


def test_the_key_is_sent_as_a_form_with_basic_auth_and_level_two() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.path == "/v1/oauth/token":
            return httpx.Response(200, json={"access_token": "t", "expires_in": 3600, "token_type": "bearer"})
        return data({"id": 7})

    zetkin(answer)._client.get(PATH)
    token, asked = seen
    assert token.headers["Authorization"] == "Basic dXM6cw=="
    assert b"scope=level2" in token.content
    assert b"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer" in token.content
    assert asked.headers["Authorization"] == "Bearer t"
    assert asked.headers["X-Request-Id"].startswith("zs-")


def test_a_refresh_token_is_used_once_however_many_threads_find_theirs_expired() -> None:
    now = [NOW]
    used: list[bytes] = []

    def post(form: bytes, *, again: bool) -> bytes:
        assert not again
        assert form not in used, "a refresh token was used twice"
        used.append(form)
        threading.Event().wait(0.01)
        n = len(used)
        return f'{{"access_token": "a{n}", "expires_in": 60, "refresh_token": "r{n}"}}'.encode()

    kept = [Token("a0", NOW, "r0")]
    tokens = Tokens(
        by_refresh(post, now=lambda: now[0]), now=lambda: now[0], load=lambda: kept[-1], save=kept.append
    )
    for turn in range(1, 4):
        with ThreadPoolExecutor(8) as pool:
            assert {f.result() for f in [pool.submit(tokens.current) for _ in range(8)]} == {f"a{turn}"}
        now[0] += timedelta(seconds=60)
    assert [token.refresh for token in kept] == ["r0", "r1", "r2", "r3"]


def test_what_another_process_renewed_is_used() -> None:
    kept = [Token("old", NOW, "r0")]

    def post(form: bytes, *, again: bool) -> bytes:
        raise AssertionError("renewed needlessly")

    tokens = Tokens(by_refresh(post, now=lambda: NOW), now=lambda: NOW, load=lambda: kept[-1])
    kept.append(Token("new", NOW + timedelta(hours=1), "r1"))
    assert tokens.current() == "new"


def test_a_refused_refresh_says_log_in_again() -> None:
    def post(form: bytes, *, again: bool) -> bytes:
        raise NeedsHuman(_message("refused"))

    tokens = Tokens(by_refresh(post, now=lambda: NOW), now=lambda: NOW, load=lambda: Token("a", NOW, "r"))
    with pytest.raises(NeedsHuman, match="Log in again"):
        tokens.current()


def test_a_token_does_not_show_in_logs() -> None:
    assert "secret" not in repr(Token("secret", datetime(2026, 1, 1), "secret"))


def test_nobodys_id_stands_in_a_sentence() -> None:
    call = Call("PUT", "/v1/orgs/41/people/7001/tags/88")
    assert call.endpoint == "PUT /v1/orgs/41/people/…/tags/88"


def _message(text: str) -> Any:
    from zetkin_sync.language import say

    return say("{text}", text=text)
