"""A world to send in: a store, a Zetkin, a clock, and a line between them that breaks where a test wants it to.

Everything that can go wrong happens at a numbered moment of a run: a commit point, a write or a reading. So all
that can go wrong can be listed from the code by letting it run once and looking at what went by.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import SQLModel

from tests.fake_zetkin import LATE, MONDAY, FakeZetkin
from zetkin_sync.apply import watch
from zetkin_sync.apply.decide import decide, put_up
from zetkin_sync.apply.execute import carry_out
from zetkin_sync.apply.hands import Hands, only_looks
from zetkin_sync.changes import Change, Plan
from zetkin_sync.errors import OutcomeUnknown, Permanent, Temporary
from zetkin_sync.language import say
from zetkin_sync.store import outbox
from zetkin_sync.store.engine import Store

ANSWERS = ("lost", "void", "late", "unsent", "refused")
PEOPLE = [1, 2, 3]
TABLES = ("plan", "approval", "intent", "asked", "control", "restriction", "opt_out")
NETWORK, OPTED_OUT = 7, 8
Fault = tuple[int, str]  # at which moment, what happens there
_stores: dict[str, Store] = {}


class Crash(BaseException):
    """The process dies here."""


class Clock:
    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> Any:
        return self.now


@dataclass
class Line:
    """What lies between us and Zetkin, and every moment that went by: ("point" | "write" | "read", name)."""

    now: Callable[[], Any]
    faults: dict[int, str] = field(default_factory=dict)
    moments: list[tuple[str, str]] = field(default_factory=list)
    late: list[tuple[Any, Callable[[], Any]]] = field(default_factory=list)

    def moment(self, kind: str, name: str) -> str | None:
        """One more moment; what is to happen at it."""
        self.moments.append((kind, name))
        return self.faults.get(len(self.moments) - 1)

    def point(self, name: str) -> None:
        if self.moment("point", name) == "crash":
            raise Crash

    def land(self) -> None:
        """Requests that were late arrive; what they do to Zetkin nobody hears of."""
        due = [act for at, act in self.late if at <= self.now()]
        self.late = [(at, act) for at, act in self.late if at > self.now()]
        for act in due:
            with contextlib.suppress(Permanent, Temporary, OutcomeUnknown, KeyError, StopIteration):
                act()

    def call(self, name: str, method: Callable[..., Any], *args: Any, **named: Any) -> Any:
        self.land()
        if only_looks(name):
            if self.moment("read", name) == "unread":
                raise Temporary(say("Not read."))
            return method(*args, **named)
        answer = self.moment("write", name)
        match answer:
            case "unsent":
                raise Temporary(say("Not sent."))
            case "refused":
                raise Permanent(say("Refused."))
            case "void":
                raise OutcomeUnknown(say("No answer."))
            case "late":
                self.late.append((self.now() + LATE, partial(method, *args, **named)))
                raise OutcomeUnknown(say("No answer."))
        value = method(*args, **named)
        if answer == "lost":
            raise OutcomeUnknown(say("No answer."))
        return value


class Through:
    """A Zetkin behind a line."""

    def __init__(self, zetkin: Any, line: Line) -> None:
        self._zetkin, self._line = zetkin, line

    def __getattr__(self, name: str) -> Any:
        return partial(self._line.call, name, getattr(self._zetkin, name))


def possible(moments: list[tuple[str, str]], *, after: int = -1) -> Iterator[Fault]:
    """Everything that can go wrong at each moment behind one."""
    for number, (kind, _) in enumerate(moments):
        if number > after:
            for what in {"point": ("crash",), "read": ("unread",), "write": ANSWERS}[kind]:
                yield number, what


def empty_store(url: str, clock: Clock) -> Store:
    """A store with the tables that sending needs, empty; one a process, because making it takes most of a test."""
    store = _stores.get(url)
    if store is None:
        store = _stores[url] = Store(url, now=clock)
        SQLModel.metadata.create_all(store.engine, tables=[SQLModel.metadata.tables[n] for n in TABLES])
    store.now = clock  # type: ignore[method-assign]
    with store.writing() as session:
        for name in ("asked", "approval", "intent", "plan", "control", "restriction", "opt_out"):
            session.connection().execute(SQLModel.metadata.tables[name].delete())
    return store


class World:
    """A store, a Zetkin, a clock; crashes and answers as a test wants them.

    `crashes` are labels of points, each of which is crashed at once, in order; `line.faults` are by moment.
    """

    def __init__(self, url: str = "sqlite://", zetkin: Any = None) -> None:
        self.clock = Clock()
        self.store = empty_store(url, self.clock)
        self.zetkin: Any = FakeZetkin(now=self.clock) if zetkin is None else zetkin
        if zetkin is None:
            self.zetkin.on = {(p, NETWORK) for p in (1, 2, 3, 4, 5)}
            self.zetkin.event(51, starts=(MONDAY + timedelta(days=5)).replace(tzinfo=None))
            self.zetkin.event(52, starts=(MONDAY + timedelta(days=6)).replace(tzinfo=None))
        self.line = Line(self.clock)
        self.crashes: list[str] = []

    def hands(self) -> Hands:
        return Hands(
            zetkin=Through(self.zetkin, self.line),  # type: ignore[arg-type]
            store=self.store,
            district=1,
            now=self.clock,
            still_ours=lambda: True,
            zone=ZoneInfo("Europe/Stockholm"),
            point=self._point,
        )

    def _point(self, label: str) -> None:
        self.line.point(label)
        if self.crashes and self.crashes[0] == label:
            self.crashes.pop(0)
            raise Crash

    def approve(
        self, *changes: Change, cap: tuple[int, int] | None = None, who: str = "user:1", **more: Any
    ) -> int:
        now = self.clock()
        plan = Plan(
            action=f"callout:{changes[0].key}",
            district=1,
            made=now,
            expires=now + timedelta(days=2),
            changes=tuple(changes),
            cap=cap,
            **more,
        )
        with self.store.writing() as session:
            number = put_up(session, plan)
        assert number is not None
        decide(self.store, number, fingerprint=plan.fingerprint, who=who, approve=True, at=now)
        return number

    def work(self, plan: int) -> None:
        """One run of the job."""
        with contextlib.suppress(Crash):
            watch.follow(self.hands())
            carry_out(self.hands(), plan)

    def pass_by(self, **delta: float) -> None:
        """Time passes, here and in Zetkin."""
        self.clock.now += timedelta(**delta)
        self.line.land()
        self.zetkin.tick()

    def until_settled(self, plan: int, *, rounds: int = 40) -> str:
        """Run the job every five minutes until nothing is open."""
        for _ in range(rounds):
            self.work(plan)
            self.pass_by(minutes=5)
            if self.state(plan) not in ("planned", "sending", "unknown", "scheduled"):
                break
        return self.state(plan)

    def state(self, plan: int) -> str:
        return outbox.intents_of(self.store, plan=plan)[0].state

    def why(self, plan: int) -> str:
        return outbox.intents_of(self.store, plan=plan)[0].why or ""


HOURS = {
    "begin": "09:00",
    "sunday_begin": "12:00",
    "end": "20:00",
    "lead_minutes": 15,
    "zone": "Europe/Stockholm",
}


def payload(people: list[int], **more: Any) -> dict[str, Any]:
    return {
        "mark": "zetkin_sync förfrågan abc 1",
        "folder": "zetkin_sync",
        "people": people,
        "asks": {str(p): [51, 52] for p in people},
        "events": [{"id": 51, "organization": 1}, {"id": 52, "organization": 1}],
        "consent_tags": [NETWORK],
        "opt_out_tags": [OPTED_OUT],
        "hours": HOURS,
        "not_after": (MONDAY + timedelta(days=4)).isoformat(),
        "most": 50,
        **more,
    }


def _said(text: str) -> dict[str, Any]:
    return {"kind": "paragraph", "data": {"content": [{"kind": "string", "value": text}]}}


def email(people: list[int] = PEOPLE, *, key: str = "email:1", **more: Any) -> Change:
    parts = [
        {"blocks": [_said("Hej!")]},
        {"event": 51, "blocks": [_said("Torgmöte")]},
        {"event": 52, "blocks": [_said("Flygblad")]},
    ]
    usual = {"subject": "Kan du hjälpa till?", "parts": parts, "config": 3, "theme": 9}
    body = payload(people, **{**usual, **more})
    return Change(verb="send_email", organization=1, key=key, reason=say("x"), payload=body)


def task(people: list[int] = PEOPLE, **more: Any) -> Change:
    usual = {"project": 5, "instructions": "Läs mer", "url": "https://example.org/"}
    body = payload(people, **{**usual, **more})
    return Change(verb="assign_task", organization=1, key="task:1", reason=say("x"), payload=body)


def calls(people: list[int] = PEOPLE, **more: Any) -> Change:
    usual = {"description": "Uppdatera kontaktuppgifter", "instructions": "Ring", "events": []}
    body = payload(people, **{**usual, **more})
    return Change(verb="draft_calls", organization=1, key="calls:1", reason=say("x"), payload=body)


def draft(people: list[int] = PEOPLE, **more: Any) -> Change:
    body = {**email(people, **more).payload, "events": []}
    return Change(verb="draft_email", organization=1, key="draft:1", reason=say("x"), payload=body)


def people_list(people: list[int] = PEOPLE, **more: Any) -> Change:
    body = {"mark": "zetkin_sync dubbletter", "folder": "zetkin_sync", "people": people, **more}
    return Change(verb="make_list", organization=1, key="list:1", reason=say("x"), payload=body)


def remind(people: list[int] | None = None, **more: Any) -> Change:
    body = {"event": 51, "people": [1, 2] if people is None else people, **more}
    return Change(verb="remind", organization=1, key="remind:51", reason=say("x"), payload=body)


CHANGES: dict[str, Callable[..., Change]] = {
    "send_email": email,
    "assign_task": task,
    "draft_calls": calls,
    "draft_email": draft,
    "make_list": people_list,
    "remind": remind,
}
