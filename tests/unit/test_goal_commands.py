"""The commands about the plan: what a person sees, what a program reads, and what wrong questions get."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from icalendar import Calendar
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from zetkin_sync import statements
from zetkin_sync.areas import Area, to_geojson
from zetkin_sync.cli import app
from zetkin_sync.configuration import Configuration, read_configuration
from zetkin_sync.errors import ConfigError, Trouble
from zetkin_sync.goals.attestations import Ticket, read_ticket, ticket
from zetkin_sync.plan_status import status_of
from zetkin_sync.records import Attestation, Event, EventType, Organization, Person, RegisterEntry, Snapshot
from zetkin_sync.records.facts import PriorityFact
from zetkin_sync.settings import Settings
from zetkin_sync.store import assessments, logins, priorities, registers, schema
from zetkin_sync.store.engine import Store

ROOT = 1
Command = Callable[..., Result]
AREA = shapely.box(18.0, 59.3, 18.02, 59.32)


def _configuration(folder: Path) -> None:
    shutil.copytree(Path("config"), folder)
    (folder / "associations.csv").write_text(
        "id;title;kind;contact_role\n1;Distriktet;district;\n11;Föreningen Nord;geographic;\n12;Föreningen Syd;geographic;\n"
    )
    (folder / "areas").mkdir(exist_ok=True)
    (folder / "areas" / "test.geojson").write_bytes(
        to_geojson(
            [
                Area(id="nord", title="Norra torget", geometry=AREA),
                Area(id="syd", title="Södra", geometry=AREA),
            ]
        )
    )
    (folder / "areas.toml").write_text('[[source]]\nfile = "areas/test.geojson"\n')
    (folder / "priorities.csv").write_text(
        "organization;kind;subject;confirmed\n11;geographic;nord;2026-01-15\n12;geographic;syd;2026-01-15\n"
    )


def _fill(store: Store) -> None:
    """Two associations; one is active at Norra torget every month, the other once."""
    now = store.now()
    with store.writing() as session:
        for id_, title, parent in (
            (1, "Distriktet", None),
            (11, "Föreningen Nord", 1),
            (12, "Föreningen Syd", 1),
        ):
            session.add(Organization(district=ROOT, organization=ROOT, id=id_, title=title, parent=parent))
        session.add(EventType(district=ROOT, organization=ROOT, id=1, title="Torgmöte"))
        for n in range(24):
            day = now.replace(tzinfo=None) - timedelta(days=15 * n + 3)
            owner = 12 if n == 5 else 11
            session.add(
                Event(
                    district=ROOT,
                    organization=owner,
                    id=100 + n,
                    title="Torgmöte",
                    event_type=1,
                    lat=59.31,
                    lng=18.01,
                    starts=day,
                    ends=day + timedelta(hours=2),
                    published=now - timedelta(days=500),
                )
            )
        session.add(Person(district=ROOT, organization=11, id=7, member_key=None))
        for organization in (11, 12):
            read = {"started": now, "finished": now, "complete": True}
            session.add(Snapshot(district=ROOT, organization=organization, resource="events", **read))


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Runs a command in a small installation; `command.store` style state lies in the folder."""
    _configuration(tmp_path / "config")
    url = f"sqlite:///{tmp_path}/zetkin_sync.db"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("ZETKIN_SYNC_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("ZETKIN_SYNC_HASH_KEY", "k" * 40)
    monkeypatch.setenv("COLUMNS", "220")
    store = Store(url)
    schema.migrate(store)
    _fill(store)
    store.close()

    def run(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, list(arguments))
        if isinstance(result.exception, Trouble):
            assert code == result.exception.exit_code, result.exception
        else:
            assert result.exit_code == code, (result.output, result.exception)
        return result

    yield run


@pytest.fixture
def store(command: Command, tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path}/zetkin_sync.db")
    yield store
    store.close()


def read(result: Result) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(result.stdout)
    return found


def test_every_goal_is_listed_for_programs_and_for_people(command: Command) -> None:
    found = read(command("goals", "--json"))
    assert len({row["number"] for row in found}) == len(found) == 144
    assert {row["target_from"] for row in found} == {"plan", "suggestion", "none"}
    shown = command("goals").stdout
    assert "27" in shown
    assert "128c" in shown


def test_a_goal_drills_down_to_the_rule_and_to_records_with_links_into_zetkin(command: Command) -> None:
    (district,) = read(command("goals", "27", "--json", "--why"))
    assert (district["numerator"], district["denominator"], district["more_needed"]) == (1, 2, 0)
    assert "9 av de 11" in str(district["rule"]) or "9 of the last 11" in str(district["rule"])
    (nord,) = read(command("goals", "regular-geographic", "--unit", "Föreningen Nord", "--json", "--why"))
    links = [record["link"] for record in nord["evidence"]]  # type: ignore[attr-defined]
    assert links[0].startswith("https://app.zetkin.org/organize/11/projects/standalone/events/")
    assert len(links) >= 11
    text = command("goals", "27", "--why", "--unit", "11").stdout
    assert "https://app.zetkin.org/organize/11/" in text
    assert "Föreningen Syd" in command("goals", "27").stdout


@pytest.mark.parametrize(
    "wrong",
    [
        ("goals", "27x"),
        ("goals", "regular-geografic"),
        ("goals", "--unit", "Norrd"),
        ("goals", "--plan", "2019"),
        ("goals", "--as-of", "2999-01-01"),
    ],
)
def test_a_wrong_question_is_answered_in_words(command: Command, wrong: tuple[str, ...]) -> None:
    result = command(*wrong, code=2)
    assert isinstance(result.exception, Trouble)


def test_what_was_shown_then_is_shown_and_what_was_not_stored_is_computed_as_of_that_day(
    command: Command, store: Store
) -> None:
    day = date.fromordinal(store.now().date().toordinal() - 40)
    row = {
        "plan": "2023-2025",
        "goal": "regular-geographic",
        "unit": ROOT,
        "computed": datetime(2026, 1, 1, tzinfo=UTC),
        "state": "behind",
        "value": 0.25,
        "finding": '{"type":"message","text":"as it was shown"}',
    }
    with store.writing() as session:
        assessments.write(session, [row], district=ROOT, day=day)
    (then,) = read(command("goals", "27", "--as-of", day.isoformat(), "--json"))
    assert (then["state"], then["finding"], then["day"]) == ("behind", "as it was shown", day.isoformat())
    earlier = date.fromordinal(day.toordinal() - 100)
    (before,) = read(command("goals", "27", "--as-of", earlier.isoformat(), "--json"))
    assert before["day"] == earlier.isoformat()
    assert before["finding"] != "as it was shown"


def test_somebody_attests_and_the_goal_is_met(command: Command, store: Store) -> None:
    assert read(command("goals", "1", "--json"))[0]["state"] == "unknown"
    command("attest", "education-strategy", "done", "--link", "https://example.org/protokoll", "--history")
    (said,) = read(command("goals", "1", "--json", "--why"))
    assert said["state"] == "met"
    assert said["evidence"][0]["kind"] == "attestation"  # type: ignore[index]
    with store.reading() as session:
        stored = session.get(Attestation, 1)
        assert stored is not None
        assert stored.who.startswith("cli:")


@pytest.mark.parametrize(
    "wrong",
    [
        ("attest", "1", "finished"),
        ("attest", "1", "done", "--on", "2999-01-01"),
        ("attest", "27", "done"),
        ("attest", "nothing", "done"),
        ("attest", "1", "done", "--link", "http://example.org"),
    ],
)
def test_what_cannot_be_attested_is_refused_in_words(command: Command, wrong: tuple[str, ...]) -> None:
    assert isinstance(command(*wrong, code=2).exception, Trouble)


def test_the_calendar_counts_back_from_each_day(command: Command) -> None:
    found = json.loads(command("calendar", "--json").stdout)
    by_goal = {day["goal"]: day for day in found["days"]}
    assert len(by_goal["march-8"]["steps"]) == 7
    assert by_goal["slavery-day"]["day"] is None
    assert "8 mars" in command("calendar").stdout
    assert {spot["area"] for spot in found["white_spots"]} == set()
    days = Calendar.from_ical(command("calendar", "--ics").stdout_bytes).walk("VEVENT")
    named = {day["goal"] for day in found["days"] if day["day"]}
    assert {str(day["UID"]).partition(".")[0] for day in days} == named


def test_every_link_to_the_calendar_can_be_ended(command: Command, store: Store) -> None:
    logins.remember(store, district=ROOT, who="user:7", name="")
    logins.make_calendar_link(store, district=ROOT, who="user:7")
    assert "1 länk avslutades." in command("calendar", "--end-links").stdout
    assert logins.calendar_links(store) == []


def test_a_register_is_taken_in_with_its_errors_named(command: Command, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "lokaler.csv"
    file.write_bytes(command("registers", "template", "premises").stdout_bytes)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    file.write_text(
        "Förening;Egen lokal;Datum\nFöreningen Nord;ja;2026-02-01\nFöreningen Nårrd;ja;2026-02-01\n"
    )
    result = command("registers", "import", "premises", str(file), code=3)
    assert "3" in result.stderr
    with store.reading() as session:
        stored = session.get(RegisterEntry, 1)
        assert stored is not None
        assert (stored.unit, json.loads(stored.body)) == (11, {"own": True})
    command("registers", "import", "premises", str(file), "--strict", code=2)
    assert (
        "Lokalregistret" in command("registers", "list").stdout
        or "premises" in command("registers", "list").stdout
    )


def test_the_member_register_is_compared_and_not_stored(
    command: Command, store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "medlemmar.csv"
    file.write_text("Medlemsnummer;Namn;Förening\n1001;Kanarie Testsson;Föreningen Nord\n")
    result = command("registers", "import", "members", str(file))
    assert "Kanarie" not in result.output
    assert "7" in result.stdout
    with store.reading() as session:
        assert session.get(RegisterEntry, 1) is None


def test_priorities_from_a_register_take_the_place_of_those_in_the_configuration(
    command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "prio.csv"
    file.write_text("Förening;Slag;Vad;Bekräftad\nFöreningen Syd;område;Norra torget;2026-06-01\n")
    command("registers", "import", "priorities", str(file))
    (syd,) = read(command("goals", "59", "--unit", "12", "--json"))
    assert syd["value"] == 1


def test_areas_are_checked_and_a_drawing_is_taken_in(command: Command, tmp_path: Path) -> None:
    drawing = tmp_path / "Nya områden.geojson"
    drawing.write_bytes(
        to_geojson([Area(id="ny", title="Nya", geometry=shapely.box(18.1, 59.3, 18.2, 59.4))])
    )
    command("areas", "import", str(drawing), "--name", "nya", "--kind", "stadsdel")
    found = json.loads(command("areas", "check", "--json").stdout)
    assert {area["id"] for area in found["areas"]} == {"nord", "syd", "ny"}
    assert found["overlaps"] == [{"areas": ["nord", "syd"], "share": 1.0}]
    bad = tmp_path / "bad.geojson"
    bad.write_text('{"type":"FeatureCollection","features":[{"type":"Feature","properties":{}}]}')
    command("areas", "import", str(bad), code=2)
    command("areas", "check", str(bad), code=2)
    command("areas", "import", str(tmp_path / "none.geojson"), code=2)


# the same, as the page asks for it


@pytest.fixture
def configuration(command: Command, tmp_path: Path) -> Configuration:
    return read_configuration(tmp_path / "config")


def priority(owner: int, subject: str, **more: Any) -> PriorityFact:
    return PriorityFact(owner=owner, kind="geographic", subject=subject, source="page", **more)


def test_what_an_association_says_on_the_page_holds_when_it_is_newer(
    store: Store, configuration: Configuration
) -> None:
    def held() -> list[str]:
        status = status_of(store, configuration, Settings(), only="regular-geographic")
        return [p.subject for p in status.observed.priorities_of(12, "geographic")]

    assert held() == ["syd"]
    stated = statements.state_priorities
    page: dict[str, Any] = {"owner": 12, "kind": "geographic", "who": "user:7"}
    assert stated(store, configuration, [priority(12, "nord")], **page) == 1
    assert held() == ["nord"]
    stated(store, configuration, [priority(12, "nord"), priority(12, "syd")], **page)
    assert held() == ["nord", "syd"]
    stated(store, configuration, [], **page)
    assert held() == []
    assert len(priorities.history(store, district=ROOT, owner=12)) == 3


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (priority(12, "nordd"), "geographic"),
        (priority(11, "nord"), "geographic"),
        (priority(12, "nord"), "theme"),
        (priority(12, "nord", valid_from=date(2027, 1, 2), valid_to=date(2027, 1, 1)), "geographic"),
        (priority(12, "nord"), "places"),
    ],
)
def test_a_priority_that_cannot_be_is_refused_and_nothing_is_written(
    store: Store, configuration: Configuration, wrong: PriorityFact, kind: str
) -> None:
    with pytest.raises(ConfigError):
        statements.state_priorities(
            store, configuration, [priority(12, "syd"), wrong], owner=12, kind=kind, who="user:7"
        )
    assert priorities.history(store, district=ROOT) == []


def test_a_file_can_be_looked_at_before_it_is_taken_in(store: Store, configuration: Configuration) -> None:
    data = (
        "Förening;Egen lokal;Datum\nFöreningen Nord;ja;2026-02-01\nFöreningen Nårrd;ja;2026-02-01\n".encode()
    )
    seen: dict[str, Any] = {"register": "premises", "data": data, "filename": "lokaler.csv", "who": "user:7"}
    looked = statements.upload(store, configuration, Settings(), **seen, keep=False)
    assert (looked.rows, len(looked.errors), looked.taken) == (1, 1, False)
    assert registers.readings(store, district=ROOT) == []
    assert statements.upload(store, configuration, Settings(), **seen).taken
    assert [r.refused for r in registers.readings(store, district=ROOT)] == [1]


def test_the_address_in_a_mail_names_the_goal_and_is_signed(configuration: Configuration) -> None:
    settings = Settings(hash_key=SecretStr("k" * 40), page_url="https://plan.example.org/")
    address = statements.attest_address(settings, configuration, "slavery-day", until=ASKED.until)
    opened = address.removeprefix("https://plan.example.org/attest/")
    assert read_ticket(opened, keys=settings.keys, today=NOW) == ASKED


# the signed link in a mail

NOW = date(2026, 11, 22)
ASKED = Ticket(district=1, goal="slavery-day", unit=1, until=date(2026, 12, 31))


def test_a_signed_link_says_what_it_asks_until_its_day() -> None:
    link = ticket(ASKED, key=b"k" * 32)
    assert read_ticket(link, keys=(b"k" * 32,), today=NOW) == ASKED
    assert read_ticket(link, keys=(b"n" * 32, b"k" * 32), today=NOW) == ASKED, (
        "an older key while keys rotate"
    )
    assert read_ticket(link, keys=(b"k" * 32,), today=date(2027, 1, 1)) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.replace("slavery", "march"),
        lambda s: s[:-1] + "0",
        lambda s: "",
        lambda s: "a.b.c.d.e",
        lambda s: "2" + s[1:],
    ],
)
def test_a_changed_link_opens_nothing(change: Callable[[str], str]) -> None:
    link = ticket(ASKED, key=b"k" * 32)
    changed = change(link)
    if changed != link:
        assert read_ticket(changed, keys=(b"k" * 32,), today=NOW) is None
