"""What the core needs of the outside world, as protocols. Connectors fulfil them; tests and the demo too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from email.message import EmailMessage
from typing import Any, NamedTuple, Protocol

from zetkin_sync.records import Found, Mirror, Page


class ZetkinReader(Protocol):
    """Reading Zetkin. Every method raises Temporary, Permanent, NeedsHuman or ConfigError."""

    def pages(
        self, record: type[Mirror], *, organization: int, parents: Sequence[int] = ()
    ) -> Iterator[Page]:
        """All of a list, proven whole: the iterator ends only when the server's last page was seen."""
        ...

    def look(self, record: type[Mirror], *, organization: int, row: int) -> Found:
        """Ask for one person or event directly."""
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


class ZetkinWriter(Protocol):
    """Writing to Zetkin, one method a verb; called by `apply` only.

    Raises Temporary when the request provably did not take effect, OutcomeUnknown when nobody can know,
    Permanent and NeedsHuman when Zetkin refused. A method that finds or reads raises like a reader.
    """

    def find_tag(self, *, organization: int, group: str, title: str) -> int | None: ...

    def create_tag(self, *, organization: int, group: str, title: str, description: str) -> int: ...

    def has_tag(self, *, organization: int, person: int, tag: int) -> bool: ...

    def put_tag(self, *, organization: int, person: int, tag: int, value: str | None = None) -> None: ...

    def delete_tag(self, *, organization: int, person: int, tag: int) -> None: ...

    def tagged(self, *, organization: int, tag: int) -> frozenset[int]:
        """Everybody who has the tag right now."""
        ...

    # -- lists of ours, known by their exact title

    def find_lists(self, *, organization: int, title: str) -> tuple[int, ...]: ...

    def create_list(self, *, organization: int, folder: str, title: str) -> int:
        """An empty list in our folder, which is made when it is not there."""
        ...

    def list_people(self, *, organization: int, list_id: int) -> frozenset[int]: ...

    def add_to_list(self, *, organization: int, list_id: int, person: int) -> None:
        """Repeatable."""
        ...

    def delete_list(self, *, organization: int, list_id: int) -> None: ...

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

    def delete_email(self, *, organization: int, email: int) -> None: ...

    # -- tasks

    def find_tasks(self, *, organization: int, title: str) -> tuple[int, ...]: ...

    def create_task(self, *, organization: int, project: int, title: str, instructions: str, url: str) -> int:
        """A draft of type visit_link. Not repeatable: find it first."""
        ...

    def read_task(self, *, organization: int, task: int) -> TaskState: ...

    def target_task(self, *, organization: int, target: int, list_id: int) -> None: ...

    def publish_task(self, *, organization: int, task: int, at: datetime | None) -> None: ...

    # -- call assignments, always drafts: a person starts them

    def find_call_assignments(self, *, organization: int, title: str) -> tuple[int, ...]: ...

    def create_call_assignment(
        self, *, organization: int, title: str, description: str, instructions: str, list_id: int
    ) -> int:
        """A draft without dates whose target is one list. Not repeatable: find it first."""
        ...

    # -- events

    def read_event(self, *, organization: int, event: int) -> EventState | None:
        """The event now; none when it is gone."""
        ...

    def reminded(self, *, organization: int, event: int) -> frozenset[int]:
        """Whom Zetkin has reminded of the event."""
        ...

    def remind(self, *, organization: int, event: int) -> None:
        """Remind everybody who is booked and has not been. People see it at once."""
        ...


class Zetkin(ZetkinReader, ZetkinWriter, Protocol):
    """Zetkin, read and written."""

    def close(self) -> None: ...


class Mailer(Protocol):
    """Sends one mail. Raises Temporary (not sent), Permanent (refused) or OutcomeUnknown (nobody knows)."""

    def send(self, mail: EmailMessage, *, envelope_from: str, recipient: str) -> None: ...


class Progress(Protocol):
    """Where long work says how far it is. `step` is a message as JSON, `total` 0 when it is not known."""

    def __call__(self, step: Any, done: int = 0, total: int = 0) -> None: ...
