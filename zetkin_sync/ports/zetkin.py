"""Zetkin as the core needs it: reading lists to their end, writing verb by verb, looking a write up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from zetkin_sync.language import Message
from zetkin_sync.records import Found, Mirror, Page


class Observation(NamedTuple):
    """One thing that was found out about a server: is it as it should be, and what to do if not.

    `verdict` is good, advice or bad.
    """

    verdict: str
    what: Message
    do: Message | None = None

    @classmethod
    def good(cls, what: Message) -> Observation:
        return cls("good", what)

    @classmethod
    def advice(cls, what: Message, do: Message) -> Observation:
        return cls("advice", what, do)

    @classmethod
    def bad(cls, what: Message, do: Message) -> Observation:
        return cls("bad", what, do)


class ZetkinReader(Protocol):
    """Reading Zetkin. Every method raises Temporary, Permanent, NeedsHuman or ConfigError."""

    def pages(
        self, record: type[Mirror], *, organization: int, parents: Sequence[int] = ()
    ) -> Iterator[Page]:
        """All of a list, proven whole: the iterator ends only when the server's last page was seen."""
        ...

    def look(self, record: type[Mirror], *, organization: int, row: int) -> Found:
        """Ask for one person, event or organization directly."""
        ...

    def email_of(self, *, organization: int) -> str | None:
        """An organization's own address, for a mail that is about to be sent; it is never stored."""
        ...

    def examine(self, *, organization: int, organizations: Mapping[int, str]) -> Iterator[Observation]:
        """What the server shows us, step by step and without writing; `organizations` are titles by id."""
        ...

    def renewed(self) -> Mapping[bytes, bytes]:
        """While the hash key is being changed: the addresses read since this was asked last, from hash to hash."""
        ...

    def begin(self) -> None:
        """A new run begins: its budget of requests is full again."""
        ...


class EmailState(NamedTuple):
    """An email in Zetkin as it is now (API.md §4.13). `target` is the id of the query that selects readers."""

    id: int
    title: str
    target: int | None
    list: int | None  # the list that the target selects, when it is exactly one list
    locked: datetime | None
    published: datetime | None
    processed: datetime | None


class EmailCounts(NamedTuple):
    """How many an email would reach: frozen when it was locked, and how many of them are blocked."""

    targets: int
    locked: int | None
    blocked: int


class TaskState(NamedTuple):
    """A task in Zetkin as it is now (API.md §4.12)."""

    id: int
    title: str
    target: int | None
    list: int | None
    published: datetime | None


class EventState(NamedTuple):
    """An event as it is now, as far as somebody may be asked to it. `starts` is wall clock."""

    id: int
    starts: datetime | None
    required: int
    available: int
    published: bool
    cancelled: bool


class BulkPreview(NamedTuple):
    """What a change of many people at once would do: how many get the tag, how many would be made or deleted
    besides (never any of ours), and Zetkin's codes of what is wrong with it."""

    tagged: int
    others: int
    problems: tuple[str, ...]


class ZetkinWriter(Protocol):
    """Writing to Zetkin, one method a verb; called by `apply` only.

    Raises Temporary when the request provably did not take effect, OutcomeUnknown when nobody can know,
    Permanent and NeedsHuman when Zetkin refused. A method that finds or reads raises like a reader.
    """

    def find_tag(self, *, organization: int, group: str, title: str) -> int | None:
        """The tag of that title in that tag group; the oldest of several."""
        ...

    def create_tag(self, *, organization: int, group: str, title: str, description: str) -> int:
        """A tag in a tag group of ours, which is made when it is not there. Not repeatable: find it first."""
        ...

    def has_tag(self, *, organization: int, person: int, tag: int) -> bool: ...

    def put_tag(self, *, organization: int, person: int, tag: int, value: str | None = None) -> None:
        """Repeatable."""
        ...

    def delete_tag(self, *, organization: int, person: int, tag: int) -> None:
        """Repeatable; what was not on is off."""
        ...

    def tagged(self, *, organization: int, tag: int) -> frozenset[int]:
        """Everybody who has the tag right now."""
        ...

    def preview_tagging(self, *, organization: int, tag: int, people: Sequence[int]) -> BulkPreview:
        """What `execute_tagging` would do; nothing is changed."""
        ...

    def execute_tagging(self, *, organization: int, tag: int, people: Sequence[int]) -> int:
        """Put a tag on many at once, as a job. Not repeatable by itself: look with `tagged` and `bulk_state`."""
        ...

    def bulk_state(self, *, organization: int, job: int) -> str | None:
        """pending, in_progress, completed or error; none when Zetkin does not know the job."""
        ...

    def add_note(self, *, organization: int, person: int, text: str) -> int:
        """A note about a person, seen by organizers at once. Not repeatable: find it first."""
        ...

    def find_note(self, *, organization: int, person: int, text: str) -> int | None:
        """A note with exactly this text. Notes are compared and thrown away."""
        ...

    # -- lists of ours, known by their exact title

    def find_lists(self, *, organization: int, title: str) -> tuple[int, ...]: ...

    def create_list(self, *, organization: int, folder: str, title: str) -> int:
        """An empty list in our folder, which is made when it is not there. Not repeatable: find it first."""
        ...

    def list_people(self, *, organization: int, list_id: int) -> frozenset[int]: ...

    def add_to_list(self, *, organization: int, list_id: int, person: int) -> None:
        """Repeatable."""
        ...

    def remove_from_list(self, *, organization: int, list_id: int, person: int) -> None:
        """Repeatable."""
        ...

    def delete_list(self, *, organization: int, list_id: int) -> None:
        """Repeatable."""
        ...

    def add_column(
        self, *, organization: int, list_id: int, kind: str, title: str, config: Mapping[str, Any]
    ) -> int:
        """A column (API.md §4.5). Not repeatable: a doubtful one is mended by making the list anew."""
        ...

    def search_list(self, *, organization: int, list_id: int, filters: list[dict[str, Any]]) -> None:
        """Fill the list by a smart search (API.md §5) instead of by hand. Repeatable."""
        ...

    # -- emails: draft, target, lock, count, publish at a time

    def find_emails(self, *, organization: int, title: str) -> tuple[int, ...]: ...

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
        """A draft: nobody is written to. `content` is JSON text (API.md §4.13). Not repeatable: find it first."""
        ...

    def read_email(self, *, organization: int, email: int) -> EmailState: ...

    def target_email(self, *, organization: int, target: int, list_id: int) -> None:
        """Aim at everybody on one list. Repeatable."""
        ...

    def lock_email(self, *, organization: int, email: int, locked: bool) -> None:
        """Freeze who gets it, or let go again. Repeatable."""
        ...

    def count_email(self, *, organization: int, email: int) -> EmailCounts: ...

    def publish_email(self, *, organization: int, email: int, at: datetime | None) -> None:
        """Send at that instant; none takes it back until Zetkin has begun. Sent once, never by itself again."""
        ...

    def delete_email(self, *, organization: int, email: int) -> None:
        """Repeatable."""
        ...

    def email_configs(self, *, organization: int) -> tuple[int, ...]:
        """The senders that emails may have; without one none can be planned."""
        ...

    def email_themes(self, *, organization: int) -> tuple[int, ...]:
        """The looks that emails may have; without one none can be planned."""
        ...

    def unsubscribed(self, *, organization: int) -> frozenset[int]:
        """Everybody who has declined the organization's emails in Zetkin itself."""
        ...

    # -- tasks

    def find_tasks(self, *, organization: int, title: str) -> tuple[int, ...]: ...

    def create_task(self, *, organization: int, project: int, title: str, instructions: str, url: str) -> int:
        """A draft of type visit_link. Not repeatable: find it first."""
        ...

    def read_task(self, *, organization: int, task: int) -> TaskState: ...

    def target_task(self, *, organization: int, target: int, list_id: int) -> None:
        """Aim at everybody on one list. Repeatable."""
        ...

    def publish_task(self, *, organization: int, task: int, at: datetime | None) -> None:
        """Give it out from that instant on; none takes it back. Sent once, never by itself again."""
        ...

    def assign_task(self, *, organization: int, task: int, person: int) -> None:
        """Give it to one person. Repeatable: who has it already keeps it."""
        ...

    def delete_task(self, *, organization: int, task: int) -> None:
        """Repeatable."""
        ...

    # -- call assignments, always drafts: a person starts them

    def find_call_assignments(self, *, organization: int, title: str) -> tuple[int, ...]: ...

    def create_call_assignment(
        self, *, organization: int, title: str, description: str, instructions: str, list_id: int
    ) -> int:
        """A draft without dates whose target is one list. Not repeatable: find it first."""
        ...

    def put_caller(self, *, organization: int, assignment: int, person: int) -> None:
        """Repeatable."""
        ...

    def delete_caller(self, *, organization: int, assignment: int, person: int) -> None:
        """Repeatable."""
        ...

    def delete_call_assignment(self, *, organization: int, assignment: int) -> None:
        """Repeatable."""
        ...

    # -- events

    def find_events(self, *, organization: int, title: str, starts: datetime) -> tuple[int, ...]:
        """Events of exactly that title and wall-clock time: how a doubtful `create_event` is looked up."""
        ...

    def create_event(
        self,
        *,
        organization: int,
        project: int | None,
        title: str,
        starts: datetime,
        ends: datetime,
        event_type: int | None = None,
        place: int | None = None,
        info: str = "",
        required: int = 0,
    ) -> int:
        """A draft that the public does not see; times are wall clock. Not repeatable: find it first."""
        ...

    def patch_event(self, *, organization: int, event: int, changes: Mapping[str, Any]) -> None:
        """Set fields of API.md §4.8 by Zetkin's names; `start_time` and `end_time` as wall-clock times. Repeatable."""
        ...

    def delete_event(self, *, organization: int, event: int) -> None:
        """Repeatable."""
        ...

    def book(self, *, organization: int, event: int, person: int, status: str | None = None) -> None:
        """Book a person; `status` attended, cancelled or noshow says what became of it. Repeatable."""
        ...

    def unbook(self, *, organization: int, event: int, person: int) -> None:
        """Take the booking back; the sign-up stays (API.md §6.7). Repeatable."""
        ...

    def booked(self, *, organization: int, event: int) -> frozenset[int]:
        """Everybody on the event's list, those who cancelled too."""
        ...

    def read_event(self, *, organization: int, event: int) -> EventState | None:
        """The event now; none when it is gone."""
        ...

    def reminded(self, *, organization: int, event: int) -> frozenset[int]:
        """Whom Zetkin has reminded of the event."""
        ...

    def remind(self, *, organization: int, event: int) -> None:
        """Remind everybody who is booked and has not been. People see it at once. Not repeatable: see `reminded`."""
        ...


class Zetkin(ZetkinReader, ZetkinWriter, Protocol):
    """Zetkin, read and written."""

    def close(self) -> None: ...
