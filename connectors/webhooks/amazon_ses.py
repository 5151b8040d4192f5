"""Amazon SES over SNS: the signature of Amazon's certificate, and our own topic, because anybody can have a topic.

Nothing that a call says is fetched but the signing certificate, and that only from Amazon's own host of the
topic's region. A subscription is confirmed by a person in Amazon's console, never by us following a link.
After "Verifying the signatures of Amazon SNS messages" and "Amazon SNS notification contents for Amazon SES".
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

import httpx
import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from connectors.webhooks.calls import decode, in_time, instant
from zetkin_sync.errors import ConfigError, Temporary
from zetkin_sync.language import say
from zetkin_sync.outbound import check_public
from zetkin_sync.ports import DeliveryEvent, Malformed, NotOurs, Refused, WrongSignature
from zetkin_sync.settings import Settings

PROVIDER = "amazon_ses"
WINDOW = timedelta(hours=24)  # Amazon tries again with the first time; the inbox knows what came before
_TOPIC = re.compile(r"arn:(aws|aws-cn|aws-us-gov):sns:([a-z0-9-]{3,30}):\d{12}:[A-Za-z0-9_.-]{1,256}")
_CERTIFICATE = "https://sns.{region}.amazonaws.com{end}/SimpleNotificationService-"
_PEM = re.compile(r"[A-Za-z0-9]{1,80}\.pem")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}
_SIGNED["UnsubscribeConfirmation"] = _SIGNED["SubscriptionConfirmation"]
_MAX_CERTIFICATE = 20_000
_REPEATED = frozenset(("suppressed", "onaccountsuppressionlist"))
_REASONS = {
    ("permanent", "general"): "unknown_user",
    ("permanent", "noemail"): "unknown_user",
    ("transient", "mailboxfull"): "full",
    ("transient", "messagetoolarge"): "too_large",
    ("transient", "contentrejected"): "content",
    ("transient", "attachmentrejected"): "content",
    ("transient", "customtimeoutexceeded"): "network",
}
Fetch = Callable[[str], bytes]


class Unconfirmed(Refused):
    """A subscription waits for a person to confirm it."""

    status = 202


class _Envelope(msgspec.Struct, rename="pascal"):
    type: str
    message_id: str
    topic_arn: str
    message: str
    timestamp: str
    signature_version: str
    signature: str
    signing_cert_url: str = msgspec.field(name="SigningCertURL")
    subject: str | None = None
    subscribe_url: str | None = msgspec.field(default=None, name="SubscribeURL")
    token: str | None = None


class _Recipient(msgspec.Struct, rename="camel"):
    email_address: str = ""
    status: str | None = None
    diagnostic_code: str | None = None


class _Bounce(msgspec.Struct, rename="camel"):
    bounce_type: str = ""
    bounce_sub_type: str = ""
    feedback_id: str = ""
    timestamp: str = ""
    bounced_recipients: list[_Recipient] = []


class _Complaint(msgspec.Struct, rename="camel"):
    feedback_id: str = ""
    timestamp: str = ""
    complaint_feedback_type: str | None = None
    complained_recipients: list[_Recipient] = []


class _Delivered(msgspec.Struct, rename="camel"):
    timestamp: str = ""
    recipients: list[str] = []


class _Delay(msgspec.Struct, rename="camel"):
    timestamp: str = ""
    delayed_recipients: list[_Recipient] = []


class _Header(msgspec.Struct):
    name: str = ""
    value: str = ""


class _Mail(msgspec.Struct, rename="camel"):
    message_id: str = ""
    headers: list[_Header] = []
    tags: dict[str, list[str]] = {}


class _Notice(msgspec.Struct, rename="camel"):
    notification_type: str = ""
    event_type: str = ""
    bounce: _Bounce | None = None
    complaint: _Complaint | None = None
    delivery: _Delivered | None = None
    delivery_delay: _Delay | None = None
    mail: _Mail = msgspec.field(default_factory=_Mail)


def verify(
    raw: bytes, _headers: Mapping[str, str], topics: Collection[str], *, now: datetime, fetch: Fetch
) -> list[DeliveryEvent]:
    """The events of one call. `topics` are our own; `fetch(url)` gets a certificate, PEM.

    Raises NotOurs, WrongSignature, TooOld, Malformed, or Unconfirmed for a subscription to be confirmed.
    """
    call = decode(raw, _Envelope)
    if call.type not in _SIGNED:
        raise Malformed(say("The call is not what the provider documents."))
    topic = _TOPIC.fullmatch(call.topic_arn)
    if topic is None or call.topic_arn not in topics:
        raise NotOurs(
            say("The call is for the topic {topic}, which is not ours.", topic=call.topic_arn[:100])
        )
    _check_signature(call, _certificate(call.signing_cert_url, topic, fetch, now=now))
    in_time(instant(call.timestamp), now=now, window=WINDOW)
    if call.type != "Notification":
        raise Unconfirmed(
            say("A subscription to the topic {topic} waits.", topic=call.topic_arn),
            say("Confirm it in Amazon's console; the link in the call is never followed."),
        )
    return _events(call, decode(call.message.encode(), _Notice))


def _certificate(url: str, topic: re.Match[str], fetch: Fetch, *, now: datetime) -> rsa.RSAPublicKey:
    """The key of Amazon's certificate of the topic's region."""
    begins = _CERTIFICATE.format(region=topic.group(2), end=".cn" if topic.group(1) == "aws-cn" else "")
    if not url.startswith(begins) or _PEM.fullmatch(url[len(begins) :]) is None:
        raise WrongSignature(say("The call names a certificate that is not Amazon's."))
    try:
        certificate = x509.load_pem_x509_certificate(fetch(url))
    except ValueError as error:
        raise WrongSignature(say("The certificate of the call cannot be read.")) from error
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise WrongSignature(say("The certificate of the call is not valid now."))
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise WrongSignature(say("The certificate of the call cannot be read."))
    return key


def signed_text(values: Mapping[str, str | None], kind: str) -> bytes:
    """What SNS signs: names and values, a line each, in a fixed order; a missing one is left out."""
    return "".join(
        f"{name}\n{values[name]}\n" for name in _SIGNED[kind] if values.get(name) is not None
    ).encode()


def _check_signature(call: _Envelope, key: rsa.RSAPublicKey) -> None:
    values = {
        "Message": call.message,
        "MessageId": call.message_id,
        "Subject": call.subject,
        "SubscribeURL": call.subscribe_url,
        "Timestamp": call.timestamp,
        "Token": call.token,
        "TopicArn": call.topic_arn,
        "Type": call.type,
    }
    algorithm: hashes.HashAlgorithm
    match call.signature_version:
        case "1":
            algorithm = hashes.SHA1()  # noqa: S303 - Amazon's first version; the topic can be set to the second
        case "2":
            algorithm = hashes.SHA256()
        case _:
            raise WrongSignature(say("The call is signed in a way that we do not know."))
    try:
        signature = b64decode(call.signature, validate=True)
        key.verify(signature, signed_text(values, call.type), padding.PKCS1v15(), algorithm)
    except (InvalidSignature, ValueError) as error:
        raise WrongSignature(say("The call's signature is wrong.")) from error


def _events(call: _Envelope, notice: _Notice) -> list[DeliveryEvent]:
    headers = {h.name.lower(): h.value for h in notice.mail.headers}
    tags = notice.mail.tags.get("delivery", [])
    common = {
        "message_id": headers.get("message-id", "").strip("<>") or notice.mail.message_id or None,
        "delivery": tags[0] if tags else None,
    }
    found: list[DeliveryEvent] = []

    def add(what: str, recipient: _Recipient, when: str, identity: str, reason: str | None = None) -> None:
        found.append(
            DeliveryEvent(
                id=f"{what}:{identity or call.message_id}:{recipient.email_address}",
                what=what,
                address=recipient.email_address,
                at=instant(when or call.timestamp),
                status=recipient.status,
                said=recipient.diagnostic_code or "",
                reason=reason,
                **common,
            )
        )

    match (notice.notification_type or notice.event_type).lower():
        case "bounce" if notice.bounce is not None:
            bounce = notice.bounce
            kind, sub = bounce.bounce_type.lower(), bounce.bounce_sub_type.lower()
            for recipient in bounce.bounced_recipients:
                what = "repeated" if sub in _REPEATED else "failed"
                add(what, recipient, bounce.timestamp, bounce.feedback_id, _REASONS.get((kind, sub)))
        case "complaint" if notice.complaint is not None:
            complaint = notice.complaint
            if (complaint.complaint_feedback_type or "").lower() != "not-spam":
                for recipient in complaint.complained_recipients:
                    add("complained", recipient, complaint.timestamp, complaint.feedback_id)
        case "delivery" if notice.delivery is not None:
            for address in notice.delivery.recipients:
                add("arrived", _Recipient(email_address=address), notice.delivery.timestamp, "")
        case "deliverydelay" if notice.delivery_delay is not None:
            for recipient in notice.delivery_delay.delayed_recipients:
                add("delayed", recipient, notice.delivery_delay.timestamp, "")
        case _:
            return []
    return found


class AmazonSes:
    """SNS calls for our topics. Certificates are kept while the process lives."""

    provider = PROVIDER

    def __init__(self, topics: Collection[str], *, fetch: Fetch) -> None:
        self._topics = frozenset(topics)
        self._fetch = fetch
        self._certificates: dict[str, bytes] = {}

    def events(self, raw: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[DeliveryEvent]:
        return verify(raw, headers, self._topics, now=now, fetch=self._kept)

    def _kept(self, url: str) -> bytes:
        if url not in self._certificates:
            self._certificates = (
                {**self._certificates, url: self._fetch(url)} if len(self._certificates) < 20 else {}
            )
        return self._certificates.get(url) or self._fetch(url)


def fetch_certificate(url: str) -> bytes:
    """A certificate over TLS, from a public address, without following anything. Raises Temporary or Permanent."""
    check_public(url)
    try:
        with httpx.Client(follow_redirects=False, trust_env=False, timeout=10.0) as client:
            answer = client.get(url)
            answer.raise_for_status()
    except httpx.HTTPError as error:
        raise Temporary(say("Amazon's signing certificate could not be fetched.")) from error
    return answer.content[:_MAX_CERTIFICATE]


def connect(_settings: Settings, *, topics: Sequence[str] = ()) -> AmazonSes:
    """`topics`: the ARNs of our own topics, from district.toml; there is no secret."""
    wrong = [topic for topic in topics if _TOPIC.fullmatch(topic) is None]
    if not topics or wrong:
        raise ConfigError(
            say("Amazon SES needs the ARN of our own topic."),
            say(
                'Set topics = ["arn:aws:sns:…"] under [connector_options.webhook_amazon_ses] in district.toml.'
            ),
        )
    return AmazonSes(topics, fetch=fetch_certificate)
