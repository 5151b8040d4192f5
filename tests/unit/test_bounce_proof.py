"""How a report proves that it is about a mail of ours."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bounce_mails import report, row
from zetkin_sync.bounces.proof import Identities, Proof, prove
from zetkin_sync.bounces.reader import read
from zetkin_sync.bounces.tokens import Token, make_token, read_token, return_path
from zetkin_sync.privacy import address_hash

KEY = b"k" * 32
DAY = date(2026, 11, 12)
ANNA = address_hash(KEY, "anna@exempel.example")
WE = Identities(addresses=frozenset(["info@forening.example"]), domains=frozenset(["forening.example"]))


def token(**changes: object) -> str:
    made = {"delivery": 17, "recipient": ANNA, "day": DAY} | changes
    return make_token(KEY, **made)  # type: ignore[arg-type]


def found(text: str, *, today: date = DAY, keys: tuple[bytes, ...] = (KEY,)) -> Token | None:
    return read_token(keys, text, today=today, valid_days=30)


def test_a_token_says_which_delivery_to_whom_on_which_day() -> None:
    assert found(token()) == Token(17, ANNA[:8], DAY)


def test_a_token_fits_a_local_part() -> None:
    path = return_path(token(), domain="studs.forening.example")
    assert len(path.partition("@")[0]) <= 64
    assert found(path) is not None


@pytest.mark.parametrize(
    "wrapped",
    [
        "SRS0=aBcD=XY=studs.forening.example=b+{}@forwarder.example",
        "prvs=1234567890=b+{}@studs.forening.example",
        "B+{}@STUDS.FORENING.EXAMPLE",
        "<{}.17@forening.example>",
    ],
)
def test_a_token_survives_what_relays_do_to_a_return_path(wrapped: str) -> None:
    made = token()
    for text in (made, made.upper()):
        assert found(wrapped.format(text)) == Token(17, ANNA[:8], DAY)


def test_an_old_token_is_not_valid_any_more() -> None:
    assert found(token(), today=DAY + timedelta(days=30)) is not None
    assert found(token(), today=DAY + timedelta(days=31)) is None
    assert found(token(), today=DAY - timedelta(days=2)) is None


def test_a_token_of_another_key_is_nothing_and_the_former_key_is_known() -> None:
    assert found(token(), keys=(b"o" * 32,)) is None
    assert found(token(), keys=(b"o" * 32, KEY)) is not None


@given(st.integers(0, 39), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_token_is_no_token(place: int, letter: str) -> None:
    made = token()
    changed = made[:place] + letter + made[place + 1 :]
    assert (found(changed) is not None) == (changed == made)


def graded(raw: bytes) -> tuple[Proof, Token | None]:
    reading = read(raw)
    return prove(reading.returned, reading.delivered_to, keys=(KEY,), identities=WE, today=DAY, valid_days=30)


def test_a_report_to_our_token_is_ours() -> None:
    proof, known = graded(report(row(), to=return_path(token(), domain="studs.forening.example")))
    assert (proof, known) == (Proof.OURS, Token(17, ANNA[:8], DAY))


def test_a_token_in_the_returned_mails_own_header_is_enough() -> None:
    back = f"From: nagon@annan.example\nX-Zetkin-Sync-Delivery: {token()}\nTo: anna@exempel.example\n"
    assert graded(report(row(), returned=back))[0] is Proof.OURS


def test_a_returned_mail_that_names_us_is_returned() -> None:
    assert graded(report(row()))[0] is Proof.RETURNED
    back = (
        "From: Föreningen <INFO@Forening.example>\nMessage-ID: <x@relay.example>\nTo: anna@exempel.example\n"
    )
    assert graded(report(row(), returned=back))[0] is Proof.RETURNED


@pytest.mark.parametrize(
    "back",
    [
        None,
        "From: nagon@annan.example\nMessage-ID: <x@annan.example>\nTo: anna@exempel.example\n",
        "From: info@forening.example.annan.example\nMessage-ID: <forening.example@annan.example>\n",
    ],
)
def test_a_report_that_does_not_name_us_proves_nothing(back: str | None) -> None:
    assert graded(report(row(), returned=back)) == (Proof.NONE, None)
