"""SendGrid's signed event webhook: ECDSA over the time and the raw body; a list of events a call.

A bounce of the type "blocked" is about us, not the address. Field names and classes after Twilio's "Event
Webhook Reference".
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from connectors.webhooks.calls import decode, epoch, in_time, needed
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import say
from zetkin_sync.ports import DeliveryEvent, Malformed, WrongSignature
from zetkin_sync.settings import Settings

PROVIDER = "sendgrid"
WINDOW = timedelta(hours=24)  # a call is tried again for a day; the inbox knows what came before
SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
_CLASSES = (  # compared without case, by how they begin
    ("invalid", "unknown_user"),
    ("mailbox", "full"),
    ("content", "content"),
    ("reputation", "reputation"),
    ("frequency", "rate"),
    ("technical", "network"),
)
_REPEATED = ("bounced address", "spam reporting address", "unsubscribed address", "invalid")


class _Event(msgspec.Struct):
    event: str = ""
    email: str = ""
    timestamp: float = 0.0
    type: str = ""
    status: str | None = None
    reason: str | None = None
    response: str | None = None
    bounce_classification: str | None = None
    sg_event_id: str = ""
    smtp_id: str | None = msgspec.field(default=None, name="smtp-id")
    delivery: str | None = None


def read_key(text: str) -> ec.EllipticCurvePublicKey:
    """The console's verification key: base64 of a DER public key. Raises ConfigError."""
    try:
        key = load_der_public_key(b64decode(text, validate=True))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _wrong_key() from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise _wrong_key()
    return key


def _wrong_key() -> ConfigError:
    return ConfigError(
        say("ZETKIN_SYNC_WEBHOOK_SENDGRID is not a verification key."),
        say("Copy it from SendGrid's settings: Mail Settings, Event Webhook, Signature Verification."),
    )


def verify(
    raw: bytes, headers: Mapping[str, str], key: ec.EllipticCurvePublicKey, *, now: datetime
) -> list[DeliveryEvent]:
    """The events of one call. Raises WrongSignature, TooOld or Malformed."""
    stamp = headers.get(TIMESTAMP, "")
    try:
        signature = b64decode(headers.get(SIGNATURE, ""), validate=True)
        key.verify(signature, stamp.encode() + raw, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise WrongSignature(say("The call's signature is wrong.")) from error
    if not stamp.isdecimal() or len(stamp) > 12:
        raise Malformed(say("The call has no readable time."))
    in_time(epoch(int(stamp)), now=now, window=WINDOW)
    found = []
    for event in decode(raw, list[_Event]):
        what = _what(event)
        if what is not None and event.email:
            found.append(
                DeliveryEvent(
                    id=event.sg_event_id or f"{event.event}:{event.email}:{event.timestamp}",
                    what=what,
                    address=event.email,
                    at=epoch(event.timestamp or int(stamp)),
                    status=event.status or None,
                    said=event.reason or event.response or "",
                    reason=_reason(event),
                    message_id=event.smtp_id.strip("<>") if event.smtp_id else None,
                    delivery=event.delivery,
                )
            )
    return found


def _what(event: _Event) -> str | None:
    match event.event:
        case "bounce":
            return "failed"
        case "dropped":
            repeated = (event.reason or "").lower().startswith(_REPEATED)
            return "repeated" if repeated else None
        case "deferred":
            return "delayed"
        case "spamreport":
            return "complained"
        case "delivered":
            return "arrived"
        case _:
            return None


def _reason(event: _Event) -> str | None:
    named = (event.bounce_classification or "").lower()
    known = next((reason for begins, reason in _CLASSES if named.startswith(begins)), None)
    if event.type == "blocked" and known in (None, "unknown_user"):
        return "policy"
    return known if event.event == "bounce" else None


class SendGrid:
    """SendGrid's calls with our verification key."""

    provider = PROVIDER

    def __init__(self, key: ec.EllipticCurvePublicKey) -> None:
        self._key = key

    def events(self, raw: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[DeliveryEvent]:
        return verify(raw, headers, self._key, now=now)


def connect(settings: Settings) -> SendGrid:
    """ZETKIN_SYNC_WEBHOOK_SENDGRID is the verification key of SendGrid's console."""
    return SendGrid(read_key(needed(settings.webhook_sendgrid, "ZETKIN_SYNC_WEBHOOK_SENDGRID")))
