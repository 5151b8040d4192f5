"""Zetkin as far as carrying out needs it, in memory, with every answer that a network can give.

It keeps what Zetkin keeps (drafts, targets, locks, times, what was sent) and counts what people could see.
Held to the same contract tests as the client with the simulator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from zetkin_sync.errors import OutcomeUnknown, Permanent, Temporary
from zetkin_sync.language import say
from zetkin_sync.ports import EmailCounts, EmailState, EventState, TaskState

LATE = timedelta(minutes=10)  # how long a request can still land after we gave up


@dataclass
class Email:
    id: int
    title: str
    content: str
    target: int
    list: int | None = None
    locked: datetime | None = None
    frozen: frozenset[int] | None = None
    published: datetime | None = None
    processed: datetime | None = None
    sent_to: frozenset[int] = frozenset()


@dataclass
class Task:
    id: int
    title: str
    target: int
    list: int | None = None
    published: datetime | None = None
    assigned: frozenset[int] = frozenset()


@dataclass
class FakeZetkin:
    """`answers` holds, for the n-th write, what becomes of it: ok, lost, void, late, unsent or refused."""

    now: Callable[[], datetime]
    answers: dict[int, str] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    tag_ids: dict[str, int] = field(default_factory=dict)
    on: set[tuple[int, int]] = field(default_factory=set)
    lists: dict[int, tuple[str, set[int]]] = field(default_factory=dict)
    emails: dict[int, Email] = field(default_factory=dict)
    tasks: dict[int, Task] = field(default_factory=dict)
    call_lists: dict[int, tuple[str, int]] = field(default_factory=dict)
    events: dict[int, EventState] = field(default_factory=dict)
    reminders: dict[int, set[int]] = field(default_factory=dict)
    remind_mails: int = 0
    booked: dict[int, set[int]] = field(default_factory=dict)
    late: list[tuple[datetime, Callable[[], Any]]] = field(default_factory=list)
    blocked: frozenset[int] = frozenset()
    last: int = 100

    # -- the network

    def _write(self, what: str, land: Callable[[], Any]) -> Any:
        self.tick()
        answer = self.answers.get(len(self.writes), "ok")
        self.writes.append(what)
        if answer == "unsent":
            raise Temporary(say("Not sent."))
        if answer == "refused":
            raise Permanent(say("Refused."))
        if answer == "void":
            raise OutcomeUnknown(say("No answer."))
        if answer == "late":
            self.late.append((self.now() + LATE, land))
            raise OutcomeUnknown(say("No answer."))
        value = land()
        if answer == "lost":
            raise OutcomeUnknown(say("No answer."))
        return value

    def tick(self) -> None:
        """Let what is due happen: late requests land, scheduled emails are sent."""
        due = [land for at, land in self.late if at <= self.now()]
        self.late = [(at, land) for at, land in self.late if at > self.now()]
        for land in due:
            land()
        for email in self.emails.values():
            if email.published is not None and email.published <= self.now() and email.processed is None:
                email.processed = self.now()
                email.sent_to = (email.frozen or frozenset()) - self.blocked
        for task in self.tasks.values():
            if (
                task.published is not None
                and task.published <= self.now()
                and not task.assigned
                and task.list
            ):
                task.assigned = frozenset(self.lists[task.list][1])

    def _id(self) -> int:
        self.last += 1
        return self.last

    @property
    def sent(self) -> list[Email]:
        """What people have got."""
        self.tick()
        return [e for e in self.emails.values() if e.sent_to]

    # -- tags

    def find_tag(self, *, organization: int, group: str, title: str) -> int | None:
        self.tick()
        return self.tag_ids.get(f"{group}/{title}")

    def create_tag(self, *, organization: int, group: str, title: str, description: str) -> int:
        def land() -> int:
            return self.tag_ids.setdefault(f"{group}/{title}", self._id())

        return int(self._write("create_tag", land))

    def has_tag(self, *, organization: int, person: int, tag: int) -> bool:
        self.tick()
        return (person, tag) in self.on

    def put_tag(self, *, organization: int, person: int, tag: int, value: str | None = None) -> None:
        self._write("put_tag", lambda: self.on.add((person, tag)))

    def delete_tag(self, *, organization: int, person: int, tag: int) -> None:
        self._write("delete_tag", lambda: self.on.discard((person, tag)))

    def tagged(self, *, organization: int, tag: int) -> frozenset[int]:
        self.tick()
        return frozenset(person for person, each in self.on if each == tag)

    def unsubscribed(self, *, organization: int) -> frozenset[int]:
        self.tick()
        return self.blocked

    # -- lists

    def find_lists(self, *, organization: int, title: str) -> tuple[int, ...]:
        self.tick()
        return tuple(sorted(i for i, (name, _) in self.lists.items() if name == title))

    def create_list(self, *, organization: int, folder: str, title: str) -> int:
        def land() -> int:
            made = self._id()
            self.lists[made] = (title, set())
            return made

        return int(self._write("create_list", land))

    def list_people(self, *, organization: int, list_id: int) -> frozenset[int]:
        self.tick()
        return frozenset(self.lists[list_id][1])

    def add_to_list(self, *, organization: int, list_id: int, person: int) -> None:
        self._write("add_to_list", lambda: self.lists[list_id][1].add(person))

    def remove_from_list(self, *, organization: int, list_id: int, person: int) -> None:
        self._write("remove_from_list", lambda: self.lists[list_id][1].discard(person))

    def delete_list(self, *, organization: int, list_id: int) -> None:
        self._write("delete_list", lambda: self.lists.pop(list_id, None))

    # -- emails

    def find_emails(self, *, organization: int, title: str) -> tuple[int, ...]:
        self.tick()
        return tuple(sorted(e.id for e in self.emails.values() if e.title == title))

    def create_email(
        self,
        *,
        organization: int,
        title: str,
        subject: str,
        content: str,
        project: int | None,
        config: int,
        theme: int,
    ) -> int:
        def land() -> int:
            made = self._id()
            self.emails[made] = Email(made, title, content, target=self._id())
            return made

        return int(self._write("create_email", land))

    def read_email(self, *, organization: int, email: int) -> EmailState:
        self.tick()
        e = self.emails[email]
        return EmailState(e.id, e.title, e.target, e.list, e.locked, e.published, e.processed)

    def target_email(self, *, organization: int, target: int, list_id: int) -> None:
        def land() -> None:
            email = next(e for e in self.emails.values() if e.target == target)
            if email.locked is None:
                email.list = list_id

        self._write("target_email", land)

    def lock_email(self, *, organization: int, email: int, locked: bool) -> None:
        def land() -> None:
            e = self.emails[email]
            if e.published is None:
                e.locked = self.now() if locked else None
                e.frozen = frozenset(self.lists[e.list][1]) if locked and e.list else None

        self._write("lock_email", land)

    def count_email(self, *, organization: int, email: int) -> EmailCounts:
        self.tick()
        e = self.emails[email]
        present = self.lists[e.list][1] if e.list else set()
        frozen = None if e.frozen is None else len(e.frozen)
        return EmailCounts(len(present), frozen, len(self.blocked & frozenset(present)))

    def publish_email(self, *, organization: int, email: int, at: datetime | None) -> None:
        def land() -> None:
            e = self.emails.get(email)
            if e is not None and e.processed is None:
                e.published = at

        self._write("publish_email", land)

    def delete_email(self, *, organization: int, email: int) -> None:
        self._write("delete_email", lambda: self.emails.pop(email, None))

    # -- tasks, calls, events

    def find_tasks(self, *, organization: int, title: str) -> tuple[int, ...]:
        self.tick()
        return tuple(sorted(t.id for t in self.tasks.values() if t.title == title))

    def create_task(self, *, organization: int, project: int, title: str, instructions: str, url: str) -> int:
        def land() -> int:
            made = self._id()
            self.tasks[made] = Task(made, title, target=self._id())
            return made

        return int(self._write("create_task", land))

    def read_task(self, *, organization: int, task: int) -> TaskState:
        self.tick()
        t = self.tasks[task]
        return TaskState(t.id, t.title, t.target, t.list, t.published)

    def target_task(self, *, organization: int, target: int, list_id: int) -> None:
        def land() -> None:
            next(t for t in self.tasks.values() if t.target == target).list = list_id

        self._write("target_task", land)

    def publish_task(self, *, organization: int, task: int, at: datetime | None) -> None:
        def land() -> None:
            self.tasks[task].published = at

        self._write("publish_task", land)

    def find_call_assignments(self, *, organization: int, title: str) -> tuple[int, ...]:
        self.tick()
        return tuple(sorted(i for i, (name, _) in self.call_lists.items() if name == title))

    def create_call_assignment(
        self, *, organization: int, title: str, description: str, instructions: str, list_id: int
    ) -> int:
        def land() -> int:
            made = self._id()
            self.call_lists[made] = (title, list_id)
            return made

        return int(self._write("create_call_assignment", land))

    def read_event(self, *, organization: int, event: int) -> EventState | None:
        self.tick()
        return self.events.get(event)

    def reminded(self, *, organization: int, event: int) -> frozenset[int]:
        self.tick()
        return frozenset(self.reminders.get(event, set()))

    def remind(self, *, organization: int, event: int) -> None:
        def land() -> None:
            waiting = self.booked.get(event, set()) - self.reminders.get(event, set())
            if waiting:
                self.remind_mails += 1
            self.reminders.setdefault(event, set()).update(waiting)

        self._write("remind", land)

    def event(self, number: int, *, starts: datetime, required: int = 5, available: int = 1) -> None:
        """Put an event into Zetkin."""
        self.events[number] = EventState(number, starts, required, available, published=True, cancelled=False)

    def close(self) -> None:
        """Nothing to close."""


MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
