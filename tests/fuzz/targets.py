"""What is fuzzed: one function a parser; it may refuse, and must not raise anything else."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

from connectors.registers import activity_fund, premises
from connectors.webhooks import amazon_ses, brevo, mailgun, postmark, sendgrid
from connectors.zetkin.lists import INSIDE, OF_PARENT, Allowed, of_organization
from connectors.zetkin.wire import people
from connectors.zetkin.wire.shapes import understood
from connectors.zetkin.wire.times import Reading
from tests import webhook_calls as calls
from zetkin_sync.bounces.reader import read
from zetkin_sync.bounces.verdict import Kind
from zetkin_sync.errors import Trouble
from zetkin_sync.ports import Refused

KEY = b"k" * 32
_SENDGRID = sendgrid.read_key(calls.sendgrid_public())
_LISTS = of_organization(
    KEY, Allowed(Reading("wall_clock", ZoneInfo("Europe/Stockholm")), ("medlem_sedan",), ("Roll:",))
)
DECODERS: dict[str, Callable[[bytes], Any]] = {
    **{record.__name__: entry.rows for record, entry in _LISTS.items()},
    **{r.__name__: (lambda body, rows=entry.rows: rows(7, body)) for r, entry in OF_PARENT.items()},
    **{record.__name__: entry.rows for record, entry in INSIDE.items()},
    "tree": lambda body: people.tree(body, body),
    "email_of": people.email_of,
    "ids": people.ids,
    "tag_value": lambda body: people.tag_value(body, 9),
}


def bounce(raw: bytes) -> None:
    """A mail from the bounce mailbox."""
    reading = read(raw)
    assert reading.kind in Kind


def webhook(raw: bytes) -> None:
    """A call to a provider's door; the first byte chooses the provider, and the signature is right where it can be."""
    which, body = raw[:1], raw[1:]
    with suppress(Refused):
        match which:
            case b"b":
                brevo.verify(body, calls.BASIC, calls.SECRET, now=calls.NOW)
            case b"m":
                mailgun.verify(body, {}, calls.MAILGUN_KEY, now=calls.NOW)
            case b"n":
                call = json.loads(calls.mailgun())
                data = {**call, "event-data": _json(body)}
                mailgun.verify(calls.body(data), {}, calls.MAILGUN_KEY, now=calls.NOW)
            case b"s":
                sendgrid.verify(body, calls.sendgrid_headers(body), _SENDGRID, now=calls.NOW)
            case b"a":
                signed = calls.sns(_json(body))
                amazon_ses.verify(
                    signed, {}, [calls.TOPIC], now=calls.NOW, fetch=lambda _: calls.sns_certificate()
                )
            case b"A":
                amazon_ses.verify(body, {}, [calls.TOPIC], now=calls.NOW, fetch=lambda _: b"")
            case _:
                postmark.verify(body, calls.BASIC, calls.SECRET, now=calls.NOW)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("latin-1")


def zetkin_json(raw: bytes) -> None:
    """An answer of Zetkin's; the first byte chooses the list."""
    names = list(DECODERS)
    name = names[raw[0] % len(names)] if raw else names[0]
    with suppress(Trouble):
        understood(DECODERS[name], raw[1:], endpoint=f"GET {name}")


def register(raw: bytes) -> None:
    """An uploaded spreadsheet; the first byte chooses the form."""
    name = "a.xlsx" if raw[:1] == b"x" else "a.csv"
    for reader in (premises.read, activity_fund.read):
        with suppress(Trouble):
            reader(raw[1:], name)


_ROW = {
    "id": 1,
    "email": "a@b.example",
    "title": "T",
    "zip_code": "111 22",
    "start_time": "2026-01-01T10:00:00+00:00",
    "end_time": "2026-01-01T11:00:00+00:00",
    "activity": {"id": 2, "title": "T"},
    "organization": {"id": 1, "title": "T"},
    "location": {"id": 3, "title": "T", "lat": 59.3, "lng": 18.0},
    "person": {"id": 4},
    "contact": {"id": 4, "name": "N"},
    "tags": [{"id": 5, "title": "T", "value": "x"}],
    "response_date": "2026-01-01T10:00:00+00:00",
    "published": "2026-01-01T10:00:00+00:00",
    "state": 1,
    "sub_orgs": [{"id": 6, "title": "T", "sub_orgs": []}],
}


def seeds(name: str) -> list[bytes]:
    """Good input to begin with: what is near it gets furthest."""
    if name == "bounce":
        return [
            b"From: MAILER-DAEMON\nContent-Type: multipart/report; boundary=B\n\n--B\n"
            b"Content-Type: message/delivery-status\n\n"
            b"Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n--B--\n"
        ]
    if name == "webhook":
        mailgun_event = json.loads(calls.mailgun())["event-data"]
        return [
            b"p" + calls.postmark(),
            b"b" + calls.body(calls.brevo()),
            b"m" + calls.mailgun(),
            b"n" + calls.body(mailgun_event),
            b"s" + calls.body([calls.sendgrid_event()]),
            b"a" + calls.body(calls.ses_bounce()),
            b"A" + calls.sns(),
        ]
    return [
        bytes([number]) + calls.body({"data": data})
        for number in range(len(DECODERS))
        for data in ([_ROW], _ROW, [])
    ]


TARGETS: dict[str, Callable[[bytes], None]] = {
    "bounce": bounce,
    "webhook": webhook,
    "zetkin_json": zetkin_json,
}
