"""One request to Zetkin and what became of it: retries, rests, refusals, and an error a person can act on.

What may be sent again is decided here and nowhere else (RELIABILITY §4.4): reading, PUT, DELETE and a PATCH
of fixed values may; a POST only when it provably never arrived or was turned away as too much; the publishing
PATCH never, that is the executor's.
"""

from __future__ import annotations

import random
import re
import secrets
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from typing import Any, NamedTuple, NoReturn

import httpx
import msgspec
from tenacity import Retrying, retry_if_exception_type

from connectors.zetkin.auth import Tokens
from connectors.zetkin.gate import Gate
from connectors.zetkin.refusals import NotThere, refusal, retry_after
from zetkin_sync.errors import OutcomeUnknown, Permanent, Temporary
from zetkin_sync.language import Message, say

TRIES = 6
MOST_HOPS = 2
MOST_TRIES = 30  # rests that Zetkin asked for included
LONGEST_BODY = 64 * 1024 * 1024
LONGEST_REST = 15 * 60.0  # seconds; asked to rest longer, the run ends and says so
LONGEST_ANSWER = 5  # times the time-out of one read: a body that drips is given up
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
_ENVELOPE = re.compile(rb'\s*\{\s*"data"\s*:')
_PERSON = re.compile(
    r"(people|participants|responses|rows|callers|assigned|officials|subjects|recipients)/\d+"
)


class Repeat(Enum):
    """What may be sent a second time when nobody knows what became of the first."""

    SAFELY = "safely"  # sending it twice does what sending it once does
    UNARRIVED = "unarrived"  # only when it provably did nothing
    NEVER = "never"  # the caller looks first


class Call(NamedTuple):
    """One thing asked of Zetkin. `path` begins with the version: /v1/orgs/41/people."""

    method: str
    path: str
    query: str = ""
    body: bytes | None = None
    repeat: Repeat = Repeat.SAFELY
    form: bool = False  # the token endpoint's way of speaking
    asks_only: bool = False  # a POST that only computes

    @property
    def changes(self) -> bool:
        """May it change something, so that a lost answer leaves a doubt?"""
        return self.method != "GET" and not self.form and not self.asks_only

    @property
    def endpoint(self) -> str:
        """How it is named to a person: without anybody's id."""
        return self.method + " " + _PERSON.sub(r"\1/…", self.path)


class _Again(Exception):  # noqa: N818 - a turn of the loop, not an error anybody sees
    """This try failed in a way that another may mend; `rest` when the gate has been closed for it."""

    def __init__(self, why: Message, *, arrived: bool, rest: bool = False) -> None:
        super().__init__(str(why))
        self.why = why
        self.arrived = arrived  # could it have taken effect?
        self.rest = rest


class _Asking:
    """One call while it is tried: how often, with what doubts."""

    def __init__(self, call: Call, request: str) -> None:
        self.call = call
        self.request = request
        self.tries = 0
        self.failures = 0  # tries that failed by themselves, not because everybody had to rest
        self.rests = False
        self.doubtful = False
        self.may_repeat = True
        self.about = {"endpoint": call.endpoint, "request": request}

    def failed(self, again: _Again) -> None:
        self.rests = again.rest
        self.failures += not again.rest
        self.doubtful = self.doubtful or again.arrived
        repeat = self.call.repeat
        self.may_repeat = repeat is Repeat.SAFELY or (repeat is Repeat.UNARRIVED and not again.arrived)

    def give_up(self, again: _Again) -> NoReturn:
        if self.doubtful and self.call.changes:
            raise OutcomeUnknown(again.why) from again
        raise Temporary(again.why) from again


class Answer(NamedTuple):
    """What came back: the status, the body, the server's Date, where it sends us instead."""

    status: int
    body: bytes
    date: str | None = None
    location: str | None = None


class Client:
    """Requests to one Zetkin server, through one gate, with one identity.

    `base` is scheme, host and port; the identity is `tokens`, or `basic` (a whole header) at the token endpoint.
    `chance` gives 0–1 (jitter), `name` makes our request ids.
    """

    def __init__(
        self,
        base: httpx.URL,
        *,
        transport: httpx.BaseTransport,
        gate: Gate,
        tokens: Tokens | None = None,
        basic: str | None = None,
        timeout: float = 60.0,
        tries: int = TRIES,
        longest_body: int = LONGEST_BODY,
        chance: Callable[[], float] = random.random,
        name: Callable[[], str] = lambda: secrets.token_hex(4),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.base = base
        self.gate = gate
        self._transport = transport
        self._tokens = tokens
        self._basic = basic
        self._timeout = timeout
        self._tries = tries
        self._longest_body = longest_body
        self._chance = chance
        self._name = name
        self._now = now
        self._extensions = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout)}
        host = base.netloc.decode("ascii")
        self._headers = [("Host", host), ("Accept", "application/json"), ("Accept-Encoding", "gzip")]

    # -- what the rest of the connector asks for

    def get(self, path: str, query: str = "") -> bytes:
        """The body of a 200: JSON with `data` at its top. Raises a Trouble for anything else."""
        return self.answer(Call("GET", path, query)).body

    def send(
        self, method: str, path: str, body: Any = None, *, repeat: Repeat | None = None, query: str = ""
    ) -> bytes:
        """A request that may change something; the body of its answer, which may be empty."""
        if repeat is None:
            repeat = Repeat.UNARRIVED if method == "POST" else Repeat.SAFELY
        content = None if body is None else msgspec.json.encode(body)
        return self.answer(Call(method, path, query, content, repeat)).body

    def answer(self, call: Call) -> Answer:
        """Ask, as often as `call.repeat` and the kind of failure allow."""
        asking = _Asking(call, f"zs-{self._name()}")
        try:
            return self._try(asking)
        except _Again as again:
            return self._insist(asking, again)

    def _try(self, asking: _Asking) -> Answer:
        asking.tries += 1
        try:
            return self._once(asking)
        except _Again as again:
            asking.failed(again)
            if not asking.may_repeat:
                asking.give_up(again)
            raise
        except NotThere:
            if asking.doubtful and asking.call.method == "DELETE":  # the first did it, its answer was lost
                return Answer(204, b"")
            raise

    def _insist(self, asking: _Asking, failed: _Again) -> Answer:
        """Try again after a first failure, until it goes well or the tries are used up."""
        retrying = Retrying(
            retry=retry_if_exception_type(_Again),
            stop=lambda _state: asking.failures >= self._tries or asking.tries >= MOST_TRIES,
            wait=lambda _state: 0.0 if asking.rests else self._backoff(asking.failures),
            sleep=self.gate.sleep,
            reraise=True,
        )
        known = [failed]

        def once() -> Answer:
            if known:
                raise known.pop()
            return self._try(asking)

        try:
            return retrying(once)
        except _Again as again:
            asking.give_up(again)

    def close(self) -> None:
        self._transport.close()

    def _backoff(self, attempt: int) -> float:
        """Seconds until the next try: growing, jitter only ever added."""
        step: float = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (attempt - 1))
        return step * (1 + self._chance())

    # -- one try

    def _once(self, asking: _Asking) -> Answer:
        token = self._tokens.current() if self._tokens else None
        answer = self._through_gate(asking, token)
        if answer.status == 401 and self._tokens is not None and token is not None:
            token = self._tokens.renew(token)
            answer = self._through_gate(asking, token)
        for _hop in range(MOST_HOPS):
            target = self._same_server(asking.call, answer)
            if target is None:
                break
            answer = self._through_gate(asking, token, target=target)
        if answer.status == 200:
            self._check(asking, answer.body)
            self.gate.went_well()
        elif not 200 <= answer.status < 300:
            raise refusal(answer.status, answer.body, about=asking.about)
        return answer

    def _same_server(self, call: Call, answer: Answer) -> str | None:
        """Where a redirect leads, if it is a reading and stays on this server; nothing else is followed."""
        if answer.location is None or call.method != "GET":
            return None
        to = self.base.join(answer.location)
        same = (to.scheme, to.host, to.port) == (self.base.scheme, self.base.host, self.base.port)
        return to.raw_path.decode("ascii") if same else None

    def _through_gate(self, asking: _Asking, token: str | None, *, target: str | None = None) -> Answer:
        message = self._message(asking, token, target)
        with self.gate.passing():
            response, body = self._exchange(asking, message)
        self._judge(asking, response)
        date, to = response.headers.get("date"), response.headers.get("location")
        return Answer(response.status_code, body, date, to if 300 <= response.status_code < 400 else None)

    def _exchange(self, asking: _Asking, message: httpx.Request) -> tuple[httpx.Response, bytes]:
        try:
            response = self._transport.handle_request(message)
            try:
                return response, self._body(asking, response)
            finally:
                response.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            why = say("Zetkin cannot be reached at {host}.", host=self.base.host)
            raise _Again(why, arrived=False) from error
        except (httpx.TransportError, zlib.error) as error:
            why = say("Zetkin did not answer {endpoint} to the end (our request {request}).", **asking.about)
            raise _Again(why, arrived=True) from error

    def _message(self, asking: _Asking, token: str | None, target: str | None) -> httpx.Request:
        call = asking.call
        headers = [*self._headers, ("X-Request-Id", asking.request)]
        if token is not None:
            headers.append(("Authorization", f"Bearer {token}"))
        elif self._basic is not None:
            headers.append(("Authorization", self._basic))
        if call.body is not None:
            kind = "application/x-www-form-urlencoded" if call.form else "application/json"
            headers.append(("Content-Type", kind))
        target = target or (f"{call.path}?{call.query}" if call.query else call.path)
        url = self.base.copy_with(raw_path=target.encode("ascii"))
        return httpx.Request(
            call.method, url, headers=headers, content=call.body, extensions=self._extensions
        )

    def _body(self, asking: _Asking, response: httpx.Response) -> bytes:
        """The body, unpacked, and never more of it than may be held."""
        until = self.gate.clock() + LONGEST_ANSWER * self._timeout
        packed = response.headers.get("content-encoding", "identity").lower()
        unpack = zlib.decompressobj(31) if packed == "gzip" else None
        chunks: list[bytes] = []
        size = 0
        stream: Any = response.stream
        for raw in stream:
            chunk = raw if unpack is None else unpack.decompress(raw, self._longest_body - size + 1)
            size += len(chunk)
            if size > self._longest_body:
                what = say(
                    "Zetkin's answer to {endpoint} is larger than {n} MB (our request {request}).",
                    n=self._longest_body // 2**20,
                    **asking.about,
                )
                raise OutcomeUnknown(what) if asking.call.changes else Permanent(what)
            if self.gate.clock() > until:
                raise httpx.ReadTimeout("the answer drips")
            chunks.append(chunk)
        if unpack is not None and not unpack.eof:
            raise httpx.RemoteProtocolError("the packed answer is cut off")
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    # -- what the answer means

    def _judge(self, asking: _Asking, response: httpx.Response) -> None:
        """Answers after which everybody rests, or at least this request waits and tries again."""
        status = response.status_code
        about = {"status": str(status), **asking.about}
        if status == 429 or (status == 503 and "retry-after" in response.headers):
            asked = retry_after(response.headers.get("retry-after"), now=self._now())
            if asked is not None and asked > LONGEST_REST:
                what = say(
                    "Zetkin asks us to wait {n} minutes before {endpoint} (our request {request}); that is too long for one run.",
                    n=round(asked / 60),
                    **about,
                )
                raise (OutcomeUnknown(what) if status == 503 and asking.call.changes else Temporary(what))
            rest = (asked or self._backoff(asking.tries)) + self._chance()
            self.gate.hold(rest)
            why = say(
                "Zetkin says that we ask too much: {status} for {endpoint} (our request {request}).", **about
            )
            raise _Again(why, arrived=status != 429, rest=True)
        if status in (408, 425) or status >= 500:
            why = say("Zetkin answered {status} to {endpoint} (our request {request}).", **about)
            raise _Again(why, arrived=status != 425)

    def _check(self, asking: _Asking, body: bytes) -> None:
        """A 200 must hold what a 200 holds: JSON with `data`. PUT and DELETE may answer with nothing."""
        call = asking.call
        if _ENVELOPE.match(body) and body.rstrip().endswith(b"}"):
            return
        if call.form or (not body.strip() and call.method in ("PUT", "DELETE", "PATCH")):
            return
        try:
            said = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            said = None
        if isinstance(said, dict) and "data" in said and not said.get("error"):
            return
        why = say(
            "Zetkin's answer to {endpoint} is not what it should be (our request {request}).", **asking.about
        )
        raise _Again(why, arrived=True)
