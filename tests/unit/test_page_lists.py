"""One list, four forms: shown, CSV, spreadsheet, JSON; nothing in them is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.page_world import ROOT, World, page_world
from zetkin_sync.language import Language, Share, say
from zetkin_sync.store import upkeep
from zetkin_sync.web.listing import Column, Kind, Linked, Listing, as_csv, as_json, harmless
from zetkin_sync.web.spreadsheet import as_xlsx

SV = Language("sv", ZoneInfo("Europe/Stockholm"))
LISTING = Listing(
    name="things",
    title=say("Runs"),
    columns=(
        Column("what", say("What")),
        Column("n", say("How many"), Kind.NUMBER),
        Column("share", say("How many"), Kind.SHARE),
        Column("at", say("Started"), Kind.MOMENT),
        Column("day", say("Made"), Kind.DAY),
    ),
    rows=lambda _view, _asked: (),
)
ROWS = [
    (
        Linked(say("yes"), "/x"),
        1240,
        Share(0.5),
        datetime(2026, 11, 23, 6, 0, tzinfo=UTC),
        date(2026, 11, 23),
    ),
    ("=HYPERLINK(1;2)", -3, None, None, None),
    ("Haga; ”Centrum”\nrad 2", 1.5, Share(1.0), None, None),
]


def test_csv_is_what_a_swedish_excel_opens() -> None:
    raw = as_csv(LISTING, ROWS, SV)
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[1] == ["ja", "1240", "0,5", "2026-11-23 07:00", "2026-11-23"]
    assert rows[2][:2] == ["'=HYPERLINK(1;2)", "-3"]
    assert rows[3][:2] == ["Haga; ”Centrum”\nrad 2", "1,5"]


@given(st.text())
def test_no_text_begins_a_formula(text: str) -> None:
    assert harmless(text)[:1] not in ("=", "+", "-", "@", "\t", "\r")
    assert harmless(text).endswith(text)


def test_a_spreadsheet_holds_values_and_no_formula() -> None:
    sheet = load_workbook(
        io.BytesIO(as_xlsx(LISTING, [*ROWS, ("\x00bell\x07", 1, None, None, None)], SV))
    ).active
    assert sheet is not None
    assert [c.value for c in sheet[2]] == [
        "ja",
        1240,
        0.5,
        datetime(2026, 11, 23, 7, 0),
        datetime(2026, 11, 23),
    ]
    assert (sheet["A3"].value, sheet["A3"].data_type) == ("=HYPERLINK(1;2)", "s")
    assert sheet["A5"].value == "bell"


def test_json_has_the_values_by_their_keys() -> None:
    first = as_json(LISTING, ROWS, SV)["rows"][0]
    assert first == {"what": "ja", "n": 1240, "share": 0.5, "at": ROWS[0][3], "day": date(2026, 11, 23)}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with page_world(tmp_path) as made:
        yield made


def test_every_form_of_a_list_has_the_same_rows(world: World) -> None:
    for n in range(3):
        upkeep.stop(world.store, world.run(slot=n), who="=cmd|'/c calc'!A0")
    browser = world.log_in({ROOT: "admin"})
    answer = browser.get("/api/v1/runs?job=pull_zetkin").json()
    rows = list(
        csv.reader(io.StringIO(browser.get("/data/runs.csv").content.decode("utf-8-sig")), delimiter=";")
    )
    book = load_workbook(io.BytesIO(browser.get("/data/runs.xlsx").content)).active
    assert book is not None
    assert [r["run"] for r in answer["rows"]] == [3, 2, 1] == [int(r[0]) for r in rows[1:]]
    assert [c.value for c in book["A"]][1:] == [3, 2, 1]
    assert browser.get("/api/v1/runs?job=reconcile").json()["rows"] == []


def test_a_list_is_described_for_programs(world: World) -> None:
    schema = world.app.openapi()
    assert all(path.startswith("/api/v1/") for path in schema["paths"])
    row = schema["components"]["schemas"]["RunsRow"]["properties"]
    assert {"run", "job", "started", "state", "note"} <= set(row)
