"""What the core needs of the outside world, as protocols. Connectors fulfil them; tests and the demo too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from typing import Any, NamedTuple, Protocol

from zetkin_sync.errors import Permanent
from zetkin_sync.language import Message
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

    def remove_from_list(self, *, organization: int, list_id: int, person: int) -> None:
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


MAIL_BYTES = 1_000_000  # of a mail no more is read: a report stands before what it returns


class FoundMail(NamedTuple):
    """A mail in a mailbox: where it lies in the mailbox's own terms, its first bytes, when it came.

    With `trouble` it could not be read: it is set aside and the rest goes on.
    """

    place: str
    raw: bytes
    received: datetime | None = None
    trouble: Message | None = None


class Mailbox(Protocol):
    """A mailbox that is only looked at. Raises Temporary, NeedsHuman or ConfigError."""

    def mails(self, after: str | None) -> Iterator[FoundMail]:
        """Mails behind a position, oldest first; all of them when the mailbox was made anew."""
        ...

    def position(self) -> str | None:
        """The position behind the last mail that `mails` gave: what to pass as `after` next time."""
        ...

    def settle(self, places: Sequence[str]) -> None:
        """After the commit: move these mails where the configuration says, or leave them."""
        ...

    def close(self) -> None: ...


class DeliveryEvent(NamedTuple):
    """What a mail provider says happened to one mail to one address.

    `what` is failed, delayed, complained, arrived, answered or repeated (an old fact told again). `reason` is
    the provider's own verdict as one of our reasons, where it gives one; `said` is the server's answer.
    `delivery` is what we wrote into the mail to recognise the mailing.
    """

    id: str
    what: str
    address: str
    at: datetime
    status: str | None = None
    said: str = ""
    reason: str | None = None
    message_id: str | None = None
    delivery: str | None = None


class Refused(Permanent):
    """A webhook call that is not taken; `status` is the HTTP answer."""

    status = 403


class Malformed(Refused):
    """It is not what the provider sends."""

    status = 400


class TooOld(Refused):
    """It was signed too long ago, or in the future: perhaps a recording."""


class WrongSignature(Refused):
    """Not from whom it says, or changed on the way."""


class NotOurs(Refused):
    """From the provider, and meant for somebody else."""


class Webhook(Protocol):
    """A mail provider that calls us."""

    provider: str

    def events(self, raw: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[DeliveryEvent]:
        """Check the call over its raw bytes, then read it. Header names are lower case. Raises Refused."""
        ...
