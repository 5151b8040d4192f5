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
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any, NamedTuple, NoReturn

import httpx
import msgspec
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from connectors.zetkin.auth import Tokens
from connectors.zetkin.gate import Gate
from zetkin_sync.errors import NeedsHuman, OutcomeUnknown, Permanent, Temporary, Trouble
from zetkin_sync.language import Message, say

TRIES = 6
LONGEST_BODY = 64 * 1024 * 1024
LONGEST_REST = 15 * 60.0  # seconds; asked to rest longer, the run ends and says so
LONGEST_ANSWER = 5  # times the time-out of one read: a body that drips is given up
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
_ENVELOPE = re.compile(rb'\s*\{\s*"data"\s*:')
_PERSON = re.compile(
    r"(people|participants|responses|rows|callers|assigned|officials|subjects|recipients)/\d+"
)
_TITLE = re.compile(r"[^\w .,:'/&-]")


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
    form: bool = False

    @property
    def endpoint(self) -> str:
        """How it is named to a person: without anybody's id."""
        return self.method + " " + _PERSON.sub(r"\1/…", self.path)


class NotThere(Permanent):
    """Zetkin has no such thing (404)."""


class Conflict(Permanent):
    """Zetkin cannot do it as things stand (409)."""


class Forbidden(NeedsHuman):
    """Zetkin does not let us (403)."""


class _Again(Exception):  # noqa: N818 - a turn of the loop, not an error anybody sees
    """This try failed in a way that another may mend."""

    def __init__(self, why: Message, *, arrived: bool, rest: float | None = None) -> None:
        super().__init__(str(why))
        self.why = why
        self.arrived = arrived  # could it have taken effect?
        self.rest = rest  # the gate has been closed already


class Answer(NamedTuple):
    """What came back: the status, the body, the server's own time when it says it."""

    status: int
    body: bytes
    date: datetime | None


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
        request = f"zs-{self._name()}"
        doubtful = False

        def once() -> Answer:
            nonlocal doubtful
            try:
                return self._once(call, request)
            except _Again as again:
                doubtful = doubtful or again.arrived
                again_allowed = call.repeat is Repeat.SAFELY or (
                    call.repeat is Repeat.UNARRIVED and not again.arrived
                )
                if not again_allowed:
                    self._give_up(call, again, doubtful=doubtful)
                raise
            except NotThere:
                if doubtful and call.method == "DELETE":  # the first one did it, its answer was lost
                    return Answer(204, b"", None)
                raise

        retrying = Retrying(
            retry=retry_if_exception_type(_Again),
            stop=stop_after_attempt(self._tries),
            wait=self._wait,
            sleep=self.gate.sleep,
            reraise=True,
        )
        try:
            return retrying(once)
        except _Again as again:
            self._give_up(call, again, doubtful=doubtful)

    def close(self) -> None:
        self._transport.close()

    def _give_up(self, call: Call, again: _Again, *, doubtful: bool) -> NoReturn:
        if doubtful and call.method != "GET":
            raise OutcomeUnknown(again.why) from again
        raise Temporary(again.why) from again

    def _wait(self, state: RetryCallState) -> float:
        """Seconds until the next try, growing, jitter only ever added; none where the gate already waits."""
        failed = state.outcome.exception() if state.outcome else None
        if isinstance(failed, _Again) and failed.rest is not None:
            return 0.0
        return self._backoff(state.attempt_number)

    def _backoff(self, attempt: int) -> float:
        step: float = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (attempt - 1))
        return step * (1 + self._chance())

    # -- one try

    def _once(self, call: Call, request: str) -> Answer:
        token = self._tokens.current() if self._tokens else None
        with self.gate.passing():
            answer = self._exchange(call, request, token)
        if answer.status == 401 and self._tokens is not None and token is not None:
            token = self._tokens.renew(token)
            with self.gate.passing():
                answer = self._exchange(call, request, token)
        if answer.status == 200:
            self._check(call, request, answer.body)
            self.gate.went_well()
        elif not 200 <= answer.status < 300:
            self._refused(call, request, answer)
        return answer

    def _exchange(self, call: Call, request: str, token: str | None) -> Answer:
        headers = [*self._headers, ("X-Request-Id", request)]
        if token is not None:
            headers.append(("Authorization", f"Bearer {token}"))
        elif self._basic is not None:
            headers.append(("Authorization", self._basic))
        if call.body is not None:
            kind = "application/x-www-form-urlencoded" if call.form else "application/json"
            headers.append(("Content-Type", kind))
        target = f"{call.path}?{call.query}" if call.query else call.path
        message = httpx.Request(
            call.method,
            self.base.copy_with(raw_path=target.encode("ascii")),
            headers=headers,
            content=call.body,
            extensions=self._extensions,
        )
        try:
            response = self._transport.handle_request(message)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise _Again(
                say("Zetkin cannot be reached at {host}.", host=self.base.host), arrived=False
            ) from error
        except httpx.TransportError as error:
            raise _Again(self._no_answer(call, request), arrived=True) from error
        try:
            body = self._body(call, request, response)
        except httpx.TransportError as error:
            raise _Again(self._no_answer(call, request), arrived=True) from error
        finally:
            response.close()
        self._rest_of(call, request, response)
        return Answer(response.status_code, body, _date(response.headers.get("date")))

    def _no_answer(self, call: Call, request: str) -> Message:
        return say(
            "Zetkin did not answer {endpoint} to the end (our request {request}).",
            endpoint=call.endpoint,
            request=request,
        )

    def _body(self, call: Call, request: str, response: httpx.Response) -> bytes:
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
                raise Permanent(
                    say(
                        "Zetkin's answer to {endpoint} is larger than {n} MB (our request {request}).",
                        endpoint=call.endpoint,
                        n=self._longest_body // 2**20,
                        request=request,
                    )
                )
            if self.gate.clock() > until:
                raise httpx.ReadTimeout("the answer drips")
            chunks.append(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    # -- what the answer means

    def _rest_of(self, call: Call, request: str, response: httpx.Response) -> None:
        """Answers after which everybody rests, or at least this request."""
        status = response.status_code
        if status == 429 or (status == 503 and "retry-after" in response.headers):
            asked = _retry_after(response.headers.get("retry-after"), now=self._now())
            if asked is not None and asked > LONGEST_REST:
                raise Temporary(
                    say(
                        "Zetkin asks us to wait {n} minutes before {endpoint} (our request {request}); that is too long for one run.",
                        n=round(asked / 60),
                        endpoint=call.endpoint,
                        request=request,
                    )
                )
            rest = (asked or _FIRST_WAIT) * (1 + 0.2 * self._chance()) + self._chance()
            self.gate.hold(rest)
            why = say(
                "Zetkin says that we ask too much: {status} for {endpoint} (our request {request}).",
                status=str(status),
                endpoint=call.endpoint,
                request=request,
            )
            raise _Again(why, arrived=status != 429, rest=rest)
        if status in (408, 425) or status >= 500:
            why = say(
                "Zetkin answered {status} to {endpoint} (our request {request}).",
                status=str(status),
                endpoint=call.endpoint,
                request=request,
            )
            raise _Again(why, arrived=status != 425)

    def _check(self, call: Call, request: str, body: bytes) -> None:
        """A 200 must hold what a 200 holds: JSON with `data`. PUT and DELETE may answer with nothing."""
        if _ENVELOPE.match(body) and body.rstrip().endswith(b"}"):
            return
        if call.form or (not body.strip() and call.method in ("PUT", "DELETE", "PATCH")):
            return
        what = say(
            "Zetkin's answer to {endpoint} is not what it should be (our request {request}).",
            endpoint=call.endpoint,
            request=request,
        )
        try:
            said = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            said = None
        if isinstance(said, dict) and "data" in said and not said.get("error"):
            return
        raise _Again(what, arrived=True)

    def _refused(self, call: Call, request: str, answer: Answer) -> NoReturn:
        """Turn a status that asking again will not change into what a person should know."""
        about = {"endpoint": call.endpoint, "request": request, "title": title_of(answer.body)}
        status = answer.status
        if 300 <= status < 400:
            raise Permanent(
                say(
                    "Zetkin sends {endpoint} on to another address; we do not follow (our request {request}).",
                    **about,
                ),
                say(
                    "Check ZETKIN_SYNC_ZETKIN_URL: it must be the API's own address, such as https://api.zetk.in."
                ),
            )
        if status == 401:
            raise NeedsHuman(
                say("Zetkin does not accept our login for {endpoint} (our request {request}).", **about),
                say("Make a new API key for the service's Zetkin user (docs/zetkin.md)."),
            )
        if status == 403:
            raise Forbidden(
                say("Zetkin does not let us do {endpoint}: {title} (our request {request}).", **about),
                say(
                    "Give the service's Zetkin user the role organizer in that organization (docs/zetkin.md)."
                ),
            )
        trouble: type[Trouble] = {404: NotThere, 409: Conflict}.get(status, Permanent)
        raise trouble(
            say(
                "Zetkin refuses {endpoint}: {status} {title} (our request {request}).",
                **about,
                status=str(status),
            )
        )


def title_of(body: bytes) -> str:
    """An error's title, as far as it may be shown; descriptions may quote what was sent and are left out."""
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "–"
    while isinstance(said, dict) and "title" not in said:
        said = said.get("error") or said.get("data") or said.get("message")
    title = said.get("title") if isinstance(said, dict) else said
    if not isinstance(title, str):
        return "–"
    return _TITLE.sub("", title)[:80].strip() or "–"


def _retry_after(value: str | None, *, now: datetime) -> float | None:
    """Seconds that Retry-After asks for (RFC 9110 §10.2.3), or None when it says nothing usable."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12]) or None
    until = _date(text)
    if until is None:
        return None
    seconds = (until - now).total_seconds()
    return seconds if seconds > 0 else None


def _date(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
