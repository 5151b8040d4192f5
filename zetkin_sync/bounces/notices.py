"""Amazon SES notifications that come as mail, because the topic has a mailbox among its subscribers.

The body is the notification as JSON, sometimes inside SNS's own envelope. Field names after Amazon's "SNS
notification contents for Amazon SES".
"""

from __future__ import annotations

import msgspec

from zetkin_sync.bounces.addresses import clean
from zetkin_sync.bounces.delivery_status import Action, Row
from zetkin_sync.bounces.mime import Mail
from zetkin_sync.bounces.verdict import Kind


class _Recipient(msgspec.Struct, rename="camel"):
    email_address: str = ""
    action: str = ""
    status: str = ""
    diagnostic_code: str = ""


class _Bounce(msgspec.Struct, rename="camel"):
    bounce_type: str = ""
    bounced_recipients: list[_Recipient] = []


class _Complaint(msgspec.Struct, rename="camel"):
    complained_recipients: list[_Recipient] = []


class _Sent(msgspec.Struct, rename="camel"):
    source: str = ""
    message_id: str = ""


class _Notice(msgspec.Struct, rename="camel"):
    notification_type: str = ""
    event_type: str = ""
    bounce: _Bounce | None = None
    complaint: _Complaint | None = None
    mail: _Sent = msgspec.field(default_factory=_Sent)
    message: str = msgspec.field(default="", name="Message")


class Notice(msgspec.Struct, frozen=True):
    """What a notification says: `kind` is none for a delivery."""

    kind: Kind
    rows: tuple[Row, ...]
    source: str
    message_id: str


def read_notice(mail: Mail) -> Notice | None:
    """The notification in this mail, or None."""
    if "x-amz-sns-message-id" not in mail.headers:
        return None
    text = next((part.text() for part in mail.parts if part.kind == "text/plain"), "")
    notice = _decode(text)
    if notice is not None and notice.message:
        notice = _decode(notice.message)
    if notice is None:
        return None
    kind = (notice.notification_type or notice.event_type).lower()
    if kind == "complaint" and notice.complaint is not None:
        rows = _rows(notice.complaint.complained_recipients, Action.FAILED)
        return Notice(Kind.COMPLAINT, rows, notice.mail.source, notice.mail.message_id)
    if kind == "bounce" and notice.bounce is not None:
        rows = _rows(notice.bounce.bounced_recipients, Action.FAILED)
        return Notice(Kind.SOFT, rows, notice.mail.source, notice.mail.message_id)
    return Notice(Kind.NONE, (), notice.mail.source, notice.mail.message_id)


def _decode(text: str) -> _Notice | None:
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return None
    try:
        body = text[start : end + 1].replace("\n ", "").replace("\n", "")  # long lines were folded on the way
        return msgspec.json.decode(body.encode("utf-8", "replace"), type=_Notice)
    except (msgspec.DecodeError, RecursionError):
        return None


def _rows(recipients: list[_Recipient], action: Action) -> tuple[Row, ...]:
    rows = []
    for recipient in recipients:
        address = clean(recipient.email_address)
        if address:
            said = recipient.diagnostic_code.partition(";")[2] or recipient.diagnostic_code
            rows.append(Row(address, (), action, recipient.status or None, said.strip()))
    return tuple(rows)
