"""Who is sent what, when, and what the ledger says of those who are not."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from jobs import send_alarms, send_status
from jobs.send_status import NOTHING_NEW, SIGN_OF_LIFE, due_day, is_turn, since
from tests.installations import whole_store
from tests.mail_world import MONDAY, NORRBY, ROOT, SCHEDULE, MailWorld, why
from zetkin_sync.errors import ConfigError
from zetkin_sync.mail.delivery import PLACEHOLDER, STOPPED
from zetkin_sync.mail.stopping import unsubscribe
from zetkin_sync.records import STOP, MailKind, Often, Run, RunState
from zetkin_sync.reports.kinds.alarm import TITLES
from zetkin_sync.store import controls, mailings
from zetkin_sync.store.engine import Store


@pytest.fixture
def world(sqlite_store: Store) -> MailWorld:
    return MailWorld(sqlite_store)


def broken(world: MailWorld, *, hours: int = 0) -> None:
    """Zetkin could not be read three times in a row."""
    world.ran("pull_zetkin", at=world.now - timedelta(hours=30))
    for n in range(3):
        world.ran("pull_zetkin", RunState.FAILED, at=world.now - timedelta(hours=9 - n), why="No answer.")


def test_a_week_without_news_is_not_sent_and_the_fourth_says_so(world: MailWorld) -> None:
    outcomes = []
    for _ in range(5):
        outcomes.append(dict(world.run(send_status.run).counts))
        world.passes(days=7)
    assert outcomes == [{"skipped": 3}] * 3 + [{"sent": 3, "skipped": 3}, {"skipped": 3}]
    office = world.ledger(role="district_office", unit=ROOT)
    assert [(r.kind, r.slot, r.state, r.why and str(why(r))) for r in office] == [
        ("weekly", "2026-W48", "skipped", str(NOTHING_NEW)),
        ("weekly", "2026-W49", "skipped", str(NOTHING_NEW)),
        ("weekly", "2026-W50", "skipped", str(NOTHING_NEW)),
        ("quiet", "2026-W51", "sent", None),
        ("weekly", "2026-W51", "skipped", str(SIGN_OF_LIFE)),
        ("weekly", "2026-W52", "skipped", str(NOTHING_NEW)),
    ]


def test_every_reader_and_week_has_one_row_however_often_the_job_comes(world: MailWorld) -> None:
    broken(world)
    assert world.run(send_status.run).counts["sent"] == 3
    assert world.run(send_status.run).counts == {"already": 3}
    world.passes(hours=5)
    assert world.run(send_status.run).counts == {"already": 3}
    assert len(world.ledger()) == 3
    assert len(world.mailer.mails) == 3


def test_a_placeholder_and_who_has_stopped_get_a_row_that_says_why(sqlite_store: Store) -> None:
    world = MailWorld(
        sqlite_store,
        recipients=[
            {"role": "district_office", "address": "expeditionen@distriktet.example"},
            {"role": "technical", "address": "teknik@distriktet.se"},
            {"role": "district_board", "address": "styrelsen@distriktet.se", "often": "never"},
        ],
    )
    broken(world)
    technical = world.readers()[1]
    token = technical.reader.stop.rpartition("/")[2]
    unsubscribe(sqlite_store, token, [world.known.settings.key])
    assert world.run(send_status.run).counts == {"skipped": 3}
    assert [why(r) for r in world.ledger()] == [PLACEHOLDER, STOPPED, STOPPED]
    assert world.mailer.mails == []
    assert world.run(send_alarms.run).counts["sent"] == 1  # another kind still comes


def test_the_choice_is_read_when_sending_not_when_the_week_is_planned(world: MailWorld) -> None:
    broken(world)
    before = world.readers()
    token = before[0].reader.stop.rpartition("/")[2]
    unsubscribe(world.store, token, [world.known.settings.key])
    assert world.run(send_status.run).counts == {"skipped": 1, "sent": 2}


def test_a_recipient_may_want_the_mail_less_often(world: MailWorld) -> None:
    broken(world)
    for reader, often in zip(world.readers(), (Often.FORTNIGHT, Often.MONTH, Often.USUAL), strict=True):
        with world.store.writing() as session:
            mailings.choose(
                session,
                district=ROOT,
                recipient=reader.identity,
                kind=MailKind.WEEKLY,
                often=often,
                made_by="page",
                at=world.now,
            )
    sent = []
    for _ in range(5):
        world.run(send_status.run)
        world.passes(days=7)
    for role in ("district_office", "association_board", "technical"):
        sent.append(sum(r.state == "sent" for r in world.ledger(role=role)))
    assert sent == [3, 1, 5]


def test_each_reader_has_their_own_weekday_and_a_mail_that_could_not_go_waits_three_days() -> None:
    monday = date(2026, 11, 23)
    assert due_day("mon", monday) == monday
    assert due_day("wed", monday) is None
    assert due_day("mon", monday + timedelta(days=3)) == monday
    assert due_day("mon", monday + timedelta(days=4)) is None
    assert due_day("wed", monday, now=True) == monday


def test_every_second_week_goes_on_over_the_turn_of_the_year() -> None:
    mondays = [date(2026, 12, 7) + timedelta(days=7 * n) for n in range(8)]
    turns = [is_turn(Often.FORTNIGHT, day) for day in mondays]
    assert turns in ([True, False] * 4, [False, True] * 4)
    assert sum(is_turn(Often.MONTH, day) for day in mondays) == 2  # 7 December and 4 January
    assert since(Often.FORTNIGHT, mondays[2]) == mondays[0]
    assert since(Often.MONTH, date(2027, 1, 4)) == date(2026, 12, 7)


def test_all_sending_can_be_stopped_by_a_person_and_goes_on_after(world: MailWorld) -> None:
    broken(world)
    controls.turn_on(world.store, district=ROOT, name=STOP, who="an organizer")
    outcome = world.run(send_status.run)
    assert outcome.counts == {"waiting": 3}
    assert "stopped by a person" in str(outcome.notes[0])
    controls.turn_off(world.store, district=ROOT, name=STOP)
    assert world.run(send_status.run).counts == {"sent": 3}


def test_nobody_is_sent_more_than_twenty_mails_a_day(world: MailWorld) -> None:
    delivery = world.delivery()
    to = world.readers(MailKind.STALLED)[0]
    from tests.mail_situations import mails

    mail = mails("quiet", "sv")[0]
    for n in range(23):
        delivery.send(to, MailKind.STALLED, f"job:0:{n}", mail)
    assert delivery.counts == {"sent": 20, "waiting": 3}
    world.passes(hours=25)
    delivery = world.delivery()
    assert delivery.send(to, MailKind.STALLED, "job:0:20", mail) == "sent"


def test_mails_leave_evenly_and_no_faster_than_allowed(world: MailWorld) -> None:
    from tests.mail_situations import mails

    delivery = world.delivery(per_minute=60)
    for to in world.readers():
        delivery.send(to, MailKind.WEEKLY, "w", mails("quiet", "sv")[0])
    assert world.waited == [1.0, 2.0]


def test_an_alarm_goes_once_then_daily_and_once_when_it_is_well_again(world: MailWorld) -> None:
    for n in (2, 1, 0):
        world.ran("pull_zetkin", RunState.FAILED, at=MONDAY - timedelta(minutes=n), why="No answer.")
    for _ in range(8):  # every quarter of an hour
        world.run(send_alarms.run)
        world.passes(minutes=15)
    assert len(world.mailer.mails) == 2  # the office and the technical contact
    world.passes(days=1)
    world.run(send_alarms.run)
    world.run(send_alarms.run)
    assert len(world.mailer.mails) == 4
    world.ran("pull_zetkin", at=world.now)
    for _ in range(3):
        world.passes(minutes=15)
        world.run(send_alarms.run)
    subjects = [str(mail["Subject"]) for mail, _, _ in world.mailer.mails]
    assert len(subjects) == 6
    assert subjects[-1].endswith(("works again", "fungerar igen"))


def test_two_failures_are_no_alarm_and_a_job_that_was_never_tried_is_none(world: MailWorld) -> None:
    for n in (1, 0):
        world.ran("pull_zetkin", RunState.FAILED, at=MONDAY - timedelta(minutes=n))
    world.run(send_alarms.run)
    assert world.mailer.mails == []


def test_a_job_that_has_not_been_done_for_longer_than_its_data_may_be_old_is_an_alarm(
    world: MailWorld,
) -> None:
    world.ran("pull_zetkin", at=MONDAY - timedelta(hours=37))
    world.run(send_alarms.run)
    assert {to for _, _, to in world.mailer.mails} == {"expeditionen@distriktet.se", "teknik@distriktet.se"}


def test_what_is_wrong_with_the_service_goes_once_then_daily_and_once_when_it_is_over(tmp_path: Path) -> None:
    world = MailWorld(whole_store(f"sqlite:///{tmp_path}/z.db", now=lambda: world.now))
    for _ in range(3):  # nobody has asked for the two jobs of the morning: one mail of both
        world.run(send_alarms.run)
        world.passes(minutes=15)
    assert [r.slot for r in world.ledger()] == ["alarm.late:20261123T063000:0"] * 2
    assert {to for _, _, to in world.mailer.mails} == {"expeditionen@distriktet.se", "teknik@distriktet.se"}
    text = world.mailer.mails[-1][0].as_string()
    assert "no clock has asked" in text and "role clock" in text
    world.passes(days=1, hours=-2)
    world.run(send_alarms.run)
    assert len(world.mailer.mails) == 2  # not a day yet; the slots of today are late now
    world.passes(hours=2)
    world.run(send_alarms.run)
    world.run(send_alarms.run)
    assert len(world.mailer.mails) == 4
    for job in SCHEDULE:
        world.ran(job, at=world.now)
    for _ in range(2):
        world.run(send_alarms.run)
        world.passes(minutes=15)
    assert [r.slot for r in world.ledger(role="technical", unit=ROOT)] == [
        f"alarm.late:20261123T063000:{day}" for day in (0, 1, "well")
    ]


def test_a_run_left_half_way_is_mailed_and_another_districts_is_not(
    tmp_path: Path,
) -> None:
    world = MailWorld(whole_store(f"sqlite:///{tmp_path}/z.db", now=lambda: world.now))
    for job in SCHEDULE:
        world.ran(job, at=world.now)
    for district in (ROOT, ROOT + 1):
        with world.store.writing() as session:
            session.add(
                Run(
                    district=district,
                    job=f"reconcile{district}",
                    organization=district,
                    slot="s",
                    due=world.now,
                    ready=world.now,
                    state=RunState.RUNNING,
                    lease_until=world.now - timedelta(minutes=3),
                )
            )
    world.run(send_alarms.run)
    assert {r.slot.partition(":")[0] for r in world.ledger()} == {"alarm.left"}
    text = world.mailer.mails[-1][0].as_string()
    assert f"reconcile{ROOT}" in text and f"reconcile{ROOT + 1}" not in text


def test_every_alarm_that_operations_names_has_a_title_in_mails() -> None:
    table = (
        (Path(__file__).parents[2] / "docs/operations.md")
        .read_text(encoding="utf-8")
        .partition("## Alarms")[2]
    )
    named = re.findall(r"^\| `(\w+)[:`]", table, re.M)
    assert set(named) == set(TITLES)


def test_an_association_reads_of_itself_only_and_the_district_of_all(world: MailWorld) -> None:
    office, association, technical = world.readers()
    assert (office.reader.unit, office.reader.whole) == (ROOT, True)
    assert (association.reader.unit, association.reader.whole) == (NORRBY, False)
    assert (technical.reader.unit, technical.reader.language) == (ROOT, "en")
    assert [r.reader.role for r in world.readers(MailKind.DAY_AFTER)] == ["association_board"]


def test_without_a_sending_address_it_is_said_what_to_set(world: MailWorld) -> None:
    from dataclasses import replace

    from zetkin_sync.mail.delivery import Delivery
    from zetkin_sync.settings import Settings

    nowhere = replace(world.known, settings=Settings())
    with pytest.raises(ConfigError, match="MAIL_FROM"):
        Delivery(nowhere, lambda: world.mailer)


def test_a_mail_that_cannot_be_written_is_parked_and_the_others_go(world: MailWorld) -> None:
    """A broken translation or a fault of ours in one mail."""
    from dataclasses import replace

    from tests.mail_situations import mails
    from zetkin_sync.language import say

    delivery = world.delivery()
    good = mails("usual", "sv")[0]
    bad = replace(good, heading=say("{nobody}", somebody="x"))
    for to, mail in zip(world.readers(), (good, bad, good), strict=True):
        delivery.send(to, MailKind.WEEKLY, "w", mail)
    assert world.states() == [
        ("district_office", "sent"),
        ("association_board", "parked"),
        ("technical", "sent"),
    ]
    assert "could not be written" in str(why(world.ledger(state="parked")[0]))


def test_the_process_that_dies_in_between_leaves_a_mail_that_is_not_sent_again(world: MailWorld) -> None:
    from tests.mail_situations import mails

    class Dies:
        def send(self, *_: object, **__: object) -> None:
            raise KeyboardInterrupt

    world.mailer, mail = Dies(), mails("usual", "sv")[0]
    with pytest.raises(KeyboardInterrupt):
        world.delivery().send(world.readers()[0], MailKind.WEEKLY, "w", mail)
    assert world.states() == [("district_office", "sending")]
    world.mailer = type(MailWorld(world.store).mailer)()
    assert world.delivery().send(world.readers()[0], MailKind.WEEKLY, "w", mail) == "already"
    assert world.states() == [("district_office", "parked")]
    assert world.mailer.mails == []


def test_times_are_local_when_the_clock_changes(sqlite_store: Store) -> None:
    world = MailWorld(sqlite_store, now=datetime(2026, 10, 26, 6, 0, tzinfo=UTC))  # the Monday after
    broken(world)
    assert world.run(send_status.run).counts["sent"] == 3
    assert world.ledger()[0].slot == "2026-W44"
    assert "v. 43:" in str(world.mailer.mails[0][0]["Subject"])
