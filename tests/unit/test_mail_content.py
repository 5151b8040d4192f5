"""What a mail may hold and how it is written: both parts alike, nobody's name, no small number, nothing forbidden."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default
from enum import Enum
from html import unescape
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from benchmarks.mails.__main__ import large
from tests.mail_situations import (
    ACTIVITY,
    BEHIND,
    DISTRICT,
    DUE,
    EDUCATION,
    NORRBY,
    READ,
    UNITS,
    WEEKS,
    ZONE,
    counted,
    figure,
    mails,
    occasions,
    reader,
    unknown,
    usual,
)
from zetkin_sync import records
from zetkin_sync.language import Language, Message, say
from zetkin_sync.records.mail import MailKind
from zetkin_sync.reports import content, stop_token
from zetkin_sync.reports.content import Mail, Subject, titled
from zetkin_sync.reports.envelope import Occasion, Sender, build
from zetkin_sync.reports.kinds.day_after import day_after
from zetkin_sync.reports.kinds.monthly import monthly
from zetkin_sync.reports.kinds.weekly import weekly
from zetkin_sync.reports.readers import ASSOCIATION, BOARD, OFFICE, TECHNICAL
from zetkin_sync.reports.render import Rendered, _environment, render
from zetkin_sync.reports.situation import (
    AreaFigure,
    EventGap,
    ReachFigure,
    Reason,
    Situation,
    Unit,
    Unread,
)
from zetkin_sync.reports.small_numbers import together
from zetkin_sync.reports.spoken import SpokenMail, spoken
from zetkin_sync.reports.subject import subject_line

SV, EN = Language("sv", ZONE), Language("en", ZONE)
FORBIDDEN = (
    "<svg",
    "<img",
    "<script",
    "<form",
    "<input",
    "<link",
    "flex",
    "grid",
    "url(",
    "@import",
    "javascript:",
)
NASTY = (
    '<b>Fest</b> & "mat"\r\nBcc: alla@forening.se\n\n<script>alert(1)</script> 🎉👩‍👩‍👧 \u202egnirts '
    + "lång " * 60
)


def every_mail(code: str = "sv") -> Iterator[Mail]:
    for name in WEEKS:
        yield from mails(name, code)
    yield from occasions(code)


def shown(mail: Mail, code: str = "sv") -> Rendered:
    return render(mail, Language(code, ZONE))


def words(html: str) -> str:
    """What a reader sees of an HTML mail."""
    body = re.sub(r"<(style|title)[^>]*>.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)).replace("\N{NO-BREAK SPACE}", " "))


def numbers(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w/=-])[+\N{MINUS SIGN}]?\d+(?: \d{3})*(?:,\d+)?(?: %)?", text))


# What is in it


@pytest.mark.parametrize("code", ["sv", "en"])
def test_both_parts_carry_the_same_numbers(code: str) -> None:
    for mail in every_mail(code):
        done = shown(mail, code)
        text = re.sub(r"https?://\S+", "", done.text)
        text = re.sub(r"\s+", " ", text)
        assert numbers(words(done.html)) == numbers(text), done.subject


def test_no_mail_holds_what_mail_programs_cannot_show() -> None:
    for mail in every_mail():
        html = shown(mail).html
        found = [f for f in FORBIDDEN if f in html.lower()]
        assert found == [], mail.kind
        assert '<meta charset="utf-8">' in html
        assert "@media (max-width" in html
        assert "prefers-color-scheme: dark" in html
        assert all("scope=" in cell for cell in re.findall(r"<th[^>]*>", html))
        assert not re.search(r'(src|background)="', html)  # nothing is fetched when it is opened


def test_every_link_opens_a_page_of_ours_or_of_zetkin_and_none_a_person() -> None:
    for mail in every_mail():
        for address in re.findall(r'href="([^"]+)"', shown(mail).html):
            assert address.startswith(("https://sidan.example.org/", "https://app.zetkin.org/organize/"))
            assert not re.search(r"/(people|person|members?)/", address)


def test_subjects_are_short_and_hold_a_number_where_there_is_one() -> None:
    for code in ("sv", "en"):
        for mail in every_mail(code):
            subject = shown(mail, code).subject
            assert 0 < len(subject) <= 70
            assert "\n" not in subject


def test_the_order_is_do_broken_goals_areas_callouts_reach() -> None:
    broken = weekly(WEEKS["broken"](), reader(OFFICE, "en"), due=DUE)
    assert broken is not None
    assert [str(s.heading).split(" (")[0] for s in broken.sections] == [
        "To do now",
        "What stands still",
        "Goals",
        "Areas that need you",
        "Callouts",
        "Who we do not reach",
    ]


def test_lagging_goals_come_first_and_at_most_six_are_shown() -> None:
    mail = weekly(usual(), reader(OFFICE, "en"), due=DUE)
    assert mail is not None
    goals = next(s for s in mail.sections if isinstance(s, content.Goals))
    states = [str(line.state) for line in goals.lines]
    assert len(states) == 6
    assert states == sorted(states, key=lambda s: s in ("met", "on track"))


def test_mails_are_small_in_a_normal_week_and_however_large_the_district() -> None:
    """Gmail cuts a mail off near 102 kB (INTERFACE §3.1): 25 kB in a normal week, 80 kB at the most."""
    most = large()
    for code in ("sv", "en"):
        for role in (OFFICE, BOARD, ASSOCIATION):
            usually, mostly = (weekly(week, reader(role, code), due=DUE) for week in (usual(), most))
            assert usually is not None and mostly is not None
            assert len(shown(usually, code).html.encode()) <= 25_000
            assert len(shown(mostly, code).html.encode()) <= 80_000
        month = monthly(replace(most, since=date(2026, 11, 2)), reader(BOARD, code), due=date(2026, 12, 7))
        assert month is not None
        assert 40_000 < len(shown(month, code).html.encode()) <= 80_000


# Who is in it: nobody

ALLOWED = (str, int, float, bool, type(None), datetime, date, Enum)
PERSONAL = re.compile(
    r"name\b|first_name|last_name|e_?mail|phone|street|address_|ext_id|birth|person\b|gender"
)


def reachable(kind: Any, seen: set[Any]) -> Iterator[tuple[str, Any]]:
    """Every (field, type) that a template can get at from a type."""
    for argument in typing.get_args(kind):
        yield from reachable(argument, seen)
    if not isinstance(kind, type) or kind in seen:
        return
    seen.add(kind)
    hints = (
        typing.get_type_hints(kind)
        if dataclasses.is_dataclass(kind) or issubclass(kind, msgspec.Struct)
        else {}
    )
    for field, hint in hints.items():
        yield f"{kind.__name__}.{field}", hint
        yield from reachable(hint, seen)


def test_no_personal_field_can_be_reached_from_what_a_template_is_given() -> None:
    seen: set[Any] = set()
    fields = [name for top in (Mail, SpokenMail) for name, _ in reachable(top, seen)]
    assert {"Mail.sections", "Task.link", "Cell.value", "Source.read", "SpokenRow.cells"} <= set(fields)
    tables = {r for r in vars(records).values() if isinstance(r, type) and hasattr(r, "__table__")}
    assert not seen & tables
    odd = {
        k
        for k in seen
        if not (dataclasses.is_dataclass(k) or issubclass(k, (*ALLOWED, msgspec.Struct, tuple)))
    }
    assert odd - {dict, types.NoneType, object} == set()
    assert [f for f in fields if PERSONAL.search(f.partition(".")[2])] == []


def test_the_search_finds_a_personal_field() -> None:
    @dataclasses.dataclass
    class Leak:
        first_name: str
        mail: Mail | None = None

    assert [n for n, _ in reachable(Leak, set()) if PERSONAL.search(n.partition(".")[2])] == [
        "Leak.first_name"
    ]


def test_a_template_that_asks_for_a_person_fails_and_shows_nothing() -> None:
    template = _environment().from_string("{{ mail.person.email }}")
    with pytest.raises(UndefinedError):
        template.render({"mail": spoken(next(every_mail()), Language("sv", ZONE))})


def test_the_situation_holds_no_record_and_no_field_of_a_person() -> None:
    """What mails are made from is already counts, places and days."""
    fields = [name for name, _ in reachable(Situation, set())]
    assert [f for f in fields if PERSONAL.search(f.partition(".")[2])] == []


# Numbers under five


def reach_of(*counts: int) -> ReachFigure:
    whys = ("The address does not exist.", "The mailbox is full.", "The mail is too large.", "Undetermined.")
    reasons = tuple(Reason(what=say(w), count=n) for w, n in zip(whys, counts, strict=False))
    return ReachFigure(unit=DISTRICT, unreachable=sum(counts), reasons=reasons)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_no_small_number_of_people_is_told_across_units_nor_found_by_subtraction(counts: list[int]) -> None:
    told = together([Reason(what=say(f"r{i}"), count=n) for i, n in enumerate(counts)], own=False)
    assert sum(r.count for r in told) == sum(counts)
    if sum(counts) >= 5:
        assert all(r.count >= 5 for r in told)


def test_a_small_number_is_hidden_from_the_office_and_told_to_the_association() -> None:
    situation = replace(
        usual(), reach={DISTRICT: reach_of(3), NORRBY: replace(reach_of(3), unit=NORRBY)}, callouts=()
    )
    office = weekly(situation, reader(OFFICE, "en"), due=DUE)
    own = weekly(situation, reader(ASSOCIATION, "en"), due=DUE)
    assert office is not None
    assert own is not None
    assert "Fewer than 5 members cannot be reached" in words(shown(office, "en").html)
    assert "3 members cannot be reached" in words(shown(own, "en").html)


def test_whom_zetkin_sends_nothing_to_is_counted_in_the_offices_mail() -> None:
    known = replace(reach_of(30), unknown=0.9, blocked=12, without_channel=7)
    mail = weekly(replace(usual(), reach={DISTRICT: known}), reader(OFFICE, "sv"), due=DUE)
    assert mail is not None
    told = words(shown(mail, "sv").html)
    assert "12 medlemmar är blockerade i Zetkin, orsak okänd." in told
    assert "7 medlemmar har ingen kanal alls" in told


def test_a_goal_about_few_people_shows_neither_figure_nor_bar_nor_gap() -> None:
    few = figure(EDUCATION, DISTRICT, counted(BEHIND, 2, 7), counted(BEHIND, 1, 7))
    near = figure(EDUCATION, NORRBY, counted(BEHIND, 4, 9, outlook=None), None)
    near = replace(near, now=replace(near.now, value=3.0, target=5.0))
    situation = replace(usual(), goals={DISTRICT: (few,), NORRBY: (near,)})
    mail = weekly(situation, reader(OFFICE, "en"), due=DUE)
    assert mail is not None
    line = next(s for s in mail.sections if isinstance(s, content.Goals)).lines[0]
    said = " ".join(map(str, (line.figure, *line.notes)))
    assert line.bar is None
    assert str(line.figure) == "fewer than 5 of 7"
    assert "Partiföreningen Norrby" in said
    assert not re.search(r"\b[1-4]\b", said)


# Bad input


@pytest.mark.parametrize("code", ["sv", "en"])
def test_a_title_with_html_emoji_line_breaks_and_three_hundred_characters(code: str) -> None:
    gap = EventGap(
        event=1,
        organization=NORRBY,
        unit=NORRBY,
        title=NASTY,
        starts=datetime(2026, 11, 22, 18),
        booked=7,
    )
    area = AreaFigure(id="a", title=NASTY, held=0, before=0)
    unit = Unit(id=NORRBY, title=NASTY, kind="geographic", parent=DISTRICT)
    situation = replace(
        usual(), gaps=(gap,), areas={NORRBY: (area,)}, units={**UNITS, NORRBY: unit}, decisions=()
    )
    whom = replace(reader(ASSOCIATION, code), name=NASTY)
    for mail in (day_after(situation, whom), weekly(situation, whom, due=DUE)):
        assert mail is not None
        done = shown(mail, code)
        assert "<script>alert" not in done.html
        assert "<b>Fest" not in done.html
        assert "\u202e" not in done.html + done.text + done.subject
        assert "👩‍👩‍👧" in done.html or mail.kind == MailKind.WEEKLY
        assert "Bcc:" not in [line[:4] for line in done.text.splitlines()]
        assert len(done.subject) <= 70
        message = envelope(done, name=NASTY)
        assert message["Bcc"] is None
        assert b"\nBcc:" not in message.as_bytes().partition(b"\r\n\r\n")[0]


@given(st.text(max_size=400))
def test_any_title_becomes_one_visible_line(text: str) -> None:
    line = titled(text)
    assert len(line) <= 90
    assert not re.search(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]", line)
    subject = subject_line(Subject(lead=say("w. {week}", week=47), title=line, figure=say("{n}", n=1)), SV)
    assert len(subject) <= 70
    assert subject.isprintable() or any(c in subject for c in "\u200c\u200d") or not line.isprintable()


def test_a_sentence_that_nobody_has_translated_is_said_in_english_and_the_mail_goes() -> None:
    mail = replace(next(every_mail()), intro=(say("A sentence of {n} words nobody has translated.", n=1240),))
    done = shown(mail)
    assert "A sentence of 1 240 words nobody has translated." in done.text
    assert "Mål" in done.text


def test_a_goal_without_data_says_why_and_shows_no_figure() -> None:
    nothing = figure(
        ACTIVITY, DISTRICT, unknown(say("no events have been read from Zetkin")), counted(BEHIND, 3, 7)
    )
    situation = replace(usual(), goals={DISTRICT: (nothing,)})
    mail = weekly(situation, reader(OFFICE, "en"), due=DUE)
    assert mail is not None
    (line,) = next(s for s in mail.sections if isinstance(s, content.Goals)).lines
    assert (line.figure, line.bar, str(line.state)) == (None, None, "unknown")
    assert "no events have been read from Zetkin" in [str(n) for n in line.notes]


def test_four_hundred_associations_that_could_not_be_read_are_one_fault_with_ten_names() -> None:
    refused = say("Zetkin does not let us do {endpoint}: {title} (our request {request}).", title="Forbidden")
    unread = tuple(
        Unread(
            unit=1000 + n,
            title=f"Förening {n}",
            why=Message(
                refused.text, {**refused.values, "endpoint": f"GET /v1/orgs/{n}/people", "request": f"zs-{n}"}
            ),
            read=READ,
        )
        for n in range(400)
    )
    for role in (OFFICE, TECHNICAL):
        mail = weekly(replace(usual(), unread=unread), reader(role, "en"), due=DUE)
        assert mail is not None
        faults = next(s for s in mail.sections if isinstance(s, content.Faults))
        assert [str(f.what) for f in faults.items] == ["400 associations could not be read from Zetkin."]
        said = shown(mail, "en")
        assert "390 more" in said.text
        assert len(said.html.encode()) < 26_000
        assert ("zs-0" in said.text) is (role == TECHNICAL)


# The envelope

SHOWN = shown(next(every_mail()))


def envelope(done: Rendered, *, name: str = "Exempeldistriktet", stop: str | None = None, **more: Any) -> Any:
    occasion = Occasion(
        **{
            "kind": MailKind.WEEKLY,
            "slot": "2026-W48",
            "recipient": b"r" * 32,
            "role": OFFICE,
            "unit": DISTRICT,
            **more,
        }
    )
    return build(
        done,
        occasion=occasion,
        sender=Sender(address="status@distriktet.se", name=name, reply_to="maria@distriktet.se"),
        recipient="expeditionen@distriktet.se",
        language=SV,
        at=datetime(2026, 11, 23, 6, tzinfo=UTC),
        stop=stop,
    )


def test_the_same_occasion_has_the_same_id_and_another_has_another() -> None:
    done = shown(next(every_mail()))
    ids = {
        envelope(done)["Message-ID"],
        envelope(done)["Message-ID"],
        envelope(done, slot="2026-W49")["Message-ID"],
        envelope(done, recipient=b"s" * 32)["Message-ID"],
        envelope(done, role=ASSOCIATION)["Message-ID"],
        envelope(done, kind=MailKind.STALLED)["Message-ID"],
        envelope(done, slot="pull:1:<x>@y\r\nBcc: z")["Message-ID"],
    }
    assert len(ids) == 6
    assert all(re.fullmatch(r"<[A-Za-z0-9._-]+@distriktet\.se>", i) for i in ids)


_PIECES = st.sampled_from(
    ["31", "57", "(+3),", "−", "…", "“Bokbord”", "å", "väntar", "Föreningar", "v.", "47:", "🎉", "on"]
)


@given(st.lists(_PIECES, min_size=1, max_size=12))
def test_any_subject_reads_back_as_it_was_written(pieces: list[str]) -> None:
    """Python's own folding loses or doubles a blank now and then."""
    done = replace(SHOWN, subject=" ".join(pieces)[:70].strip())
    raw = envelope(done, name="Distriktet i Östra Göinge, Åhus").as_bytes()
    back = message_from_bytes(raw, policy=default)
    assert back["Subject"] == done.subject
    assert back["From"].addresses[0].display_name == "Distriktet i Östra Göinge, Åhus"
    assert all(
        len(word) <= 75 for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n") for word in line.split()
    )


def test_one_click_is_promised_only_where_it_is_encrypted() -> None:
    done = shown(next(every_mail()))
    safe, bare, none = (
        envelope(done, stop=s) for s in ("https://x.se/mail/stop/T", "http://x.se/mail/stop/T", None)
    )
    assert safe["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (bare["List-Unsubscribe"], bare["List-Unsubscribe-Post"]) == ("<http://x.se/mail/stop/T>", None)
    assert none["List-Unsubscribe"] is None


# The token that stops a mail


@given(st.integers(1, 2**63 - 1), st.sampled_from(list(MailKind)), st.binary(min_size=32, max_size=32))
def test_a_token_says_what_it_stops_and_nothing_else_does(
    district: int, kind: MailKind, recipient: bytes
) -> None:
    key, asked = b"k" * 32, stop_token.Stop(district=district, kind=kind, recipient=recipient)
    token = stop_token.make(key, asked)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
    assert stop_token.read([b"old" * 12, key], token) == replace(asked, kind=kind.stopped_as)
    assert stop_token.read([b"x" * 32], token) is None
    for at in range(0, len(token), 7):
        other = "A" if token[at] != "A" else "B"
        assert stop_token.read([key], token[:at] + other + token[at + 1 :]) is None


@given(st.text(max_size=300))
def test_anything_else_is_no_token(text: str) -> None:
    assert stop_token.read([b"k" * 32], text) is None
