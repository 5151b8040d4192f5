"""Webhooks are believed only when they are proven, in time, and meant for us."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from connectors.webhooks import amazon_ses, brevo, mailgun, postmark, sendgrid
from connectors.webhooks.amazon_ses import Unconfirmed
from tests import webhook_calls as calls
from tests.webhook_calls import BASIC, MAILGUN_KEY, NOW, SECRET, TOPIC, sns
from zetkin_sync.errors import ConfigError
from zetkin_sync.ports import DeliveryEvent, Malformed, NotOurs, TooOld, WrongSignature
from zetkin_sync.settings import Settings


def from_postmark(raw: bytes, headers: dict[str, str] = BASIC) -> list[DeliveryEvent]:
    return postmark.verify(raw, headers, SECRET, now=NOW)


def from_brevo(value: Any, headers: dict[str, str] = BASIC) -> list[DeliveryEvent]:
    return brevo.verify(calls.body(value), headers, SECRET, now=NOW)


def from_mailgun(raw: bytes) -> list[DeliveryEvent]:
    return mailgun.verify(raw, {}, MAILGUN_KEY, now=NOW)


def from_sendgrid(raw: bytes, headers: dict[str, str]) -> list[DeliveryEvent]:
    return sendgrid.verify(raw, headers, sendgrid.read_key(calls.sendgrid_public()), now=NOW)


class Fetched:
    """Remembers what was fetched."""

    def __init__(self, certificate: bytes | None = None) -> None:
        self.urls: list[str] = []
        self.certificate = certificate

    def __call__(self, url: str) -> bytes:
        self.urls.append(url)
        return self.certificate or calls.sns_certificate()


def from_ses(raw: bytes, fetch: Fetched | None = None) -> list[DeliveryEvent]:
    return amazon_ses.verify(raw, {}, [TOPIC], now=NOW, fetch=fetch or Fetched())


# -- what a good call says


def test_each_provider_tells_the_same_story_of_a_dead_address() -> None:
    told = [
        from_postmark(calls.postmark()),
        from_brevo(calls.brevo()),
        from_mailgun(calls.mailgun()),
        from_sendgrid(*calls.sendgrid()),
        from_ses(sns()),
    ]
    for events in told:
        assert [(e.what, e.address, e.delivery) for e in events] == [
            ("failed", "anna@exempel.example", "d-17")
        ]
        assert "550 5.1.1 user unknown" in events[0].said


@pytest.mark.parametrize(
    ("kind", "what", "reason"),
    [
        ("HardBounce", "failed", "unknown_user"),
        ("SpamNotification", "failed", "content"),
        ("Blocked", "failed", "reputation"),
        ("DMARCPolicy", "failed", "authentication"),
        ("SoftBounce", "failed", "full"),
        ("Transient", "delayed", None),
        ("AutoResponder", "answered", None),
        ("SpamComplaint", "complained", None),
        ("SomethingNew", "failed", None),
    ],
)
def test_postmarks_types_are_told_apart(kind: str, what: str, reason: str | None) -> None:
    event = from_postmark(calls.postmark(Type=kind))[0]
    assert (event.what, event.reason) == (what, reason)


def test_a_delivery_is_proof_that_mail_arrives() -> None:
    raw = calls.body({"RecordType": "Delivery", "Recipient": "anna@exempel.example", "MessageID": "m", "DeliveredAt": "2026-11-22T07:00:00Z"})  # fmt: skip
    assert [(e.what, e.address) for e in from_postmark(raw)] == [("arrived", "anna@exempel.example")]
    delivered = {"notificationType": "Delivery", "delivery": {"timestamp": "2026-11-22T07:00:00Z", "recipients": ["a@b.example", "c@d.example"]}, "mail": {}}  # fmt: skip
    assert [e.what for e in from_ses(sns(delivered))] == ["arrived", "arrived"]
    assert from_mailgun(calls.mailgun(event="delivered"))[0].what == "arrived"
    assert from_brevo(calls.brevo(event="delivered"))[0].what == "arrived"
    assert from_sendgrid(*calls.sendgrid(calls.sendgrid_event(event="delivered")))[0].what == "arrived"


@pytest.mark.parametrize("sub", ["Suppressed", "OnAccountSuppressionList"])
def test_an_old_fact_told_again_is_no_new_one(sub: str) -> None:
    assert from_ses(sns(calls.ses_bounce(bounceSubType=sub)))[0].what == "repeated"
    assert from_mailgun(calls.mailgun(reason="suppress-bounce"))[0].what == "repeated"
    dropped = calls.sendgrid_event(event="dropped", reason="Bounced Address")
    assert from_sendgrid(*calls.sendgrid(dropped))[0].what == "repeated"


def test_sendgrids_blocks_are_about_us() -> None:
    blocked = calls.sendgrid_event(type="blocked", bounce_classification="Invalid Address")
    assert from_sendgrid(*calls.sendgrid(blocked))[0].reason == "policy"
    content = calls.sendgrid_event(type="blocked", bounce_classification="content")
    assert from_sendgrid(*calls.sendgrid(content))[0].reason == "content"


def test_a_report_that_says_not_spam_is_no_complaint() -> None:
    complaint = {"notificationType": "Complaint", "complaint": {"feedbackId": "f", "complaintFeedbackType": "abuse", "complainedRecipients": [{"emailAddress": "a@b.example"}]}, "mail": {}}  # fmt: skip
    assert [e.what for e in from_ses(sns(complaint))] == ["complained"]
    complaint["complaint"]["complaintFeedbackType"] = "not-spam"  # type: ignore[index]
    assert from_ses(sns(complaint)) == []


def test_several_recipients_of_one_call_are_several_events() -> None:
    two = calls.ses_bounce(
        bouncedRecipients=[{"emailAddress": "a@b.example"}, {"emailAddress": "c@d.example"}]
    )
    assert len({e.id for e in from_ses(sns(two))}) == 2
    assert (
        len(from_sendgrid(*calls.sendgrid(calls.sendgrid_event(), calls.sendgrid_event(sg_event_id="s2"))))
        == 2
    )
    assert len(from_brevo([calls.brevo(), calls.brevo(email="c@d.example")])) == 2


def test_unknown_events_and_fields_are_passed_over() -> None:
    assert from_postmark(calls.postmark(RecordType="Open")) == []
    assert from_brevo(calls.brevo(event="uniqueProxyOpen")) == []
    assert from_mailgun(calls.mailgun(event="opened")) == []
    assert from_sendgrid(*calls.sendgrid(calls.sendgrid_event(event="click", new_field={"a": 1}))) == []
    assert from_ses(sns({"eventType": "Open", "mail": {}, "open": {}})) == []


# -- what is refused


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic " + b64encode(b"a:b").decode()}, {"authorization": "Bearer x"}, {"x-webhook-secret": ""}])  # fmt: skip
def test_a_call_without_our_secret_is_refused(headers: dict[str, str]) -> None:
    for take in (
        lambda: from_postmark(calls.postmark(), headers),
        lambda: from_brevo(calls.brevo(), headers),
    ):
        with pytest.raises(WrongSignature):
            take()


@pytest.mark.parametrize(
    "headers", [BASIC, {"authorization": f"Bearer {SECRET}"}, {"x-webhook-secret": SECRET}]
)
def test_the_secret_may_come_in_each_way_that_the_providers_offer(headers: dict[str, str]) -> None:
    assert from_postmark(calls.postmark(), headers)
    assert from_brevo(calls.brevo(), headers)


def test_a_changed_body_is_refused() -> None:
    raw, headers = calls.sendgrid()
    with pytest.raises(WrongSignature):
        from_sendgrid(raw.replace(b"anna", b"berta"), headers)
    with pytest.raises(WrongSignature):
        from_ses(sns(spoil={"Message": json.dumps(calls.ses_bounce(feedbackId="f2"))}))


def test_a_signature_of_another_key_is_refused() -> None:
    with pytest.raises(WrongSignature):
        from_mailgun(calls.mailgun(key="another key"))
    with pytest.raises(WrongSignature):
        from_ses(sns(key=rsa.generate_private_key(public_exponent=65537, key_size=2048)))
    raw, headers = calls.sendgrid()
    stranger = ec.generate_private_key(ec.SECP256R1()).public_key()
    with pytest.raises(WrongSignature):
        sendgrid.verify(raw, headers, stranger, now=NOW)


def test_a_call_without_a_signature_is_refused() -> None:
    raw, _ = calls.sendgrid()
    with pytest.raises(WrongSignature):
        from_sendgrid(raw, {})
    with pytest.raises(WrongSignature):
        from_ses(sns(spoil={"Signature": "nothing"}))
    with pytest.raises(WrongSignature):
        from_mailgun(calls.mailgun(token=""))


@pytest.mark.parametrize("late", [timedelta(days=2), -timedelta(minutes=10)])
def test_an_old_recording_or_a_call_from_the_future_is_refused(late: timedelta) -> None:
    at = NOW - late
    with pytest.raises(TooOld):
        from_mailgun(calls.mailgun(at=at))
    with pytest.raises(TooOld):
        from_sendgrid(*calls.sendgrid(at=at))
    with pytest.raises(TooOld):
        from_ses(sns(Timestamp=at.isoformat()))


def test_a_month_old_event_is_refused_where_nothing_is_signed() -> None:
    old = NOW - timedelta(days=31)
    with pytest.raises(TooOld):
        from_postmark(calls.postmark(BouncedAt=old.isoformat()))
    with pytest.raises(TooOld):
        from_brevo(calls.brevo(ts_epoch=int(old.timestamp() * 1000)))


@pytest.mark.parametrize("version", ["1", "2"])
def test_both_of_amazons_signatures_are_checked(version: str) -> None:
    assert from_ses(sns(version=version, Subject="Amazon SES Email Event"))
    with pytest.raises(WrongSignature):
        from_ses(sns(version=version, spoil={"Subject": "another"}))


def test_an_unknown_signature_version_is_refused() -> None:
    with pytest.raises(WrongSignature):
        from_ses(sns(spoil={"SignatureVersion": "3"}))


def test_somebody_elses_topic_is_refused_before_anything_is_fetched() -> None:
    fetched = Fetched()
    with pytest.raises(NotOurs):
        from_ses(sns(TopicArn="arn:aws:sns:eu-north-1:222222222222:studsar"), fetched)
    assert fetched.urls == []


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-north-1.amazonaws.com/SimpleNotificationService-a.pem",
        "https://sns.eu-north-1.amazonaws.com.evil.example/SimpleNotificationService-a.pem",
        "https://evil.example/SimpleNotificationService-a.pem",
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-a.pem",
        "https://sns.eu-north-1.amazonaws.com/evil/SimpleNotificationService-a.pem",
        "https://sns.eu-north-1.amazonaws.com/SimpleNotificationService-a.pem?x=1",
        "https://sns.eu-north-1.amazonaws.com/SimpleNotificationService-../a.pem",
        "https://sns.eu-north-1.amazonaws.com@evil.example/SimpleNotificationService-a.pem",
        "https://bucket.s3.amazonaws.com/SimpleNotificationService-a.pem",
    ],
)
def test_a_certificate_from_elsewhere_is_never_fetched(url: str) -> None:
    fetched = Fetched()
    with pytest.raises(WrongSignature):
        from_ses(sns(SigningCertURL=url), fetched)
    assert fetched.urls == []


def test_a_certificate_that_has_run_out_or_is_none_is_refused() -> None:
    for certificate in (calls.sns_certificate(days=-1), b"nonsense"):
        with pytest.raises(WrongSignature):
            from_ses(sns(), Fetched(certificate))


def test_a_subscription_is_never_confirmed_by_following_its_link() -> None:
    fetched = Fetched()
    with pytest.raises(Unconfirmed):
        from_ses(
            sns(kind="SubscriptionConfirmation", SubscribeURL="https://evil.example/", Token="t"), fetched
        )
    assert fetched.urls == [calls.CERTIFICATE_URL]


def test_the_certificate_is_fetched_once() -> None:
    fetched = Fetched()
    hook = amazon_ses.AmazonSes([TOPIC], fetch=fetched)
    for _ in range(3):
        hook.events(sns(), {}, now=NOW)
    assert fetched.urls == [calls.CERTIFICATE_URL]


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"null", b'{"a":1}', b"\xff" * 10, b"[" * 100_000, b" " * 1_000_001]
)
def test_what_is_no_call_is_refused(raw: bytes) -> None:
    for take in (
        lambda: postmark.verify(raw, BASIC, SECRET, now=NOW),
        lambda: from_mailgun(raw),
        lambda: from_ses(raw),
    ):
        with pytest.raises(Malformed):
            take()


# -- how they are set up


def test_a_provider_without_its_secret_says_which_variable_is_missing() -> None:
    settings = Settings()
    for provider, variable in [
        (postmark, "POSTMARK"),
        (mailgun, "MAILGUN"),
        (sendgrid, "SENDGRID"),
        (brevo, "BREVO"),
    ]:
        with pytest.raises(ConfigError, match=f"ZETKIN_SYNC_WEBHOOK_{variable}"):
            provider.connect(settings)
    with pytest.raises(ConfigError, match="topic"):
        amazon_ses.connect(settings)
    with pytest.raises(ConfigError, match="topic"):
        amazon_ses.connect(settings, topics=["arn:aws:sqs:eu-north-1:111111111111:kö"])


def test_each_provider_can_be_connected() -> None:
    settings = Settings.model_validate(
        {
            "webhook_postmark": SECRET,
            "webhook_mailgun": MAILGUN_KEY,
            "webhook_sendgrid": calls.sendgrid_public(),
            "webhook_brevo": SECRET,
        }
    )
    raw, headers = calls.sendgrid()
    assert postmark.connect(settings).events(calls.postmark(), BASIC, now=NOW)
    assert mailgun.connect(settings).events(calls.mailgun(), {}, now=NOW)
    assert sendgrid.connect(settings).events(raw, headers, now=NOW)
    assert brevo.connect(settings).events(calls.body(calls.brevo()), BASIC, now=NOW)
    assert amazon_ses.connect(settings, topics=[TOPIC]).provider == "amazon_ses"


def test_a_wrong_verification_key_is_said() -> None:
    with pytest.raises(ConfigError, match="verification key"):
        sendgrid.read_key("bm90IGEga2V5")
