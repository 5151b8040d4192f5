"""What an operator sees of members whom mail does not reach, and how a case is closed by hand."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from zetkin_sync.cli import app
from zetkin_sync.errors import Trouble
from zetkin_sync.records import (
    Case,
    CaseOutcome,
    Email,
    EmailBlocked,
    EmailStats,
    MailboxCursor,
    Organization,
    Person,
    Reachability,
)
from zetkin_sync.store import schema
from zetkin_sync.store.engine import Store

ROOT, NORD = 1, 11
Command = Callable[..., Result]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Three members: one is not reached and has an open case, one is blocked in Zetkin, one has nothing at all."""
    made = Store(f"sqlite:///{tmp_path}/zetkin_sync.db")
    schema.migrate(made)
    now = made.now()
    usual = {"district": ROOT, "organization": ROOT}
    with made.writing() as session:
        session.add(MailboxCursor(district=ROOT, mailbox="mailbox", place="1", moved=now))
        for id_, parent in ((ROOT, None), (NORD, ROOT)):
            session.add(Organization(**usual, id=id_, title=f"Förening {id_}", parent=parent))
        for person, address in ((7, b"a" * 32), (8, b"b" * 32), (9, None)):
            session.add(
                Person(district=ROOT, organization=NORD, id=person, address=address, has_phone=person == 7)
            )
        session.add(EmailBlocked(**usual, person=8))
        session.add(Reachability(district=ROOT, address=b"a" * 32, state="unreachable", reason="unknown_user", status="5.1.1", since=now))  # fmt: skip
        session.add(
            Case(district=ROOT, organization=NORD, person=7, address=b"a" * 32, state="unreachable", reason="unknown_user", status="5.1.1", opened=now - timedelta(days=12))
        )  # fmt: skip
    yield made
    made.close()


@pytest.fixture
def command(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    shutil.copytree(Path("config"), tmp_path / "config")
    (tmp_path / "config" / "associations.csv").write_text(
        f"id;title;kind;contact_role\n{ROOT};Förening 1;district;\n{NORD};Förening 11;geographic;\n"
    )
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/zetkin_sync.db")
    monkeypatch.setenv("ZETKIN_SYNC_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("ZETKIN_SYNC_HASH_KEY", "k" * 40)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, ["bounces", *arguments])
        found = result.exception.exit_code if isinstance(result.exception, Trouble) else result.exit_code
        assert found == code, (result.output, result.exception)
        return result

    return run


def reached(command: Command, *more: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(command("reach", "--json", *more).stdout)
    return found


def test_members_are_counted_by_what_is_known_of_them(command: Command) -> None:
    found = reached(command)
    assert (found["members"], found["unreachable"], found["unknown"], found["without_address"]) == (
        3,
        1,
        1,
        1,
    )
    assert (found["blocked"], found["without_channel"], found["cases_open"]) == (1, 1, 1)
    assert found["working_share"] == pytest.approx(1 / 3)
    assert (
        reached(command, "--unit", "Förening 1")["members"] == 0
    )  # those of Förening 11 are not listed by it
    assert "orsak okänd" in command("reach").stdout


def test_open_cases_are_listed_by_ids_and_closed_by_hand_once(command: Command, store: Store) -> None:
    (case,) = json.loads(command("cases", "--json").stdout)
    assert (case["person"], case["association"], case["reason"], case["days"]) == (
        7,
        "Förening 11",
        "unknown_user",
        12,
    )
    assert "Adressen finns inte." in command("cases").stdout
    command("solved", str(case["case"]))
    command("solved", str(case["case"]), code=1)
    with store.reading() as session:
        closed = session.get(Case, case["case"])
        assert closed is not None
        assert (closed.outcome, str(closed.closed_by)[:4]) == (CaseOutcome.OTHER_CHANNEL, "cli:")
    assert reached(command)["restored_this_week"] == 1


def test_before_anything_was_heard_nothing_is_claimed(command: Command, store: Store) -> None:
    with store.writing() as session:
        cursor = session.get(MailboxCursor, (ROOT, "mailbox"))
        session.delete(cursor)
    assert "inget är känt" in command("reach", code=3).stdout


def test_an_association_that_does_not_exist_is_said(command: Command) -> None:
    command("reach", "--unit", "Förening 99", code=2)


def test_zetkins_own_count_stands_beside_ours(store: Store, command: Command) -> None:
    assert reached(command)["zetkin_newest_email"] is None
    with store.writing() as session:
        for id_, hours, blocked in ((1, 50, 3), (2, 2, 9)):
            sent = store.now() - timedelta(hours=hours)
            session.add(Email(district=ROOT, organization=ROOT, id=id_, title="Brev", processed=sent))
            session.add(
                EmailStats(
                    district=ROOT, organization=ROOT, email=id_, targets=100, blocked=blocked, no_email=4
                )
            )
        session.add(Email(district=ROOT, organization=ROOT, id=3, title="Utkast"))
        session.add(EmailStats(district=ROOT, organization=ROOT, email=3, targets=100, blocked=50))
    newest = reached(command)["zetkin_newest_email"]
    assert (newest["email"], newest["blocked"], newest["no_email"]) == (2, 9, 4)
    assert "9 av 100 kunde inte få det (utan adress 4" in command("reach").stdout
