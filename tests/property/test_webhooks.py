"""No call, however strange, makes a provider's reader raise anything but a refusal."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.webhooks import amazon_ses, brevo, mailgun, postmark, sendgrid
from tests import webhook_calls as calls
from tests.webhook_calls import BASIC, MAILGUN_KEY, NOW, SECRET, TOPIC
from zetkin_sync.ports import Refused

KEY = sendgrid.read_key(calls.sendgrid_public())
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = {
    "postmark": json.loads(calls.postmark()),
    "brevo": calls.brevo(),
    "mailgun": json.loads(calls.mailgun())["event-data"],
    "sendgrid": calls.sendgrid_event(),
    "ses": calls.ses_bounce()["bounce"],
}


def spoiled(provider: str) -> st.SearchStrategy[dict[str, Any]]:
    """A good call with some fields replaced by anything, or left out."""
    names = sorted(FIELDS[provider])
    changes = st.dictionaries(st.sampled_from(names), anything, max_size=4)
    return st.tuples(changes, st.sets(st.sampled_from(names), max_size=3)).map(
        lambda both: {n: v for n, v in {**FIELDS[provider], **both[0]}.items() if n not in both[1]}
    )


def take(provider: str, value: Any) -> None:
    try:
        match provider:
            case "postmark":
                events = postmark.verify(calls.body(value), BASIC, SECRET, now=NOW)
            case "brevo":
                events = brevo.verify(calls.body(value), BASIC, SECRET, now=NOW)
            case "mailgun":
                call = json.loads(calls.mailgun())
                events = mailgun.verify(calls.body({**call, "event-data": value}), {}, MAILGUN_KEY, now=NOW)
            case "sendgrid":
                raw, headers = calls.sendgrid(value)
                events = sendgrid.verify(raw, headers, KEY, now=NOW)
            case _:
                message = {**calls.ses_bounce(), "bounce": value}
                fetched = calls.sns_certificate()
                events = amazon_ses.verify(
                    calls.sns(message), {}, [TOPIC], now=NOW, fetch=lambda url: fetched
                )
    except Refused:
        return
    for event in events:
        assert event.what in ("failed", "delayed", "complained", "arrived", "answered", "repeated")
        assert isinstance(event.address, str)
        assert isinstance(event.said, str)
        assert event.at.tzinfo is not None


@pytest.mark.parametrize("provider", FIELDS)
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_strange_call_is_refused_or_read(provider: str, data: st.DataObject) -> None:
    take(provider, data.draw(spoiled(provider)))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | anything.map(calls.body))
def test_any_bytes_are_refused_or_read(raw: bytes) -> None:
    for read in (
        lambda: postmark.verify(raw, BASIC, SECRET, now=NOW),
        lambda: brevo.verify(raw, BASIC, SECRET, now=NOW),
        lambda: mailgun.verify(raw, {}, MAILGUN_KEY, now=NOW),
        lambda: sendgrid.verify(raw, {}, KEY, now=NOW),
        lambda: amazon_ses.verify(raw, {}, [TOPIC], now=NOW, fetch=lambda url: b""),
    ):
        with suppress(Refused):
            read()
