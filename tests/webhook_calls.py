"""Calls as mail providers make them, signed with keys that are made here and guard nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from connectors.webhooks.amazon_ses import signed_text

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SECRET = "anvandare:ett langt losenord"
TOPIC = "arn:aws:sns:eu-north-1:111111111111:studsar"
CERTIFICATE_URL = "https://sns.eu-north-1.amazonaws.com/SimpleNotificationService-abc123.pem"
BASIC = {"authorization": "Basic " + b64encode(SECRET.encode()).decode()}


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def stamp(at: datetime = NOW) -> str:
    return str(int(at.timestamp()))


# -- Postmark, Brevo: a secret


def postmark(**changes: Any) -> bytes:
    return body(
        {
            "RecordType": "Bounce",
            "ID": 42,
            "Type": "HardBounce",
            "TypeCode": 1,
            "MessageID": "m-1",
            "Email": "anna@exempel.example",
            "Details": "smtp;550 5.1.1 user unknown",
            "BouncedAt": "2026-11-22T07:00:00Z",
            "Metadata": {"delivery": "d-17"},
            **changes,
        }
    )


def brevo(**changes: Any) -> dict[str, Any]:
    return {
        "event": "hard_bounce",
        "email": "anna@exempel.example",
        "ts_epoch": int(NOW.timestamp() * 1000),
        "message-id": "<d-17@forening.example>",
        "reason": "550 5.1.1 user unknown",
        "X-Mailin-custom": '{"delivery":"d-17"}',
        **changes,
    }


# -- Mailgun: an HMAC inside the body

MAILGUN_KEY = "mailgun signing key for tests"


def mailgun(*, at: datetime = NOW, token: str = "t0", key: str = MAILGUN_KEY, **changes: Any) -> bytes:
    signature = hmac.new(key.encode(), f"{stamp(at)}{token}".encode(), hashlib.sha256).hexdigest()
    data = {
        "event": "failed",
        "severity": "permanent",
        "reason": "bounce",
        "id": "e1",
        "timestamp": at.timestamp(),
        "recipient": "anna@exempel.example",
        "delivery-status": {"code": 550, "message": "5.1.1 user unknown", "description": ""},
        "message": {"headers": {"message-id": "d-17@forening.example"}},
        "user-variables": {"delivery": "d-17"},
        **changes,
    }
    return body(
        {"signature": {"timestamp": stamp(at), "token": token, "signature": signature}, "event-data": data}
    )


# -- SendGrid: ECDSA over time and body


@cache
def sendgrid_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def sendgrid_public() -> str:
    public = sendgrid_key().public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return b64encode(der).decode()


def sendgrid_event(**changes: Any) -> dict[str, Any]:
    return {
        "event": "bounce",
        "type": "bounce",
        "email": "anna@exempel.example",
        "timestamp": int(NOW.timestamp()),
        "status": "5.1.1",
        "reason": "550 5.1.1 user unknown",
        "bounce_classification": "Invalid Address",
        "sg_event_id": "s1",
        "smtp-id": "<d-17@forening.example>",
        "delivery": "d-17",
        **changes,
    }


def sendgrid(*events: dict[str, Any], at: datetime = NOW) -> tuple[bytes, dict[str, str]]:
    raw = body(list(events) or [sendgrid_event()])
    return raw, sendgrid_headers(raw, at=at)


def sendgrid_headers(raw: bytes, *, at: datetime = NOW) -> dict[str, str]:
    """The right signature of a body, whatever it is."""
    signature = sendgrid_key().sign(stamp(at).encode() + raw, ec.ECDSA(hashes.SHA256()))
    return {
        "x-twilio-email-event-webhook-signature": b64encode(signature).decode(),
        "x-twilio-email-event-webhook-timestamp": stamp(at),
    }


# -- Amazon SES over SNS: a certificate


@cache
def sns_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def sns_certificate(*, days: int = 365) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(sns_key().public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=400))
        .not_valid_after(NOW + timedelta(days=days))
        .sign(sns_key(), hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def ses_bounce(**changes: Any) -> dict[str, Any]:
    return {
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "feedbackId": "f1",
            "timestamp": "2026-11-22T07:00:00.000Z",
            "bouncedRecipients": [
                {
                    "emailAddress": "anna@exempel.example",
                    "action": "failed",
                    "status": "5.1.1",
                    "diagnosticCode": "smtp; 550 5.1.1 user unknown",
                }
            ],
            **changes,
        },
        "mail": {
            "messageId": "0102",
            "headers": [{"name": "Message-ID", "value": "<d-17@forening.example>"}],
            "tags": {"delivery": ["d-17"]},
        },
    }


def sns(
    message: Any = None,
    *,
    version: str = "2",
    kind: str = "Notification",
    key: rsa.RSAPrivateKey | None = None,
    spoil: dict[str, Any] | None = None,
    **changes: Any,
) -> bytes:
    """A signed call; `spoil` changes it after it was signed."""
    envelope = {
        "Type": kind,
        "MessageId": "m1",
        "TopicArn": TOPIC,
        "Message": json.dumps(ses_bounce() if message is None else message),
        "Timestamp": "2026-11-22T07:30:00.000Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE_URL,
        **changes,
    }
    algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
    signature = (key or sns_key()).sign(signed_text(envelope, kind), padding.PKCS1v15(), algorithm)
    return body({**envelope, "Signature": b64encode(signature).decode(), **(spoil or {})})
