"""Reports of mails that did not arrive, in the forms of the mail systems that write them.

The forms are the systems' own; hosts, people and numbers are invented. Each function gives the whole mail.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

DOMAIN = "distriktet.example.org"
SENDER = f"info@{DOMAIN}"
MAILBOX = f"studs@{DOMAIN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why one mail to one member did not arrive: the code, and the server's words after it."""

    address: str
    number: int  # of the report, for ids
    mailing: int
    at: datetime
    code: str = "5.1.1"
    reply: int = 550
    said: str = "User unknown"
    action: str = "failed"

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    @property
    def answer(self) -> str:
        """What the server answered, as SMTP."""
        return f"{self.reply} {self.code} <{self.address}>: {self.said}"

    @property
    def returned(self) -> str:
        """The header of the mail that came back."""
        return (
            f"Return-Path: <{MAILBOX}>\nDate: {format_datetime(self.at)}\nFrom: Distriktet <{SENDER}>\nTo: {self.address}\n"
            f"Subject: Medlemsbrev {self.mailing}\nMessage-ID: <brev-{self.mailing}-{self.number}@{DOMAIN}>\n"
        )


Format = Callable[[Refusal], bytes]


def envelope(
    at: datetime, *, sender: str, subject: str, identity: str, more: str = "", kind: str = "text/plain"
) -> str:
    """The header that every mail of the mailbox has; `kind` is its Content-Type."""
    return (
        f"Return-Path: <>\nDelivered-To: {MAILBOX}\nDate: {format_datetime(at)}\nFrom: {sender}\nTo: {MAILBOX}\nSubject: {subject}\n"
        f"Message-ID: <{identity}>\nMIME-Version: 1.0\n{more}Content-Type: {kind}\n\n"
    )


def parts(boundary: str, *bodies: tuple[str, str]) -> str:
    """Bodies with their Content-Types, between boundaries."""
    return (
        "".join(f"--{boundary}\nContent-Type: {kind}\n\n{body}\n" for kind, body in bodies)
        + f"--{boundary}--\n"
    )


def _fields(why: Refusal, *, host: str, diagnostic: str | None = None, original: bool = False) -> str:
    first = f"Original-Recipient: rfc822;{why.address}\n" if original else ""
    return (
        f"Reporting-MTA: dns; {host}\nArrival-Date: {format_datetime(why.at)}\n\n{first}Final-Recipient: rfc822; {why.address}\n"
        f"Action: {why.action}\nStatus: {why.code}\nRemote-MTA: dns; mx.{why.domain}\nDiagnostic-Code: smtp; {diagnostic or why.answer}\n"
    )


def postfix(why: Refusal) -> bytes:
    host, mark = "relay.distriktet.example.org", f"4F{why.number:06X}.1700000000/relay"
    subject = "Undelivered Mail Returned to Sender"
    words = (
        f"This is the mail system at host {host}.\n\nI'm sorry to have to inform you that your message could not\n"
        "be delivered to one or more recipients. It's attached below.\n\nFor further assistance, please send mail to postmaster.\n\n"
        f"                   The mail system\n\n<{why.address}>: host mx.{why.domain}[192.0.2.25] said: {why.answer} (in reply\n    to RCPT TO command)\n"
    )
    if why.action == "delayed":
        subject = "Delayed Mail (still being retried)"
        words = (
            f"This is the mail system at host {host}.\n\n####################################################################\n"
            "# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n"
            "####################################################################\n\nYour message could not be delivered for more than 4 hour(s).\n"
            f"It will be retried until it is 5 day(s) old.\n\n<{why.address}>: connect to mx.{why.domain}[192.0.2.25]:25: Connection timed out\n"
        )
    body = parts(
        mark,
        ("text/plain; charset=utf-8", words),
        ("message/delivery-status", _fields(why, host=host, original=True)),
        ("text/rfc822-headers", why.returned),
    )
    return (
        envelope(
            why.at,
            sender=f"MAILER-DAEMON@{host} (Mail Delivery System)",
            subject=subject,
            identity=f"{why.number:08X}.{why.mailing}@{host}",
            more="Auto-Submitted: auto-replied\n",
            kind=f'multipart/report; report-type=delivery-status;\n\tboundary="{mark}"',
        )
        + body
    ).encode()


def exim(why: Refusal) -> bytes:
    host = "mail.webbhotell.example"
    words = (
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\n"
        f"recipients. This is a permanent error. The following address(es) failed:\n\n  {why.address}\n    host mx.{why.domain} [192.0.2.25]\n"
        f"    SMTP error from remote mail server after RCPT TO:<{why.address}>:\n    {why.answer}\n"
    )
    mark = f"{why.number}-eximdsn-{why.mailing}"
    body = parts(
        mark,
        ("text/plain; charset=us-ascii", words),
        ("message/delivery-status", _fields(why, host=host)),
        ("message/rfc822", why.returned + "\nHej!\n"),
    )
    return (
        envelope(
            why.at,
            sender=f"Mail Delivery System <Mailer-Daemon@{host}>",
            subject="Mail delivery failed: returning message to sender",
            identity=f"E1{why.number:05d}-00{why.mailing:04d}-00@{host}",
            more=f"X-Failed-Recipients: {why.address}\nAuto-Submitted: auto-replied\n",
            kind=f"multipart/report; report-type=delivery-status; boundary={mark}",
        )
        + body
    ).encode()


def exchange_online(why: Refusal) -> bytes:
    """Microsoft writes in the language of the sender's organization, and keeps its codes."""
    host = "AM0PR01MB0001.eurprd01.prod.exchangelabs.example"
    words = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>'
        f'<p><b><a href="mailto:{why.address}">{why.address}</a></b></p><p>Det gick inte att leverera ditt meddelande till '
        f"<a href='mailto:{why.address}'>{why.address}</a>.</p><p>{why.address.partition('@')[0]} hittades inte på {why.domain}.</p>"
        "<p>Så här åtgärdar du det: Adressen kan vara felstavad eller finns kanske inte längre.</p><hr>"
        f"<p>Diagnostikinformation för administratörer:</p><p>Genererande server: {host}</p><p>{why.address}<br>"
        f"Remote Server returned '{why.answer}'</p><p>Ursprungliga meddelanderubriker:</p><pre>From: {SENDER}</pre></body></html>"
    )
    mark = f"_000_{why.number:08d}AM0PR01MB{why.mailing:04d}_"
    body = parts(
        mark,
        ("text/html; charset=utf-8", words),
        ("message/delivery-status", _fields(why, host=host)),
        ("message/rfc822", why.returned + "\nHej!\n"),
    )
    return (
        envelope(
            why.at,
            sender=f"<postmaster@{host}>",
            subject=f"=?utf-8?B?T2xldmVyZXJiYXI6?= Medlemsbrev {why.mailing}",
            identity=f"{why.number:032x}-{why.mailing}@{host}",
            more="X-MS-Exchange-Message-Is-Ndr:\nAuto-Submitted: auto-replied\n",
            kind=f'multipart/report; report-type=delivery-status;\n\tboundary="{mark}"',
        )
        + body
    ).encode()


def gmail(why: Refusal) -> bytes:
    mark = f"0000000000{why.number:06d}{why.mailing:04d}"
    words = (
        f"** Adressen hittades inte **\n\nMeddelandet levererades inte till {why.address} eftersom det inte gick att hitta adressen, eller så\n"
        f"kan den inte ta emot e-post.\n\nSvaret från den andra servern var:\n\n{why.answer}\n"
    )
    body = parts(
        mark,
        ('text/plain; charset="UTF-8"', words),
        ("message/delivery-status", _fields(why, host="googlemail.example")),
        ("message/rfc822", why.returned + "\nHej!\n"),
    )
    return (
        envelope(
            why.at,
            sender="Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
            subject="Delivery Status Notification (Failure)",
            identity=f"{why.number:08x}.{why.mailing}.0001@mx.google.example",
            more=f"X-Failed-Recipients: {why.address}\nAuto-Submitted: auto-replied\n",
            kind=f'multipart/report; boundary="{mark}"; report-type=delivery-status',
        )
        + body
    ).encode()


def amazon_ses(why: Refusal) -> bytes:
    """A mail from a topic of Amazon SNS with a mailbox among its subscribers."""
    said = f"smtp; {why.answer}"
    notice = {
        "notificationType": "Bounce",
        "bounce": {
            "feedbackId": f"0102{why.number:012d}-{why.mailing}",
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [
                {
                    "emailAddress": why.address,
                    "action": "failed",
                    "status": why.code,
                    "diagnosticCode": said,
                }
            ],
        },
        "mail": {"source": SENDER, "messageId": f"0102{why.number:012d}", "destination": [why.address]},
    }
    mark = f"ses-{why.number}-{why.mailing}"
    words = (
        f"An error occurred while trying to deliver the mail to the following recipients:\n{why.address}\n"
    )
    if why.number % 2:
        body = parts(
            mark,
            ("text/plain; charset=us-ascii", words),
            ("message/delivery-status", _fields(why, host="a1-1.smtp-out.eu-north-1.example")),
            ("message/rfc822", why.returned + "\nHej!\n"),
        )
        return (
            envelope(
                why.at,
                sender="MAILER-DAEMON@eu-north-1.amazonses.example",
                subject="Delivery Status Notification (Failure)",
                identity=f"0102{why.number:012d}-{why.mailing}@eu-north-1.amazonses.example",
                kind=f'multipart/report; boundary="{mark}"; report-type=delivery-status',
            )
            + body
        ).encode()
    return (
        envelope(
            why.at,
            sender="AWS Notifications <no-reply@sns.amazonaws.example>",
            subject="AWS Notification Message",
            identity=f"sns-{why.number:08d}-{why.mailing}@eu-north-1.amazonses.example",
            more=f"x-amz-sns-message-id: {why.number:08d}-{why.mailing}\n",
            kind="text/plain; charset=UTF-8",
        )
        + json.dumps(notice)
        + "\n\n--\nIf you wish to stop receiving notifications from this topic, please visit the link.\n"
    ).encode()


def sendmail(why: Refusal) -> bytes:
    host, mark = "smtp.kommunen.example", f"x{why.number:06d}.{why.mailing}/smtp"
    words = (
        f"The original message was received at {format_datetime(why.at)}\nfrom relay.{DOMAIN} [192.0.2.10]\n\n"
        f"   ----- The following addresses had permanent fatal errors -----\n<{why.address}>\n    (reason: {why.answer})\n\n"
        f"   ----- Transcript of session follows -----\n... while talking to mx.{why.domain}.:\n>>> RCPT To:<{why.address}>\n"
        f"<<< {why.answer}\n550 {why.code} <{why.address}>... {why.said}\n"
    )
    body = parts(
        mark,
        ("text/plain", words),
        ("message/delivery-status", _fields(why, host=host)),
        ("message/rfc822", why.returned + "\nHej!\n"),
    )
    return (
        envelope(
            why.at,
            sender=f"Mail Delivery Subsystem <MAILER-DAEMON@{host}>",
            subject=f"Returned mail: see transcript for details ({why.mailing})",
            identity=f"2026{why.number:08d}.{why.mailing}@{host}",
            more="Auto-Submitted: auto-generated (failure)\n",
            kind=f'multipart/report; report-type=delivery-status;\n\tboundary="{mark}"',
        )
        + body
    ).encode()


def qmail(why: Refusal) -> bytes:
    """No machine-readable part at all."""
    host = "qmail.forlag.example"
    words = (
        f"Hi. This is the qmail-send program at {host}.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{why.address}>:\n192.0.2.25 does not like recipient.\nRemote host said: {why.answer}\nGiving up on 192.0.2.25.\n\n"
        f"--- Below this line is a copy of the message.\n\n{why.returned}\nHej!\n"
    )
    head = envelope(
        why.at,
        sender=f"MAILER-DAEMON@{host}",
        subject="failure notice",
        identity=f"{why.number}.{why.mailing}.qmail@{host}",
    )
    return (head + words).encode()


FORMATS: dict[str, Format] = {
    "postfix": postfix,
    "exim": exim,
    "exchange_online": exchange_online,
    "gmail": gmail,
    "amazon_ses": amazon_ses,
    "sendmail": sendmail,
    "qmail": qmail,
}
