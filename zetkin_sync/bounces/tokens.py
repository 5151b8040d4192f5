"""A signed token in the return path, so that a bounce proves which delivery to whom it is about.

Forty letters and digits of base32: mail systems change the case of local parts and wrap them (SRS, BATV), and
a token survives both. It holds the delivery, the day and the beginning of the recipient's keyed hash, so
even a report that names the forward target leads to the member, and nobody can make one for somebody else.
"""

from __future__ import annotations

import base64
import hmac
import re
import struct
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

_FORM = ">BHI8s"  # purpose, day, delivery, hash prefix: 15 bytes
_MAC = 10
_TOKEN = re.compile(r"(?<![a-z2-7])[a-z2-7]{40}(?![a-z2-7])", re.IGNORECASE)
_EPOCH = date(2020, 1, 1)
PREFIX = 8


class Purpose(IntEnum):
    """What a mail was sent for; other numbers are not ours."""

    MAILING = 1
    PROBE = 2
    STATUS = 3


class Token(NamedTuple):
    """What a valid token says. `recipient` is the first eight bytes of the address's keyed hash."""

    delivery: int
    recipient: bytes
    day: date
    purpose: Purpose = Purpose.MAILING


def make_token(
    key: bytes, *, delivery: int, recipient: bytes, day: date, purpose: Purpose = Purpose.MAILING
) -> str:
    """The token for one mail of one delivery; `recipient` is `privacy.address_hash` of its address.

    `delivery` is below 2³²; `day` is the UTC day of sending.
    """
    body = struct.pack(_FORM, purpose, (day - _EPOCH).days, delivery, recipient[:PREFIX])
    return base64.b32encode(body + _mac(key, body)).decode().lower()


def read_token(keys: Iterable[bytes], text: str, *, today: date, valid_days: int) -> Token | None:
    """The first valid token in a text, made with one of the keys and not too old; None when there is none."""
    for match in _TOKEN.finditer(text[:4_000]):
        token = _verified(tuple(keys), match.group())
        if token is not None and timedelta(days=-1) <= today - token.day <= timedelta(days=valid_days):
            return token
    return None


def return_path(token: str, *, domain: str, prefix: str = "b") -> str:
    """The envelope sender that carries a token: `b+<token>@studs.example.se`."""
    return f"{prefix}+{token}@{domain}"


def utc_day(moment: datetime) -> date:
    """The day of a token."""
    return moment.astimezone(UTC).date()


def _verified(keys: tuple[bytes, ...], text: str) -> Token | None:
    raw = base64.b32decode(text.upper())
    body, mac = raw[:-_MAC], raw[-_MAC:]
    if not any(hmac.compare_digest(_mac(key, body), mac) for key in keys):
        return None
    purpose, day, delivery, recipient = struct.unpack(_FORM, body)
    if purpose not in tuple(Purpose):
        return None
    return Token(delivery, recipient, _EPOCH + timedelta(days=day), Purpose(purpose))


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, b"zetkin_sync bounce token" + body, "sha256")[:_MAC]
