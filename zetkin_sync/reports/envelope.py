"""The mail around the words: headers that let a reader filter, stop, and answer a person."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from zetkin_sync.language import Language, Message, say
from zetkin_sync.records.mail import MailKind
from zetkin_sync.reports.content import titled
from zetkin_sync.reports.render import Rendered
from zetkin_sync.reports.stop_token import ONE_CLICK
from zetkin_sync.reports.wire import WIRE

STAMP = "X-Zetkin-Sync-Delivery"
_DOT_ATOM = re.compile(r"[^A-Za-z0-9-]+")

KINDS: dict[MailKind, Message] = {
    MailKind.WEEKLY: say("weekly mail"),
    MailKind.QUIET: say("weekly mail"),
    MailKind.MONTHLY: say("monthly mail"),
    MailKind.DECISION: say("proposals to decide"),
    MailKind.STALLED: say("jobs that stand still"),
    MailKind.AFTER_MEETING: say("after the annual meeting"),
    MailKind.DAY_AFTER: say("attendance to note"),
    MailKind.RESULT: say("runs that you asked for"),
}


@dataclass(frozen=True, kw_only=True)
class Sender:
    """As whom the district writes: the sending address, its name, and who reads an answer."""

    address: str
    name: str
    reply_to: str | None = None

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2].lower()


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """Which mail it is: kind, slot and reader. The same occasion has the same Message-ID, however often it is sent."""

    kind: MailKind
    slot: str
    recipient: bytes
    role: str
    unit: int
    try_: int = 0

    def message_id(self, domain: str) -> str:
        """`try_` stays 0 but for a mail that is knowingly sent once more."""
        said = b"|".join(
            (
                self.kind.encode(),
                self.slot.encode(),
                self.recipient,
                f"{self.role}:{self.unit}:{self.try_}".encode(),
            )
        )
        slot = _DOT_ATOM.sub("-", self.slot).strip("-")
        return f"<{self.kind}.{slot}.{hashlib.sha256(said).hexdigest()[:24]}@{domain}>"


def build(
    mail: Rendered,
    *,
    occasion: Occasion,
    sender: Sender,
    recipient: str,
    language: Language,
    at: datetime,
    stop: str | None,
    stamp: str | None = None,
) -> EmailMessage:
    """A multipart/alternative mail, UTF-8 throughout (another charset makes Gmail clip it).

    `stop` is the address that a one-click POST goes to; only over https may it be promised (RFC 8058 §3.1). `stamp` is the return path's token, so that a report that lost the path still shows it.
    """
    message = EmailMessage(policy=WIRE)
    message["From"] = Address(display_name=titled(sender.name), addr_spec=sender.address)
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = titled(mail.subject, length=200)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = occasion.message_id(sender.domain)
    if sender.reply_to:
        message["Reply-To"] = Address(addr_spec=sender.reply_to)
    kind = occasion.kind.stopped_as
    message["List-Id"] = _list_id(sender, kind, language)
    if stop:
        message["List-Unsubscribe"] = f"<{stop}>"
        if stop.startswith("https://"):
            message["List-Unsubscribe-Post"] = ONE_CLICK
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if stamp:
        message[STAMP] = stamp
    message.set_content(mail.text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", charset="utf-8", cte="quoted-printable")
    message["Content-Language"] = language.code  # set last: add_alternative would move it into the first part
    return message


def _list_id(sender: Sender, kind: MailKind, language: Language) -> str:
    """RFC 2919: a phrase and a name of our own domain, the same for every mail of a kind."""
    phrase = re.sub(r'[\\"<>]', "", f"{titled(sender.name)}: {language.say(KINDS[kind])}")
    return f'"{phrase}" <{kind.replace("_", "-")}.{sender.domain}>'
