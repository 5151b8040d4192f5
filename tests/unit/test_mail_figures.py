"""From facts to a mail's figures, and from a mail to what `status preview` shows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from tests.mail_situations import CAMP, DUE, reader, usual
from tests.mail_world import NORRBY, ROOT, MailWorld
from tests.unit.goals_facts import TODAY, district, event
from tests.unit.test_mail_jobs import broken
from zetkin_sync.apply.verbs import VERBS
from zetkin_sync.cli import status
from zetkin_sync.errors import ConfigError
from zetkin_sync.goals import Observed
from zetkin_sync.language import Language
from zetkin_sync.mail.gathering import Gathering
from zetkin_sync.mail.preview import preview, reader_for
from zetkin_sync.mail.proposals import counted
from zetkin_sync.records import MailKind
from zetkin_sync.records.facts import AskedFact, Facts, ParticipationFact, ResponseFact
from zetkin_sync.reports import observing
from zetkin_sync.reports.content import Tasks
from zetkin_sync.reports.kinds.monthly import monthly
from zetkin_sync.reports.readers import BOARD, NETWORK
from zetkin_sync.reports.situation import Question
from zetkin_sync.runner import Installation
from zetkin_sync.store import mailings
from zetkin_sync.store.access import Deed, who
from zetkin_sync.store.engine import Store

ASKED = datetime(2026, 11, 16, 17, tzinfo=UTC)


def asked(person: int, *events: int, plan: int = 7, dropped: bool = False) -> AskedFact:
    return AskedFact(person=person, at=ASKED, message=1, plan=plan, events=events, dropped=dropped)


def facts() -> Facts:
    """Ten were asked to two events in one association: three signed up, one of them before, one came."""
    known = district()
    first, second = event(11, TODAY - timedelta(days=3), id_=1), event(11, TODAY + timedelta(days=3), id_=2)
    said = ASKED + timedelta(hours=3)
    return replace(
        known,
        events=(first, second),
        asked=(*(asked(p, 1, 2) for p in range(10)), asked(99, 1, dropped=True)),
        responses=(
            ResponseFact(event=1, person=0, responded=said),
            ResponseFact(event=2, person=1, responded=said),
            ResponseFact(event=1, person=2, responded=ASKED - timedelta(days=1)),
        ),
        participations=(
            ParticipationFact(event=1, person=0, attended=datetime(2026, 11, 19, 20, tzinfo=UTC)),
        ),
    )


def test_a_callout_is_told_as_asked_signed_up_and_came() -> None:
    known = facts()
    (found,) = observing.callouts(known, Observed(known), since=date(2026, 11, 16))
    assert (found.callout, found.asked, found.signed_up, found.came) == (7, 10, 2, 1)
    assert (found.sent, found.units, found.title) == (date(2026, 11, 16), frozenset({11}), "Torgmöte (+1)")


def test_nobody_knows_who_came_before_somebody_has_noted_it() -> None:
    known = replace(facts(), participations=())
    (found,) = observing.callouts(known, Observed(known), since=date(2026, 11, 16))
    assert (found.signed_up, found.came) == (2, None)


def test_a_callout_from_before_is_not_told_again() -> None:
    known = facts()
    assert observing.callouts(known, Observed(known), since=date(2026, 11, 17)) == ()


def test_every_kind_of_change_has_words_in_both_languages() -> None:
    for verb in VERBS:
        for n in (1, 12):
            english, swedish = Language("en").say(counted(verb, n)), Language("sv").say(counted(verb, n))
            assert english != swedish, verb
            assert verb not in english.split()[0]


# status preview and send


@pytest.fixture
def world(sqlite_store: Store) -> MailWorld:
    return MailWorld(sqlite_store)


def test_a_preview_is_made_of_what_is_known_and_sent_nowhere(world: MailWorld) -> None:
    broken(world)
    gathering = Gathering(world.known)
    for code, words in (("sv", "Hämtningen från Zetkin"), ("en", "The reading of Zetkin")):
        to = reader_for(gathering, role="district_office", unit=None, language=code)
        found = preview(gathering, to, MailKind.STALLED)
        assert found is not None
        assert words in found.shown.text
        assert not found.example
    assert world.ledger() == []
    assert world.mailer.mails == []


def test_a_preview_of_something_that_is_well_says_that_it_is_an_example(world: MailWorld) -> None:
    world.ran("pull_zetkin")
    gathering = Gathering(world.known)
    to = reader_for(gathering, role="technical", unit=None, language="sv")
    found = preview(gathering, to, MailKind.STALLED)
    assert found is not None
    assert found.example
    assert preview(gathering, to, MailKind.WEEKLY) is not None  # the jobs' table; no news, but a first mail


def test_an_unknown_role_or_association_is_said_with_those_that_exist(world: MailWorld) -> None:
    gathering = Gathering(world.known)
    with pytest.raises(ConfigError, match="district_office"):
        reader_for(gathering, role="chair", unit=None, language="sv")
    with pytest.raises(ConfigError, match="Nirgends"):
        reader_for(gathering, role="association_board", unit="Nirgends", language="sv")


@pytest.fixture
def command(world: MailWorld, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line on this world's installation."""
    from contextlib import contextmanager

    @contextmanager
    def opened():  # type: ignore[no-untyped-def]
        known = world.known
        world.store.now = lambda _connection=None: world.now  # type: ignore[method-assign]
        yield Installation(known.settings, (known.configuration,), world.store)

    monkeypatch.setattr(status, "opened", opened)
    return CliRunner()


def test_the_command_shows_a_mail_and_leaves_it_in_a_folder(
    world: MailWorld, command: CliRunner, tmp_path: Path
) -> None:
    broken(world)
    found = command.invoke(
        status.app, ["preview", "--role", "technical", "--lang", "en", "--out", str(tmp_path), "--json"]
    )
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert (told["kind"], told["role"], told["language"]) == ("weekly", "technical", "en")
    page = Path(told["file"])
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert page.with_suffix(".txt").read_text(encoding="utf-8") == told["text"]
    assert world.mailer.mails == []


def test_the_command_says_when_there_is_nothing_to_tell(world: MailWorld, command: CliRunner) -> None:
    found = command.invoke(status.app, ["preview", "--role", "region_group"])
    assert found.exit_code == 0
    assert found.stdout.strip()


def test_the_command_sends_to_everybody_now_whatever_their_weekday(
    world: MailWorld, command: CliRunner, tmp_path: Path
) -> None:
    broken(world)
    world.folder = tmp_path
    world.now += timedelta(days=6)  # Sunday: too late for Monday's mails
    for arguments, sent in (([], 0), (["--now"], 3), (["--now"], 3)):
        with capture_logs():
            found = command.invoke(status.app, ["send", "--json", *arguments])
        assert found.exit_code == 0, found.output
        assert json.loads(found.stdout)["state"] == "ok"
        assert len([*tmp_path.rglob("*.eml")]) == sent
    slots = {(row.slot, row.state) for row in world.ledger(kind=MailKind.WEEKLY)}
    assert slots == {("2026-W48", "sent")}


def test_the_command_says_who_gets_which_mail_and_gives_a_stopped_one_back(
    world: MailWorld, command: CliRunner
) -> None:
    def often(*arguments: str) -> list[dict[str, Any]]:
        with capture_logs():
            found = command.invoke(status.app, ["often", "--json", *arguments])
        assert found.exit_code == 0, found.output
        return list(json.loads(found.stdout))

    assert [(w["role"], w["kind"], w["often"], w["chosen"]) for w in often("--kind", "weekly")] == [
        (role, "weekly", "usual", False) for role in ("district_office", "association_board", "technical")
    ]
    board = ("--role", "association_board", "--unit", "Partiföreningen Norrby", "--kind", "weekly")
    for how in ("never", "usual"):
        assert [w["often"] for w in often(how, *board)] == [how]
        assert [(w["often"], w["chosen"]) for w in often(*board)] == [(how, True)]
    told = who(world.store, [Deed.CHANGED], district=ROOT)
    assert [n.why for n in told] == ["how often: usual", "how often: never"]
    assert {(n.what, n.subject) for n in told} == {
        ("status often", f"mail:weekly:association_board:{NORRBY}")
    }
    assert told[0].who.startswith("cli:")


@pytest.mark.parametrize(
    "arguments",
    [
        ["never"],
        ["never", "--role", "technical"],
        ["month", "--role", "technical", "--kind", "stalled"],
        ["--role", "chair"],
    ],
)
def test_a_choice_that_is_not_clear_changes_nothing_and_says_what_to_do(
    arguments: list[str], world: MailWorld, command: CliRunner
) -> None:
    found = command.invoke(status.app, ["often", *arguments])
    assert isinstance(found.exception, ConfigError)
    assert mailings.choices(world.store, district=ROOT) == {}


def test_the_boards_month_asks_what_only_a_person_knows_by_a_signed_link() -> None:
    week = replace(
        usual(),
        questions=tuple(Question(goal=CAMP, address=f"https://x.example/attest/{n}") for n in range(5)),
    )
    mail = monthly(week, reader(BOARD, "sv"), due=DUE)
    assert mail is not None
    asked = next(
        s for s in mail.sections if isinstance(s, Tasks) and "Bara ni vet" in Language("sv").say(s.heading)
    )
    assert Language("sv").say(asked.heading) == "Bara ni vet (5)"
    assert [t.link.address for t in asked.items] == [f"https://x.example/attest/{n}" for n in range(3)]
    without = monthly(week, reader(NETWORK, "sv"), due=DUE)
    assert without is not None
    assert not any(isinstance(s, Tasks) and s.heading.text.startswith("Only you") for s in without.sections)
