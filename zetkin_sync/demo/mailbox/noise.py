"""What else lies in a bounce mailbox: automatic answers, newsletters, swindle, reports that are about nobody of ours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from zetkin_sync.demo.mailbox.formats import DOMAIN, SENDER, Refusal, envelope, parts, postfix


def automatic_answer(address: str, number: int, at: datetime) -> bytes:
    """Somebody is on leave: the address works."""
    subject = ("Autosvar: Medlemsbrev", "Automatiskt svar: Jag har semester", "Frånvarande")[number % 3]
    words = (
        "Hej!\n\nJag är ledig till den 1 december. Vid brådskande ärenden, kontakta vikarie@epost.example.\n"
    )
    head = envelope(
        at,
        sender=address,
        subject=subject,
        identity=f"auto-{number}@epost.example",
        more="Auto-Submitted: auto-replied\n",
        kind="text/plain; charset=utf-8",
    )
    return (head + words).encode()


def newsletter(number: int, at: datetime) -> bytes:
    words = "Veckans nyheter. Kongressen avslog motionen, och posten misslyckades med att leverera tidningen i tid.\n"
    head = envelope(
        at,
        sender="Nyhetsbrevet <nyheter@tidning.example>",
        subject=f"Veckans nyheter, nummer {number}",
        identity=f"nyheter-{number}@tidning.example",
        kind="text/plain; charset=utf-8",
    )
    return (head.replace("Return-Path: <>", "Return-Path: <nyheter@tidning.example>") + words).encode()


def swindle(number: int, at: datetime) -> bytes:
    """Phishing that looks like a report."""
    words = f"5 meddelanden kunde inte levereras eftersom din brevlåda är full. Logga in på http://bluff{number}.example/ genast.\n"
    head = envelope(
        at,
        sender="Mail Support <support@bluff.example>",
        subject="Mail delivery failed: mailbox full",
        identity=f"bluff-{number}@bluff.example",
        kind="text/plain; charset=utf-8",
    )
    return (head.replace("Return-Path: <>", "Return-Path: <support@bluff.example>") + words).encode()


def arrived(why: Refusal) -> bytes:
    """A report of success, which some systems send unasked."""
    mark = f"ok-{why.number}"
    fields = (
        f"Reporting-MTA: dns; mx.{why.domain}\n\nFinal-Recipient: rfc822; {why.address}\nAction: delivered\nStatus: 2.1.5\n"
        "Diagnostic-Code: smtp; 250 2.1.5 OK\n"
    )
    body = parts(
        mark,
        ("text/plain", "Your message was successfully delivered."),
        ("message/delivery-status", fields),
    )
    head = envelope(
        why.at,
        sender=f"postmaster@mx.{why.domain}",
        subject="Delivery report",
        identity=f"ok-{why.number}@mx.{why.domain}",
        kind=f'multipart/report; report-type=delivery-status; boundary="{mark}"',
    )
    return (head + body).encode()


def complaint(why: Refusal) -> bytes:
    """A feedback report (RFC 5965): the member pressed "spam"."""
    mark = f"arf-{why.number}-{why.mailing}"
    fields = (
        f"Feedback-Type: abuse\nUser-Agent: Exempel/1.0\nVersion: 1\nOriginal-Mail-From: <{SENDER}>\n"
        f"Original-Rcpt-To: <{why.address}>\n"
    )
    body = parts(
        mark,
        ("text/plain; charset=us-ascii", "This is an email abuse report."),
        ("message/feedback-report", fields),
        ("message/rfc822", why.returned + "\nHej!\n"),
    )
    head = envelope(
        why.at,
        sender="fbl@postleverantor.example",
        subject="FW: Medlemsbrev",
        identity=f"{mark}@postleverantor.example",
        kind=f'multipart/report; report-type=feedback-report; boundary="{mark}"',
    )
    return (head + body).encode()


def forged(addresses: Sequence[str], at: datetime) -> bytes:
    """A made-up report that names members: nothing in it proves that the mail was ours."""
    fields = "\n".join(
        f"Final-Recipient: rfc822; {a}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n"
        for a in addresses
    )
    mark = "forged"
    body = parts(
        mark,
        ("text/plain", "Your message could not be delivered."),
        ("message/delivery-status", f"Reporting-MTA: dns; mx.bluff.example\n\n{fields}"),
        ("message/rfc822", "From: x@bluff.example\nTo: y@bluff.example\nSubject: Hej\n\nHej!\n"),
    )
    head = envelope(
        at,
        sender="MAILER-DAEMON@mx.bluff.example",
        subject="Undelivered Mail Returned to Sender",
        identity="forged@mx.bluff.example",
        kind=f'multipart/report; report-type=delivery-status; boundary="{mark}"',
    )
    return (head + body).encode()


def stranger(number: int, at: datetime) -> bytes:
    """A true report about somebody who is no member: it is counted and forgotten."""
    return postfix(Refusal(address=f"tidigare{number}@{DOMAIN}", number=90_000 + number, mailing=1, at=at))
