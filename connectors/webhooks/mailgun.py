"""Mailgun's webhooks: an HMAC over time and token inside the body; the body itself is not covered.

So a token counts once: whoever overhears a call cannot use its signature for another body. Field names after
Mailgun's "Webhooks" and "Tracking failures".
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from connectors.webhooks.calls import decode, epoch, equal, in_time, needed
from zetkin_sync.language import say
from zetkin_sync.ports import DeliveryEvent, Malformed, WrongSignature
from zetkin_sync.settings import Settings

PROVIDER = "mailgun"
WINDOW = timedelta(hours=12)  # a call is tried again for eight hours; the inbox knows what came before
_REPEATED = ("suppress-bounce", "suppress-complaint", "suppress-unsubscribe")


class _Signature(msgspec.Struct):
    timestamp: str
    token: str
    signature: str


class _Status(msgspec.Struct, rename="kebab"):
    code: int | None = None
    message: str | None = None
    description: str | None = None
    enhanced_code: str | None = None


class _Message(msgspec.Struct):
    headers: dict[str, Any] = {}


class _Data(msgspec.Struct, rename="kebab"):
    event: str
    recipient: str = ""
    timestamp: float = 0.0
    severity: str = ""
    reason: str = ""
    delivery_status: _Status | None = None
    message: _Message | None = None
    user_variables: Any = None


class _Call(msgspec.Struct, rename="kebab"):
    signature: _Signature
    event_data: _Data


def verify(raw: bytes, _headers: Mapping[str, str], key: str, *, now: datetime) -> list[DeliveryEvent]:
    """The events of one call. `key` is the webhook signing key. Raises WrongSignature, TooOld or Malformed."""
    call = decode(raw, _Call)
    given = call.signature
    made = hmac.new(key.encode(), f"{given.timestamp}{given.token}".encode(), hashlib.sha256).hexdigest()
    if not given.token or not equal(made, given.signature.lower()):
        raise WrongSignature(say("The call's signature is wrong."))
    if not given.timestamp.isdecimal() or len(given.timestamp) > 12:
        raise Malformed(say("The call has no readable time."))
    in_time(epoch(int(given.timestamp)), now=now, window=WINDOW)
    data = call.event_data
    what = _what(data)
    if what is None or not data.recipient:
        return []
    status = data.delivery_status or _Status()
    code = str(status.code) if status.code and 400 <= status.code < 600 else ""
    names = data.user_variables if isinstance(data.user_variables, dict) else {}
    message_id = data.message.headers.get("message-id") if data.message else None
    return [
        DeliveryEvent(
            id=given.token,
            what=what,
            address=data.recipient,
            at=epoch(data.timestamp or int(given.timestamp)),
            status=status.enhanced_code,
            said=f"{code} {status.message or status.description or ''}".strip(),
            reason=None,
            message_id=str(message_id) if message_id else None,
            delivery=str(names["delivery"]) if "delivery" in names else None,
        )
    ]


def _what(data: _Data) -> str | None:
    match data.event:
        case "failed" if data.reason in _REPEATED:
            return "repeated"
        case "failed":
            return "failed" if data.severity == "permanent" or data.reason == "old" else "delayed"
        case "complained":
            return "complained"
        case "delivered":
            return "arrived"
        case _:
            return None


class Mailgun:
    """Mailgun's calls with our signing key."""

    provider = PROVIDER

    def __init__(self, key: str) -> None:
        self._key = key

    def events(self, raw: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[DeliveryEvent]:
        return verify(raw, headers, self._key, now=now)


def connect(settings: Settings) -> Mailgun:
    """ZETKIN_SYNC_WEBHOOK_MAILGUN is the HTTP webhook signing key of Mailgun's console."""
    return Mailgun(needed(settings.webhook_mailgun, "ZETKIN_SYNC_WEBHOOK_MAILGUN"))
