"""Answer times from headers alone: what is a question, what is an answer, what is neither."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from zetkin_sync.goals.threads import threads
from zetkin_sync.records.facts import MessageFact

START = datetime(2026, 11, 2, 9, tzinfo=UTC)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def question(id_: str, hours: float, *replies: str, automatic: bool = False) -> MessageFact:
    return MessageFact(id_, replies, ours=False, at=at(hours), automatic=automatic)


def ours(id_: str, hours: float, *replies: str, automatic: bool = False) -> MessageFact:
    return MessageFact(id_, replies, ours=True, at=at(hours), automatic=automatic)


def times(*headers: MessageFact) -> list[float | None]:
    return [
        None if t.answered is None else (t.answered - t.asked).total_seconds() / 3600
        for t in threads(headers, mailbox="info")
    ]


def test_the_first_answer_by_a_person_ends_the_wait() -> None:
    assert times(question("a", 0), ours("b", 5, "a"), ours("c", 9, "a")) == [5]


def test_an_automatic_answer_is_none_and_an_automatic_mail_asks_nothing() -> None:
    assert times(question("a", 0), ours("b", 0.1, "a", automatic=True)) == [None]
    assert times(question("a", 0, automatic=True)) == []


def test_a_reminder_belongs_to_the_question_that_waits() -> None:
    assert times(question("a", 0), question("b", 20, "a"), ours("c", 30, "b")) == [30]


def test_a_further_question_in_the_thread_is_a_question_of_its_own() -> None:
    assert times(question("a", 0), ours("b", 5, "a"), question("c", 24, "b"), ours("d", 25, "c")) == [5, 1]


def test_a_mail_of_ours_that_nobody_asked_for_is_no_answer() -> None:
    assert times(ours("a", 0), question("b", 5, "a"), ours("c", 8, "b")) == [3]


def test_a_thread_holds_together_though_a_message_in_between_is_missing() -> None:
    assert times(question("a", 0), ours("c", 7, "gone", "a")) == [7]
    assert times(question("a", 0, "gone"), ours("c", 7, "gone")) == [7]


def test_threads_are_apart_and_a_message_read_twice_counts_once() -> None:
    assert times(question("a", 0), question("b", 1), ours("c", 2, "b"), question("a", 0)) == [None, 1]


def test_after_a_long_silence_a_new_message_is_a_new_question() -> None:
    assert times(question("a", 0), question("b", 24 * 20, "a"), ours("c", 24 * 20 + 3, "b")) == [None, 3]


HEADERS = st.lists(
    st.builds(
        MessageFact,
        st.sampled_from("abcdefgh"),
        st.lists(st.sampled_from("abcdefghxy"), max_size=3).map(tuple),
        st.booleans(),
        st.integers(0, 2000).map(at),
        st.booleans(),
    ),
    max_size=12,
    unique_by=lambda h: h.id,
)


@given(headers=HEADERS, dice=st.randoms(use_true_random=False))
def test_the_order_in_which_mails_were_read_changes_nothing(headers: list[MessageFact], dice: object) -> None:
    mixed = list(headers)
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    found = threads(headers, mailbox="info")
    assert threads(mixed, mailbox="info") == found
    assert all(t.answered is None or t.answered >= t.asked for t in found)
