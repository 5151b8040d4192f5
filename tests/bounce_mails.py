"""Bounces as servers write them, made up for the tests from the documented formats; every address is invented."""

from __future__ import annotations

HEAD = (
    "Return-Path: <>\n"
    "Date: Thu, 12 Nov 2026 10:00:00 +0100\n"
    "From: {sender}\n"
    "To: {to}\n"
    "Subject: {subject}\n"
    "Message-ID: <{id}@mx.example.net>\n"
    "MIME-Version: 1.0\n"
)
DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example.net>"


def mail(
    body: str,
    *,
    sender: str = DAEMON,
    to: str = "studs@forening.example",
    subject: str = "Undelivered Mail Returned to Sender",
    identity: str = "r1",
    headers: str = "",
) -> bytes:
    """A mail with a body; `headers` are more header lines, and the body brings its own empty line."""
    head = HEAD.format(sender=sender, to=to, subject=subject, id=identity)
    return (head + headers + body).encode("utf-8", "surrogateescape")


def text(words: str, **more: str) -> bytes:
    """A report in plain words."""
    return mail("Content-Type: text/plain; charset=utf-8\n\n" + words, **more)


def report(
    rows: str,
    *,
    words: str = "This is the mail system at host mx.example.net.\n",
    returned: str
    | None = "From: info@forening.example\nTo: anna@exempel.example\nMessage-ID: <b1@forening.example>\nSubject: Kallelse\n",
    kind: str = "message/delivery-status",
    **more: str,
) -> bytes:
    """A delivery report of three parts."""
    back = "" if returned is None else f"--B\nContent-Type: message/rfc822\n\n{returned}\nhej\n"
    return mail(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n"
        f"--B\nContent-Type: text/plain; charset=utf-8\n\n{words}\n"
        f"--B\nContent-Type: {kind}\n\nReporting-MTA: dns; mx.example.net\n\n{rows}\n"
        f"{back}--B--\n",
        **more,
    )


def row(
    address: str = "anna@exempel.example",
    *,
    action: str = "failed",
    status: str = "5.1.1",
    said: str | None = "550 5.1.1 <anna@exempel.example>: User unknown",
    original: str | None = None,
) -> str:
    """The fields of one recipient, with the empty line that ends them."""
    first = f"Original-Recipient: rfc822;{original}\n" if original else ""
    last = f"Diagnostic-Code: smtp; {said}\n" if said else ""
    return f"{first}Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n{last}\n"
