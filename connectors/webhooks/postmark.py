"""Postmark's webhooks: one event a call, not signed, so a secret in the call is what is checked.

Field names and types after Postmark's "Bounce webhook", "Spam complaint webhook" and "Delivery webhook". A
SpamNotification says that a filter did not like the content; nobody complained.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from connectors.webhooks.calls import decode, in_time, instant, needed, with_secret
from zetkin_sync.ports import DeliveryEvent
from zetkin_sync.settings import Settings

PROVIDER = "postmark"
WINDOW = timedelta(days=30)  # nothing is signed with a time; a call is tried again for a day or so

_DELAYED = frozenset(("Transient", "DnsError"))
_ANSWERED = frozenset(("AutoResponder", "AddressChange", "ChallengeVerification", "OpenRelayTest"))
_REASONS = {
    "HardBounce": "unknown_user",
    "BadEmailAddress": "unknown_user",
    "SoftBounce": "full",
    "SpamNotification": "content",
    "VirusNotification": "content",
    "Blocked": "reputation",
    "DMARCPolicy": "authentication",
}


class _Call(msgspec.Struct, rename="pascal"):
    record_type: str
    type: str = ""
    id: int | None = msgspec.field(default=None, name="ID")
    message_id: str = msgspec.field(default="", name="MessageID")
    email: str = ""
    recipient: str = ""
    details: str = ""
    description: str = ""
    bounced_at: str = ""
    delivered_at: str = ""
    changed_at: str = ""
    metadata: dict[str, str] | None = None


def verify(raw: bytes, headers: Mapping[str, str], secret: str, *, now: datetime) -> list[DeliveryEvent]:
    """The events of one call. Raises WrongSignature, TooOld or Malformed."""
    with_secret(headers, secret)
    call = decode(raw, _Call)
    if call.record_type not in ("Bounce", "SpamComplaint", "Delivery"):
        return []
    at = instant(call.bounced_at or call.delivered_at or call.changed_at)
    in_time(at, now=now, window=WINDOW)
    address = call.email or call.recipient
    identity = str(call.id) if call.id is not None else f"{call.record_type}:{call.message_id}:{address}"
    return [
        DeliveryEvent(
            id=identity,
            what=_what(call),
            address=address,
            at=at,
            said=f"{call.details} {call.description}".strip() if call.record_type == "Bounce" else "",
            reason=_REASONS.get(call.type),
            message_id=call.message_id or None,
            delivery=(call.metadata or {}).get("delivery"),
        )
    ]


def _what(call: _Call) -> str:
    if call.record_type == "Delivery":
        return "arrived"
    if call.record_type == "SpamComplaint" or call.type == "SpamComplaint":
        return "complained"
    if call.type in _DELAYED:
        return "delayed"
    if call.type in _ANSWERED:
        return "answered"
    return "failed"


class Postmark:
    """Postmark's calls with our secret."""

    provider = PROVIDER

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def events(self, raw: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[DeliveryEvent]:
        return verify(raw, headers, self._secret, now=now)


def connect(settings: Settings) -> Postmark:
    """ZETKIN_SYNC_WEBHOOK_POSTMARK is `user:password` of the webhook's basic authentication, or a header's secret."""
    return Postmark(needed(settings.webhook_postmark, "ZETKIN_SYNC_WEBHOOK_POSTMARK"))
