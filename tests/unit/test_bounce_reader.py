"""What a mail in the bounce mailbox says."""

from __future__ import annotations

import pytest

from tests.bounce_mails import mail, report, row, text
from zetkin_sync.bounces.reader import read
from zetkin_sync.bounces.verdict import Kind, Reading, Reason, Side


def only(raw: bytes) -> tuple[str, str, str, str | None]:
    """The one failure of a mail: address, kind, reason, status."""
    reading = read(raw)
    assert len(reading.failures) == 1, reading
    failure = reading.failures[0]
    return failure.address, str(failure.kind), str(failure.reason), failure.status


def test_a_delivery_report_names_the_address_the_code_and_the_reason() -> None:
    assert only(report(row())) == ("anna@exempel.example", "hard", "unknown_user", "5.1.1")


def test_the_evidence_is_what_the_server_said() -> None:
    failure = read(report(row())).failures[0]
    assert failure.quote == "550 5.1.1 <anna@exempel.example>: User unknown"
    assert failure.by == "phrase"
    assert failure.side is Side.ADDRESS


def test_the_address_that_was_mailed_comes_before_the_one_it_was_forwarded_to() -> None:
    raw = report(row("anna.ny@annan.example", original="anna@exempel.example"))
    failure = read(raw).failures[0]
    assert (failure.address, failure.aliases) == ("anna@exempel.example", ("anna.ny@annan.example",))


def test_a_forward_told_in_words_is_undone_when_the_returned_mail_agrees() -> None:
    words = "<anna.ny@annan.example> (expanded from <anna@exempel.example>): host mx said: 550 5.1.1 no such user\n"
    failure = read(report(row("anna.ny@annan.example"), words=words)).failures[0]
    assert (failure.address, failure.aliases) == ("anna@exempel.example", ("anna.ny@annan.example",))


def test_two_recipients_have_each_their_own_kind() -> None:
    full = row("bo@exempel.example", status="5.2.2", said="552 5.2.2 Mailbox full")
    reading = read(report(row() + full))
    assert [(f.address, f.kind) for f in reading.failures] == [
        ("anna@exempel.example", Kind.HARD),
        ("bo@exempel.example", Kind.SOFT),
    ]
    assert reading.kind is Kind.HARD


def test_groups_without_an_empty_line_between_them_are_told_apart() -> None:
    rows = (row() + row("bo@exempel.example")).replace("\n\n", "\n")
    assert [f.address for f in read(report(rows)).failures] == ["anna@exempel.example", "bo@exempel.example"]


def test_a_delayed_mail_is_no_failure() -> None:
    reading = read(report(row(action="delayed", status="4.4.1", said="connect: No route to host")))
    assert (reading.kind, reading.bounced) == (Kind.DELAY, False)


def test_a_report_of_success_is_nothing() -> None:
    assert read(report(row(action="delivered", status="2.0.0", said="250 ok"))).kind is Kind.NONE


def test_an_internationalized_report_is_read() -> None:
    rows = row().replace("rfc822; anna@exempel.example", "utf-8; \\x{E5}sa@exempel.example")
    assert only(report(rows, kind="message/global-delivery-status"))[0] == "åsa@exempel.example"


def test_a_report_inside_the_returned_mail_is_never_read() -> None:
    nested = report(row("nagon.annan@exempel.example")).decode()
    reading = read(report(row(), returned=nested))
    assert [f.address for f in reading.failures] == ["anna@exempel.example"]


def test_the_servers_words_win_over_the_wrong_code() -> None:
    said = "550 5.7.1 IP address blacklisted by recipient"
    assert only(report(row(status="5.1.1", said=said)))[2:] == ("reputation", "5.7.1")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            "550 5.7.26 Unauthenticated email from x is not accepted due to domain's DMARC policy",
            "authentication",
        ),
        ("550 5.7.1 SPF check failed for 192.0.2.1", "authentication"),
        ("550 5.7.25 The IP address sending this message does not have a PTR record", "authentication"),
        (
            "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
            "reputation",
        ),
        ("421 4.7.0 Too many connections from your host", "rate"),
        ("552 5.2.2 Quota exceeded (mailbox for user is full)", "full"),
        ("552 5.3.4 Message size exceeds fixed limit", "too_large"),
        ("550 5.7.1 Message content rejected, looks like spam", "content"),
        ("550 5.4.1 Recipient address rejected: Access denied", "unknown_user"),
        ("554 5.7.1 <a@b.example>: Recipient address rejected: Access denied", "policy"),
        ("550 5.4.4 Invalid domain", "unknown_domain"),
        ("556 5.1.10 Recipient domain has null MX", "unknown_domain"),
        ("521 mx.example.net does not accept mail", "unknown_domain"),
        ("550 5.1.351 Remote server returned unknown recipient or mailbox unavailable", "unknown_user"),
        ("550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup", "restricted"),
        ("551 5.1.6 recipient has moved", "moved"),
        ("550 5.2.1 The email account that you tried to reach is inactive", "disabled"),
        ("550 relay not permitted", "relay"),
        ("connect to mx.example.net[192.0.2.1]:25: Connection timed out", "network"),
        ("451 4.3.0 Error: queue file write error", "system"),
        ("550 mottagaren är okänd", "unknown_user"),
        ("550 Brevlådan är full", "full"),
        ("550 5.0.0 whatever", "undetermined"),
    ],
)
def test_each_reason_is_known_by_what_the_server_said(said: str, reason: str) -> None:
    assert only(report(row(status="5.0.0", said=said)))[2] == reason


def test_a_refusal_of_the_sender_never_blames_the_recipient() -> None:
    words = "host mx.example.net said: 550 5.1.8 <info@forening.example>: domain not found (in reply to MAIL FROM command)"
    assert read(report(row(status="5.1.8", said=words))).failures[0].side is Side.OURS


def test_every_reason_has_a_side_and_a_sentence() -> None:
    assert all(reason.side in Side and str(reason.sentence) for reason in Reason)


def test_a_temporary_name_service_error_is_no_dead_domain() -> None:
    assert only(report(row(status="4.4.3", said="Host or domain name not found. Try again")))[2] == "network"


def test_failed_recipients_in_the_header_are_taken_from_there() -> None:
    raw = text(
        "This message was created automatically by mail delivery software.\n\n  anna@exempel.example\n    No Such User Here\n",
        headers="X-Failed-Recipients: anna@exempel.example\nAuto-Submitted: auto-replied\n",
    )
    assert only(raw)[:3] == ("anna@exempel.example", "hard", "unknown_user")


def test_qmail_lists_each_recipient_with_its_reason() -> None:
    raw = text(
        "Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message.\n\n"
        "<anna@exempel.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        "<bo@exempel.example>:\nuser is over quota (#5.2.2)\n\n"
        "--- Below this line is a copy of the message.\n\nReturn-Path: <info@forening.example>\nTo: ingen@exempel.example\n"
    )
    found = [(f.address, str(f.reason), f.status) for f in read(raw).failures]
    assert found == [
        ("anna@exempel.example", "unknown_user", "5.1.1"),
        ("bo@exempel.example", "full", "5.2.2"),
    ]


def test_a_swedish_exchange_report_in_html_is_read() -> None:
    raw = mail(
        "Content-Type: text/html; charset=utf-8\n\n<html><body><p>Leveransen misslyckades till dessa mottagare:</p>"
        '<p><a href="mailto:anna@skola.example">anna@skola.example</a><br>Den angivna e-postadressen hittades inte.</p>'
        "<p>#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##</p></body></html>\n",
        sender="Microsoft Outlook <postmaster@skola.example>",
        subject="Det gick inte att leverera: Kallelse",
    )
    assert only(raw) == ("anna@skola.example", "hard", "unknown_user", "5.1.1")


def test_a_delay_in_swedish_words_is_a_delay() -> None:
    raw = text(
        "Leveransen till anna@exempel.example har fördröjts. Servern kommer att fortsätta försöka leverera.\n"
    )
    assert read(raw).kind is Kind.DELAY


def test_an_encoded_text_is_decoded_before_it_is_read() -> None:
    import base64

    words = base64.encodebytes(b"Delivery to anna@exempel.example failed: 550 5.1.1 User unknown\n").decode()
    raw = mail(f"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n{words}")
    assert only(raw)[0] == "anna@exempel.example"


@pytest.mark.parametrize(
    ("subject", "headers"),
    [
        ("Autosvar: Kallelse till årsmöte", "Auto-Submitted: auto-generated\n"),
        ("Automatiskt svar: Kallelse", ""),
        ("Frånvarande: Re: Kallelse", ""),
        ("=?utf-8?q?Fr=C3=A5nvarande?=", ""),
        ("Out of office: Kallelse", ""),
        ("SV: Kallelse", "Auto-Submitted: auto-replied\n"),
        ("Kallelse", "X-Autoreply: yes\n"),
    ],
)
def test_an_automatic_answer_is_no_bounce(subject: str, headers: str) -> None:
    raw = text(
        "Jag har semester. Kan inte levereras snabbare. 550 saker att göra.\n",
        sender="anna@exempel.example",
        subject=subject,
        headers=headers,
    )
    assert read(raw).kind is Kind.AUTOREPLY


def test_a_feedback_report_is_a_complaint_and_names_who_complained() -> None:
    reading = read(feedback("abuse"))
    assert (reading.kind, reading.bounced) == (Kind.COMPLAINT, False)
    assert [(f.address, f.reason) for f in reading.failures] == [("anna@exempel.example", Reason.COMPLAINT)]


def test_an_authentication_report_is_nobodys_complaint() -> None:
    failure = read(feedback("auth-failure")).failures[0]
    assert (failure.reason, failure.side) == (Reason.AUTHENTICATION, Side.OURS)


def feedback(kind: str) -> bytes:
    return mail(
        "Content-Type: multipart/report; report-type=feedback-report; boundary=B\n\n--B\nContent-Type: text/plain\n\nA report.\n"
        f"--B\nContent-Type: message/feedback-report\n\nFeedback-Type: {kind}\nOriginal-Rcpt-To: <anna@exempel.example>\n\n--B--\n",
        sender="fbl@postleverantor.example",
        subject="Abuse report",
    )


def test_a_providers_notice_by_mail_is_read() -> None:
    notice = (
        '{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"anna@exempel.example",'
        '"action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user\n unknown"}]},"mail":{"messageId":"0102"}}'
    )
    raw = text(
        notice + "\n\n--\nIf you wish to stop\n",
        sender="no-reply@sns.amazonaws.com",
        subject="AWS Notification Message",
        headers="x-amz-sns-message-id: 1\n",
    )
    assert only(raw)[2] == "unknown_user"


def test_a_providers_notice_says_as_whom_the_mail_was_sent() -> None:
    notice = '{"notificationType":"Bounce","bounce":{"bouncedRecipients":[{"emailAddress":"anna@exempel.example"}]},"mail":{"source":"info@forening.example","messageId":"0102"}}'
    raw = text(notice, sender="no-reply@sns.amazonaws.com", headers="x-amz-sns-message-id: 1\n")
    assert (read(raw).returned.sender, read(raw).returned.message_id) == ("info@forening.example", "0102")


def test_a_providers_notice_that_names_nobody_blames_nobody() -> None:
    notice = '{"notificationType":"Bounce","bounce":{"bouncedRecipients":[]},"mail":{"source":"info@forening.example"}}'
    raw = text(
        notice + "\n<anna@exempel.example>: 550 5.1.1 user unknown\n",
        subject="Undelivered",
        headers="x-amz-sns-message-id: 1\n",
    )
    assert (read(raw).kind, read(raw).failures) == (Kind.NONE, ())


@pytest.mark.parametrize(
    "raw",
    [
        text("Vi har avslagit alla förslag, kontakta anna@exempel.example.\n", sender="Nyheter <nyheter@tidning.example>", subject="Veckans nyheter"),
        text("5 messages could not be delivered to studs@forening.example because your mailbox is full.\n", sender="support@bluff.example", subject="Mail delivery failed"),
        text("Your account is blocked. Undelivered messages wait. Contact admin@bluff.example\n", sender="postmaster@bluff.example", subject="Undelivered mail"),
        b"",
        b"\n\n\n",
        b"hej",
    ],
)  # fmt: skip
def test_other_mail_is_no_bounce(raw: bytes) -> None:
    assert read(raw).kind is Kind.NONE


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_line_ends_make_no_difference(end: bytes) -> None:
    raw = report(row() + row("bo@exempel.example"))
    assert read(raw.replace(b"\n", end)) == read(raw)


def test_a_wrong_boundary_is_forgiven() -> None:
    assert only(report(row()).replace(b"boundary=B", b"boundary=C"))[0] == "anna@exempel.example"


def test_what_proves_that_we_sent_the_mail_is_kept() -> None:
    returned = read(report(row(), to="b+token@studs.forening.example")).returned
    assert (returned.message_id, returned.sender) == ("b1@forening.example", "info@forening.example")
    assert read(report(row(), to="b+token@studs.forening.example")).delivered_to == (
        "b+token@studs.forening.example",
    )


def test_the_kind_of_the_whole_is_its_worst_failure() -> None:
    reading: Reading = read(
        report(row("bo@exempel.example", status="5.2.2", said="552 mailbox full") + row())
    )
    assert reading.worst is not None
    assert reading.worst.address == "anna@exempel.example"
