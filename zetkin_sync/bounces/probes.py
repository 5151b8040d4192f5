"""The weekly probe: a mail with our token to a public address, to see that it can be written to."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from zetkin_sync.bounces.opened import STAMP
from zetkin_sync.bounces.tokens import Purpose, make_token, return_path, utc_day

_SUBJECT = "Provmejl / probe"
_TEXT = (
    "Det här är ett provmejl som skickas varje vecka för att se att adressen fungerar. Ingen behöver svara.\n\n"
    "This is a probe that is sent every week to see that the address works. Nobody needs to answer.\n"
)


def probe_mail(
    *,
    key: bytes,
    number: int,
    target: bytes,
    sender: str,
    recipient: str,
    return_domain: str | None,
    at: datetime,
) -> tuple[EmailMessage, str]:
    """The mail and its envelope sender. The token stands in return path, Message-ID and a header of its own."""
    token = make_token(key, delivery=number, recipient=target, day=utc_day(at), purpose=Purpose.PROBE)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(addr_spec=sender)
    mail["To"] = Address(addr_spec=recipient)
    mail["Subject"] = _SUBJECT
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{token}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail[STAMP] = token
    mail.set_content(_TEXT, charset="utf-8", cte="quoted-printable")
    envelope = return_path(token, domain=return_domain) if return_domain else sender
    return mail, envelope
