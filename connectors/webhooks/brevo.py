"""Brevo's transactional webhooks: not signed and without event ids; one event a call, or a batch.

`ts_epoch` is the only time in a known zone. Field names after Brevo's "Transactional webhooks".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from connectors.webhooks.calls import decode, epoch, in_time, needed, with_secret
from zetkin_sync.language import say
from zetkin_sync.ports import DeliveryEvent, Malformed
from zetkin_sync.settings import Settings

PROVIDER = "brevo"
WINDOW = timedelta(days=30)  # nothing is signed with a time
_EVENTS = {
    "hard_bounce": ("failed", "unknown_user"),
    "soft_bounce": ("failed", None),
    "invalid_email": ("failed", "unknown_user"),
    "error": ("failed", None),
    "blocked": ("repeated", None),
    "deferred": ("delayed", None),
    "spam": ("complained", None),
    "complaint": ("complained", None),
    "delivered": ("arrived", None),
}


class _Event(msgspec.Struct):
    event: str
    email: str = ""
    ts_epoch: int | None = None
    ts_event: int | None = None
    message_id: str = msgspec.field(default="", name="message-id")
    reason: str | None = None
    custom: Any = msgspec.field(default=None, name="X-Mailin-custom")


_CALL: Any = list[_Event] | _Event


def verify(raw: bytes, headers: Mapping[str, str], secret: str, *, now: datetime) -> list[DeliveryEvent]:
    """The events of one call. Raises WrongSignature, TooOld or Malformed."""
    with_secret(headers, secret)
    batch: list[_Event] | _Event = decode(raw, _CALL)
    found = []
    for event in batch if isinstance(batch, list) else [batch]:
        known = _EVENTS.get(event.event.lower().replace("-", "_"))
        if known is None or not event.email:
            continue
        if event.ts_epoch is None and event.ts_event is None:
            raise Malformed(say("The call has no readable time."))
        at = epoch(event.ts_epoch / 1000 if event.ts_epoch is not None else float(event.ts_event or 0))
        in_time(at, now=now, window=WINDOW)
        found.append(
            DeliveryEvent(
                id=f"{event.message_id}:{event.email}:{event.event}:{event.ts_epoch or event.ts_event}",
                what=known[0],
                address=event.email,
                at=at,
                said=event.reason or "",
                reason=known[1],
                message_id=event.message_id.strip("<>") or None,
                delivery=_delivery(event.custom),
            )
        )
    return found


def _delivery(custom: Any) -> str | None:
    """What we wrote into the mail's X-Mailin-custom: JSON with `delivery`, or nothing of ours."""
    if not isinstance(custom, str):
        return None
    try:
        values = msgspec.json.decode(custom.encode())
    except (msgspec.DecodeError, RecursionError):
        return None
    return str(values["delivery"]) if isinstance(values, dict) and "delivery" in values else None


class Brevo:
    """Brevo's calls with our secret."""

    provider = PROVIDER

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def events(self, raw: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[DeliveryEvent]:
        return verify(raw, headers, self._secret, now=now)


def connect(settings: Settings) -> Brevo:
    """ZETKIN_SYNC_WEBHOOK_BREVO is the secret that the webhook's address or headers carry."""
    return Brevo(needed(settings.webhook_brevo, "ZETKIN_SYNC_WEBHOOK_BREVO"))
