"""The token that stops one kind of mail for one recipient, and nothing else (RFC 8058 one-click).

It names the district, the kind and the recipient's keyed hash, signed; so the address that a mail program
posts to needs no login, cannot be guessed, and cannot be turned into one for somebody else. It does not
expire: people look for it in old mails.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from zetkin_sync.records.mail import MailKind

ONE_CLICK = "List-Unsubscribe=One-Click"
"""What RFC 8058 §3.1 says is both the header's value and the body of the POST."""

_FORM = ">BQ32s"  # version, district, recipient's keyed hash; the kind's name follows
_VERSION = 1
_MAC = 16
_LONGEST = 200


@dataclass(frozen=True, kw_only=True)
class Stop:
    """What a valid token asks for."""

    district: int
    kind: MailKind
    recipient: bytes


def make(key: bytes, stop: Stop) -> str:
    """The token, in letters that stand in an address as they are. The kind is the one that can be stopped."""
    kind = stop.kind.stopped_as
    body = struct.pack(_FORM, _VERSION, stop.district, stop.recipient) + kind.encode()
    return base64.urlsafe_b64encode(body + _mac(key, body)).decode().rstrip("=")


def read(keys: Iterable[bytes], token: str) -> Stop | None:
    """What a token asks for; None when none of the keys signed it or it is not a token at all."""
    if len(token) > _LONGEST or not token.isascii():
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    body, mac = raw[:-_MAC], raw[-_MAC:]
    head = struct.calcsize(_FORM)
    if len(body) <= head or not any(hmac.compare_digest(_mac(key, body), mac) for key in keys):
        return None
    version, district, recipient = struct.unpack(_FORM, body[:head])
    kind = body[head:].decode("ascii", "replace")
    if version != _VERSION or kind not in [k.value for k in MailKind]:
        return None
    return Stop(district=district, kind=MailKind(kind), recipient=recipient)


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, b"zetkin_sync mail stop" + body, "sha256")[:_MAC]
