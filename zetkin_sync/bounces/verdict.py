"""What one mail in the bounce mailbox says, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from zetkin_sync.language import Message, say


class Kind(StrEnum):
    """What a mail is. Hard: the address is dead. Soft: it failed, and the address may be fine."""

    HARD = "hard"
    SOFT = "soft"
    DELAY = "delay"
    COMPLAINT = "complaint"
    AUTOREPLY = "autoreply"
    NONE = "none"

    @property
    def failed(self) -> bool:
        return self in (Kind.HARD, Kind.SOFT)


class Side(StrEnum):
    """On whose side the trouble lies; only `address` and `mailbox` can ever count against an address."""

    ADDRESS = "address"
    MAILBOX = "mailbox"
    OURS = "ours"
    NETWORK = "network"


class Reason(StrEnum):
    """Why a mail did not arrive: a closed set."""

    UNKNOWN_USER = "unknown_user"
    UNKNOWN_DOMAIN = "unknown_domain"
    MOVED = "moved"
    FULL = "full"
    DISABLED = "disabled"
    RESTRICTED = "restricted"
    TOO_LARGE = "too_large"
    CONTENT = "content"
    AUTHENTICATION = "authentication"
    REPUTATION = "reputation"
    POLICY = "policy"
    RATE = "rate"
    RELAY = "relay"
    NETWORK = "network"
    SYSTEM = "system"
    UNDETERMINED = "undetermined"
    COMPLAINT = "complaint"

    @property
    def side(self) -> Side:
        return _SIDES[self]

    @property
    def sentence(self) -> Message:
        """The reason as an organizer reads it."""
        return _sentences()[self]


_SIDES = {
    Reason.UNKNOWN_USER: Side.ADDRESS,
    Reason.UNKNOWN_DOMAIN: Side.ADDRESS,
    Reason.MOVED: Side.ADDRESS,
    Reason.FULL: Side.MAILBOX,
    Reason.DISABLED: Side.MAILBOX,
    Reason.RESTRICTED: Side.MAILBOX,
    Reason.TOO_LARGE: Side.OURS,
    Reason.CONTENT: Side.OURS,
    Reason.AUTHENTICATION: Side.OURS,
    Reason.REPUTATION: Side.OURS,
    Reason.POLICY: Side.OURS,
    Reason.RATE: Side.OURS,
    Reason.RELAY: Side.OURS,
    Reason.NETWORK: Side.NETWORK,
    Reason.SYSTEM: Side.NETWORK,
    Reason.UNDETERMINED: Side.NETWORK,
    Reason.COMPLAINT: Side.MAILBOX,
}


def _sentences() -> dict[Reason, Message]:
    return {
        Reason.UNKNOWN_USER: say("The address does not exist."),
        Reason.UNKNOWN_DOMAIN: say("The part after the @ does not exist or takes no mail."),
        Reason.MOVED: say("The recipient has moved to another address."),
        Reason.FULL: say("The mailbox is full."),
        Reason.DISABLED: say("The mailbox is closed or not in use."),
        Reason.RESTRICTED: say("The recipient takes mail from chosen senders only."),
        Reason.TOO_LARGE: say("Our mail was too large."),
        Reason.CONTENT: say("Our mail was taken for spam or its content was refused."),
        Reason.AUTHENTICATION: say(
            "Our sending domain could not prove itself (SPF, DKIM, DMARC or reverse DNS)."
        ),
        Reason.REPUTATION: say("Our mail server is on a block list or has a bad name."),
        Reason.POLICY: say("The recipient's server refuses our mail by its own rules."),
        Reason.RATE: say("We sent too much too fast."),
        Reason.RELAY: say("A server on the way refused to pass our mail on."),
        Reason.NETWORK: say("The recipient's server could not be reached."),
        Reason.SYSTEM: say("The recipient's server had trouble of its own."),
        Reason.UNDETERMINED: say("No reason was given."),
        Reason.COMPLAINT: say("The recipient reported our mail as spam."),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One recipient that a report names.

    `address` is the one that was mailed; `aliases` are others that the report gives for it (where it was
    forwarded to). `quote` is the evidence: at most 300 characters of what the server said. `by` is what
    decided the reason: "phrase", "code", "reply" or "nothing".
    """

    address: str
    kind: Kind
    status: str | None = None
    reason: Reason = Reason.UNDETERMINED
    quote: str = ""
    by: str = "nothing"
    aliases: tuple[str, ...] = ()

    @property
    def side(self) -> Side:
        return self.reason.side


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What is known of the mail that came back: only what is needed to prove that we sent it."""

    message_id: str | None = None
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    path: str | None = None  # its Return-Path
    stamp: str | None = None  # our own header in it: where a relay leaves return paths alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one mail says. `source` names the way of reading that decided."""

    kind: Kind
    failures: tuple[Failure, ...] = ()
    source: str = "nothing"
    why: Message = field(default_factory=lambda: say("Nothing in it speaks of a mail that did not arrive."))
    returned: Returned = Returned()
    delivered_to: tuple[str, ...] = ()  # where the report itself was sent: may carry our token
    stamp: str | None = None  # our own header in the mail itself: a probe that arrived
    message_id: str | None = None
    cut: bool = False

    @property
    def bounced(self) -> bool:
        return self.kind.failed

    @property
    def worst(self) -> Failure | None:
        """The failure that decides the whole: a hard one before a soft one, the first of them."""
        hard = next((f for f in self.failures if f.kind is Kind.HARD), None)
        return hard or (self.failures[0] if self.failures else None)
