"""Sentences are said as a Swedish or an English reader writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from zetkin_sync.language import Language, Share, from_json, say, say_n, to_json

SV = Language("sv", ZoneInfo("Europe/Stockholm"))
EN = Language("en", ZoneInfo("Europe/Stockholm"))


def test_numbers_have_a_space_that_does_not_break_and_a_real_minus() -> None:
    assert SV.number(1240) == "1\N{NO-BREAK SPACE}240"
    assert SV.number(-3) == "\N{MINUS SIGN}3"
    assert EN.number(1240) == "1,240"


def test_percentages() -> None:
    assert SV.percent(0.78) == "78\N{NO-BREAK SPACE}%"
    assert EN.percent(0.78) == "78%"


def test_days_and_instants_are_local() -> None:
    assert SV.day(date(2026, 11, 22)) == "sön 22 nov."
    assert SV.moment(datetime(2026, 11, 22, 6, 0, tzinfo=UTC)) == "sön 22 nov. kl. 07:00"


def test_a_sentence_that_ends_with_a_day_has_one_full_stop() -> None:
    day = date(2026, 11, 22)
    assert SV.say(say("It is {day}.", day=day)) == "It is sön 22 nov."
    assert SV.say(say("By {day}: {what}.", day=day, what="x")) == "Senast sön 22 nov.: x."


def test_a_known_sentence_is_said_in_swedish_and_an_unknown_one_in_english() -> None:
    assert SV.say("yes") == "ja"
    assert SV.say(say("A sentence {n} nobody has translated.", n=1240)) == (
        "A sentence 1\N{NO-BREAK SPACE}240 nobody has translated."
    )


def test_the_number_decides_the_form() -> None:
    message = {n: EN.say(say_n("{n} event", "{n} events", n)) for n in (0, 1, 2)}
    assert message == {0: "0 events", 1: "1 event", 2: "2 events"}


def test_a_message_survives_being_stored() -> None:
    message = say(
        "{a} {b} {c} {d}",
        a=Share(0.5),
        b=date(2026, 1, 2),
        c=datetime(2026, 1, 2, tzinfo=UTC),
        d=say("inner {n}", n=1),
    )
    assert from_json(to_json(message)) == message
