"""No bytes make the reader raise, and none cost it more than their share."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bounce_mails import report, row, text
from zetkin_sync.bounces.addresses import is_address
from zetkin_sync.bounces.reader import read
from zetkin_sync.bounces.verdict import Kind

SAMPLES = (
    report(row() + row("bo@exempel.example", status="4.4.7", action="delayed")),
    text(
        "<anna@exempel.example>:\nuser is over quota (#5.2.2)\n\n--- Below this line is a copy of the message.\n\nTo: x@y.example\n"
    ),
    report(row(), kind="message/global-delivery-status"),
    report("", kind="message/feedback-report"),
    text(
        '{"notificationType":"Bounce","bounce":{"bouncedRecipients":[{"emailAddress":1}]}}',
        headers="x-amz-sns-message-id: 1\n",
    ),
    text(
        "<p>Det gick inte att leverera till <a href='mailto:anna@exempel.example'>anna@exempel.example</a></p>"
    ),
)
PIECES = st.sampled_from(
    [
        b"\n", b"\r", b"\r\n\r\n", b"--B\n", b"--B--", b"--", b":", b";", b"@", b"<", b">", b"=?utf-8?q?=", b"=?x?b?==?=", b"\x00", b"\xff",
        b"Content-Type: multipart/report; boundary=", b"Content-Type: message/rfc822\n\n", b"Content-Type: text/plain; charset=utf-16\n",
        b"Content-Transfer-Encoding: base64\n\n", b"Final-Recipient: rfc822; ", b"Action: failed\n", b"Status: 5.1.1\n", b"\\x{110000}",
        b"a@b.example", b"550 5.1.1 ", b"could not be delivered", b"(expanded from: <a@b.example>)", b"From: MAILER-DAEMON\n", b"{\"Message\":", b"Subject: Fwd: \n> ",
    ]
)  # fmt: skip
mutations = st.lists(
    st.tuples(st.integers(0, 3), st.floats(0, 1), st.integers(0, 60), PIECES | st.binary(max_size=12)),
    max_size=8,
)


def mutated(raw: bytes, changes: list[tuple[int, float, int, bytes]]) -> bytes:
    for kind, where, length, piece in changes:
        at = int(where * len(raw))
        match kind:
            case 0:
                raw = raw[:at] + piece + raw[at:]
            case 1:
                raw = raw[:at] + raw[at + length :]
            case 2:
                raw = raw[:at] + piece + raw[at + length :]
            case _:
                raw = raw + raw[at : at + length]
    return raw


def holds(raw: bytes) -> None:
    reading = read(raw)
    assert reading.kind in Kind
    assert reading.bounced == any(f.kind.failed for f in reading.failures)
    for failure in reading.failures:
        assert is_address(failure.address)
        assert len(failure.quote) <= 300
    assert str(reading.why)


@settings(max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SAMPLES), mutations)
def test_a_damaged_bounce_is_read_without_a_fault(
    raw: bytes, changes: list[tuple[int, float, int, bytes]]
) -> None:
    holds(mutated(raw, changes))


@settings(max_examples=1500, deadline=None)
@given(st.lists(PIECES | st.binary(max_size=40), max_size=40))
def test_pieces_of_mail_in_any_order_are_read_without_a_fault(pieces: list[bytes]) -> None:
    holds(b"".join(pieces))


@settings(max_examples=1000, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_a_fault(raw: bytes) -> None:
    holds(raw)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SAMPLES), mutations)
def test_the_same_bytes_always_say_the_same(raw: bytes, changes: list[tuple[int, float, int, bytes]]) -> None:
    damaged = mutated(raw, changes)
    assert read(damaged) == read(damaged)
