"""What a real Zetkin shows us, step by step and without writing: for `doctor`, and for a mail to Zetkin's support.

API.md §7 lists what nobody has documented: where pages begin, how large they may be, which roles open what, how
events' times are meant. This asks the server itself. Only GET is used, besides the exchange of the key for a token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from connectors.zetkin.client import Answer, Call, Client
from connectors.zetkin.lists import Allowed
from connectors.zetkin.refusals import Forbidden, NotThere, date_of
from connectors.zetkin.wire.shapes import Id, Titled, envelope, understood
from connectors.zetkin.wire.times import EventTimes, Reading
from zetkin_sync.errors import Trouble
from zetkin_sync.language import say, say_n
from zetkin_sync.ports import Observation

_SKEW, _BAD_SKEW = 30, 300  # seconds
_SAMPLE = 200  # events looked at for how times are meant
_NAMED = 5  # associations named in one sentence
_ROLES = ("organizer", "admin")


class _Session(msgspec.Struct):
    level: int = 0
    factors: list[str] = []


class _Membership(msgspec.Struct):
    organization: Titled
    role: str | None = None


class _Row(msgspec.Struct):
    id: Id


class _Field(msgspec.Struct):
    slug: str


class _Event(msgspec.Struct):
    start_time: str | None = None
    end_time: str | None = None


_session = envelope(_Session).decode
_memberships = envelope(list[_Membership]).decode
_rows = envelope(list[_Row]).decode
_fields = envelope(list[_Field]).decode
_events = envelope(list[_Event]).decode


class _Asker(Protocol):
    _client: Client
    _allowed: Allowed
    _size: int
    _now: Callable[[], datetime]


class Examining:
    """The examining part of the connector; see `zetkin_sync.ports.ZetkinReader.examine`."""

    def examine(
        self: _Asker, *, organization: int, organizations: Mapping[int, str]
    ) -> Iterator[Observation]:
        """Every step in turn; one that fails says so and the next is taken all the same, unless nothing is open."""
        asking = _Asking(self._client)
        try:
            yield from _identity(asking, self._now)
        except Trouble as trouble:
            yield Observation.bad(trouble.what, trouble.do or _support())
            return
        steps: tuple[Callable[[], Iterator[Observation]], ...] = (
            lambda: _roles(asking, organizations),
            lambda: _pages(asking, organization, self._size),
            lambda: _slugs(asking, organization, self._allowed.fields),
            lambda: _times(asking, organization, self._allowed.when),
        )
        for step in steps:
            try:
                yield from step()
            except Trouble as trouble:
                yield Observation.bad(trouble.what, trouble.do or _support())


class _Asking:
    def __init__(self, client: Client) -> None:
        self._client = client

    def __call__(self, decode: Callable[[bytes], Any], path: str, query: str = "") -> Any:
        return understood(decode, self.answer(path, query).body, endpoint=f"GET {path}").data

    def answer(self, path: str, query: str = "") -> Answer:
        return self._client.answer(Call("GET", path, query))


def _support() -> Any:
    return say("If it stays so, send this line to Zetkin's support.")


def _identity(asking: _Asking, now: Callable[[], datetime]) -> Iterator[Observation]:
    """Does the key give a token, of which level, and do our clocks agree?"""
    answer = asking.answer("/v1/session")
    session: _Session = understood(_session, answer.body, endpoint="GET /v1/session").data
    factors = ", ".join(sorted(session.factors)) or "–"
    if session.level >= 2:
        yield Observation.good(
            say("The key opens a session of level {level} ({factors}).", level=session.level, factors=factors)
        )
    else:
        yield Observation.bad(
            say(
                "The key opens a session of level {level} only ({factors}); organizers' data need level 2.",
                level=session.level,
                factors=factors,
            ),
            say("Ask Zetkin for an API key whose scope holds `level2` (docs/zetkin.md)."),
        )
    yield _clocks(answer, now())


def _clocks(answer: Answer, now: datetime) -> Observation:
    theirs = date_of(answer.date)
    if theirs is None:
        return Observation.advice(
            say("Zetkin does not say what time it is, so the clocks could not be compared."),
            say("Keep this machine's clock right (NTP)."),
        )
    seconds = round((now - theirs).total_seconds())
    if abs(seconds) <= _SKEW:
        return Observation.good(
            say("Our clock and Zetkin's agree to {seconds} seconds.", seconds=abs(seconds))
        )
    what = say(
        "Our clock and Zetkin's differ by {seconds} seconds (ours {ours}, Zetkin's {theirs}).",
        seconds=abs(seconds),
        ours=f"{now:%H:%M:%S}",
        theirs=f"{theirs:%H:%M:%S}",
    )
    do = say("Set this machine's clock (NTP); tokens run out and mails are sent by it.")
    return Observation.bad(what, do) if abs(seconds) > _BAD_SKEW else Observation.advice(what, do)


def _roles(asking: _Asking, organizations: Mapping[int, str]) -> Iterator[Observation]:
    """Is the service's user organizer in each association, and does its list of people open?"""
    found = {m.organization.id: m.role for m in asking(_memberships, "/v1/users/me/memberships")}
    closed = []
    for organization in organizations:
        try:
            asking(_rows, f"/v1/orgs/{organization}/people", "p=0&pp=1")
        except (Forbidden, NotThere):
            closed.append(organization)
    outside = [o for o in organizations if found.get(o) not in _ROLES]
    only_role = [o for o in outside if o not in closed]
    open_ = len(organizations) - len(closed)
    if open_:
        yield Observation.good(
            say_n(
                "One association opens its people to us.",
                "{n} associations open their people to us.",
                n=open_,
            )
        )
    if closed:
        yield Observation.bad(
            say_n(
                "One association does not open its people to us: {names}.",
                "{n} associations do not open their people to us: {names}.",
                n=len(closed),
                names=_names(closed, organizations),
            ),
            say("Give the service's Zetkin user the role organizer there, or at the top of the tree."),
        )
    if only_role:
        yield Observation.advice(
            say_n(
                "In one association Zetkin names no role of ours, though it opens its people: {names}.",
                "In {n} associations Zetkin names no role of ours, though they open their people: {names}.",
                n=len(only_role),
                names=_names(only_role, organizations),
            ),
            say("Reading works; before writing is switched on, give the role organizer there too."),
        )


def _names(some: Sequence[int], organizations: Mapping[int, str]) -> str:
    named = ", ".join(f"{organizations[o]} ({o})" for o in some[:_NAMED])
    return named + (", …" if len(some) > _NAMED else "")


def _pages(asking: _Asking, organization: int, size: int) -> Iterator[Observation]:
    """Where do pages begin, how large may they be, do they come in the same order twice?"""
    path = f"/v1/orgs/{organization}/people"

    def page(number: int, of: int) -> list[int]:
        return [row.id for row in asking(_rows, path, f"p={number}&pp={of}")]

    first, second = page(0, 2), page(1, 2)
    if not first and second:
        yield Observation.bad(
            say("Zetkin counts pages from 1, not from 0: the first page came back empty."), _support()
        )
        return
    if len(first) < 2 or not second:
        yield Observation.advice(
            say(
                "There are too few people in organization {organization} to try out pages.",
                organization=str(organization),
            ),
            say("Try again against the real district."),
        )
        return
    if first == second:
        yield Observation.bad(
            say(
                "Zetkin gives the same people on page 0 and page 1: it counts from 1, or does not turn pages."
            ),
            _support(),
        )
        return
    if set(first) & set(second):
        yield Observation.bad(
            say("Two pages of people in a row overlap: nobody can know when a list is whole."), _support()
        )
        return
    yield Observation.good(say("Pages begin at 0 and do not overlap."))
    yield _largest(page(0, size), page(1, size), size)
    if page(0, size) != page(0, size):
        yield Observation.advice(
            say("The same page came in another order the second time."),
            say(
                "Pulls are right all the same, but unchanged lists are read anew each time. Tell Zetkin's support."
            ),
        )


def _largest(first: list[int], second: list[int], size: int) -> Observation:
    if len(first) > size:
        return Observation.advice(
            say(
                "Asked for {size} people a page, Zetkin gives {n}: it gives whole lists.",
                size=size,
                n=len(first),
            ),
            say("Nothing to do; lists are read in one piece."),
        )
    if len(first) < size and second:
        return Observation.advice(
            say("Asked for {size} people a page, Zetkin gives {n}.", size=size, n=len(first)),
            say("Set ZETKIN_SYNC_ZETKIN_PAGE_SIZE to {n}: it saves questions past the end.", n=len(first)),
        )
    return Observation.good(say("Pages of {size} are given whole.", size=size))


def _slugs(asking: _Asking, organization: int, wanted: Any) -> Iterator[Observation]:
    """Are the configured fields of people there?"""
    there = {field.slug for field in asking(_fields, f"/v1/orgs/{organization}/people/fields")}
    missing = sorted(set(wanted) - there)
    if missing:
        yield Observation.bad(
            say("Zetkin has no such field of people here: {names}.", names=", ".join(missing)),
            say(
                "Correct person_fields in district.toml, or let Zetkin share the field with this organization."
            ),
        )
    else:
        yield Observation.good(
            say_n(
                "The one configured field of people is there.",
                "All {n} configured fields of people are there.",
                n=len(set(wanted)),
            )
            if wanted
            else say("No field of people is configured; Zetkin has {n}.", n=len(there))
        )


def _times(asking: _Asking, organization: int, when: Reading) -> Iterator[Observation]:
    """Read as configured, do events stand at times at which people hold activities? Would the other way fit better?"""
    events = asking(_events, f"/v1/orgs/{organization}/actions", f"p=0&pp={_SAMPLE}")
    other = when._replace(
        times=EventTimes.UTC if when.times is EventTimes.WALL_CLOCK else EventTimes.WALL_CLOCK
    )
    odd, odd_otherwise = _odd(events, when), _odd(events, other)
    what = say(
        "Of {n} events {odd} stand at an odd time, read as {times}; read the other way it would be {other}.",
        n=len(events),
        odd=odd,
        times=when.times.value,
        other=odd_otherwise,
    )
    if events and odd > odd_otherwise and odd > len(events) / 20:
        yield Observation.bad(
            what,
            say(
                "Set event_times to “{times}” in district.toml and look at a few events.",
                times=other.times.value,
            ),
        )
    elif odd:
        yield Observation.advice(what, say("Look at those events in Zetkin: `zetkin-sync times` lists them."))
    else:
        yield Observation.good(what)


def _odd(events: Sequence[_Event], when: Reading) -> int:
    count = 0
    for event in events:
        try:
            count += when.is_suspicious(when.wall_clock(event.start_time), when.wall_clock(event.end_time))
        except ValueError:
            count += 1
    return count
