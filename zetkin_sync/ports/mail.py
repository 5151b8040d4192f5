"""Mail going out and bounces coming in: mailers, mailboxes, providers' webhooks, and the dead man's switch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from typing import NamedTuple, Protocol, runtime_checkable

from zetkin_sync.errors import Permanent
from zetkin_sync.language import Message


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
