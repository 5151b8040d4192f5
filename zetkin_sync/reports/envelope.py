"""The mail around the words: headers that let a reader filter, stop, and answer a person."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from zetkin_sync.reports.render import Rendered

_LINE_BREAKS = re.compile(r"[\r\n]+")


def message_id(*, kind: str, slot: str, recipient: bytes, domain: str) -> str:
    """The same for the same kind, slot and recipient, so that a repeated mail is recognised."""
    digest = hashlib.sha256(b"|".join((kind.encode(), slot.encode(), recipient))).hexdigest()[:24]
    return f"<{kind}.{slot}.{digest}@{domain}>"


def build(
    mail: Rendered,
    *,
    sender: str,
    sender_name: str,
    recipient: str,
    reply_to: str | None,
    list_name: str,
    language: str,
    identity: str,
    at: datetime,
) -> EmailMessage:
    """A multipart/alternative mail, UTF-8 throughout (another charset makes Gmail clip it)."""
    message = EmailMessage(policy=SMTP)
    domain = sender.rpartition("@")[2]
    message["From"] = Address(display_name=one_line(sender_name), addr_spec=sender)
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = identity
    if reply_to:
        message["Reply-To"] = Address(addr_spec=reply_to)
    message["List-Id"] = f"{one_line(list_name)} <status.{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message.set_content(mail.text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", charset="utf-8", cte="quoted-printable")
    message["Content-Language"] = language  # set last: add_alternative would move it into the first part
    return message


def one_line(text: str) -> str:
    """A header's text: line breaks would let a title make headers of its own."""
    return _LINE_BREAKS.sub(" ", text).strip()
