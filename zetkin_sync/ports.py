"""What the core needs of the outside world, as protocols. Connectors fulfil them; tests and the demo too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from typing import Any, NamedTuple, Protocol, runtime_checkable

from zetkin_sync.errors import Permanent
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


class LoggedIn(NamedTuple):
    """Somebody who logged in at Zetkin: their user id, what they are called, their role in each organization,
    how strongly they logged in (2: a second factor), and the token to speak with in their name."""

    user: int
    name: str
    roles: Mapping[int, str]
    level: int
    token: str


class Login(Protocol):
    """Login at Zetkin in the browser (OAuth's code flow). A token is text that only this port reads."""

    def address(self, *, back: str, state: str) -> str:
        """Where the browser goes to log in, with a second factor; it comes back to `back`."""
        ...

    def finish(self, *, code: str, back: str) -> LoggedIn:
        """Who came back with a code. Raises NeedsHuman when Zetkin does not know the code, Temporary when it is down."""
        ...

    def again(self, token: str) -> LoggedIn:
        """The same person's roles now. Raises NeedsHuman when the login is over, Temporary when Zetkin is down."""
        ...

    def names(self, token: str, *, organization: int, people: Sequence[int]) -> Mapping[int, str]:
        """What people are called, seen with the rights of whoever logged in; who is not seen is left out."""
        ...

    def log_out(self, token: str) -> None:
        """Make the token worthless, as far as Zetkin can be reached."""
        ...


class Mailer(Protocol):
    """Sends one mail. Raises Temporary (not sent), Permanent (refused) or OutcomeUnknown (nobody knows)."""

    def send(self, mail: EmailMessage, *, envelope_from: str, recipient: str) -> None: ...


@runtime_checkable
class Greeting(Protocol):
    """A connector that can say whether the other side lets us in. Nothing is sent or changed."""

    def greet(self) -> None: ...


class Heartbeat(Protocol):
    """Tells somebody outside that the service lives. Raises Temporary when it could not be told."""

    def beat(self) -> None: ...


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
