"""Uploaded registers: everything that Swedish spreadsheets do to a table, and mistakes named by row."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from datetime import date, datetime
from importlib import import_module
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.registers import activity_fund, cells, members, premises, priorities, roles, sheet
from connectors.registers.cells import NotUnderstoodError
from connectors.registers.sheet import Known
from zetkin_sync.goals.membership import differences
from zetkin_sync.privacy import address_hash, keyed_hash

REGISTERS = (
    "activity_fund",
    "committees",
    "cooperation",
    "members",
    "premises",
    "priorities",
    "roles",
    "support",
    "support_requests",
    "survey",
)
KNOWN = Known(
    units={"Partiföreningen Exempel": 11, "Partiföreningen Årsta": 12},
    areas={"Rinkeby": "rinkeby", "Årsta": "arsta"},
)
KEY = b"k" * 32
FUND = (
    "Datum;Förening;Område;Status;Belopp;Nr\n2026-03-15;Partiföreningen Årsta;Rinkeby;Utbetald;12 500,50;7\n"
)


def fund(text: str, encoding: str = "utf-8", name: str = "fond.csv") -> tuple[list[Any], list[Any]]:
    return activity_fund.read(text.encode(encoding), name, KNOWN)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman", "cp850"])
def test_every_encoding_that_a_spreadsheet_saves_in_is_read(encoding: str) -> None:
    rows, errors = fund(FUND, encoding)
    assert errors == []
    assert (rows[0].unit, rows[0].area, rows[0].day) == (12, "rinkeby", date(2026, 3, 15))
    assert rows[0].values["amount"] == 12500.5


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
def test_the_separator_is_the_one_that_makes_headings_we_know(mark: str) -> None:
    rows, errors = fund(FUND.replace("12 500,50", '"12 500,50"').replace(";", mark))
    assert (len(rows), errors) == (1, [])


def test_a_title_above_the_header_empty_rows_and_unknown_columns_are_passed_over() -> None:
    text = (
        "Aktivitetsfonden 2026;;\n;;\n"
        + FUND.replace("Nr", "NR;Namn").replace(";7\n", ";7;Någon Person\n")
        + ";;;;;\n"
    )
    rows, errors = fund(text)
    assert (len(rows), errors) == (1, [])
    assert "Någon" not in str(rows)


def test_excels_own_separator_line_is_understood() -> None:
    assert len(fund("sep=;\n" + FUND)[0]) == 1


def test_every_mistake_is_named_with_its_row_and_what_is_allowed() -> None:
    text = FUND + (
        "2026-13-01;Partiföreningen Årsta;Rinkeby;Utbetald;1;8\n"
        "2026-03-01;Partiföreningen Arsta;Rinkeby;Utbetalld;12.500;9\n"
        ";;;;;\n"
        "2026-03-15;Partiföreningen Årsta;Rinkeby;Utbetald;12 500,50;7\n"
    )
    rows, errors = fund(text)
    assert len(rows) == 1
    assert [(e.row, e.column) for e in errors] == [(3, "Datum"), (4, "Belopp"), (4, "Status"), (6, "-")]
    assert str(errors[2].allowed) == "did you mean utbetald?"
    _, named = fund(FUND.replace("Årsta", "Arsta"))
    assert str(named[0].allowed) == "did you mean Partiföreningen Årsta?"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "a.csv"),
        (b"Nagot;annat\n1;2\n", "a.csv"),
        (b"PK\x03\x04 broken", "a.xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls"),
        (b"\x00\x01\x02", "a.csv"),
        (b"%PDF-1.7", "a.pdf"),
    ],
)
def test_a_file_that_is_no_such_register_is_one_error_and_no_traceback(data: bytes, name: str) -> None:
    rows, errors = activity_fund.read(data, name, KNOWN)
    assert (rows, [error.row for error in errors]) == ([], [0])


def excel(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet_ = book.active
    for row in rows:
        sheet_.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_spreadsheet_that_would_unpack_to_very_much_is_refused_unread() -> None:
    """Sixty kilobytes that hold as many megabytes: said, and never unpacked."""
    packed = io.BytesIO(excel(("Datum", "Förening")))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet2.xml", bytes(sheet.UNPACKED))
    assert len(packed.getvalue()) < 100_000
    tracemalloc.start()
    rows, errors = activity_fund.read(packed.getvalue(), "fond.xlsx", KNOWN)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (rows, len(errors)) == ([], 1)
    assert "too large" in str(errors[0].wrong)
    assert most < 5_000_000


def test_excel_is_read_with_its_own_dates_and_numbers() -> None:
    data = excel(
        ("Datum", "Förening", "Område", "Status", "Belopp", "Nr"),
        (datetime(2026, 3, 15), "Partiföreningen Exempel", "Rinkeby", "Utbetald", 500, 7),
    )
    rows, errors = activity_fund.read(data, "fond.xlsx", KNOWN)
    assert errors == []
    assert (rows[0].day, rows[0].values["amount"], rows[0].values["reference"]) == (
        date(2026, 3, 15),
        500,
        "7",
    )


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1 234,50 kr", 1234.5),
        ("1.234,50", 1234.5),
        ("1,234.50", 1234.5),
        ("12 000:-", 12000),
        ("12\u00a0000", 12000),
        ("(500)", -500),
        ("−500", -500),
        ("1.234.567", 1234567),
        ("0,5", 0.5),
        (7, 7),
        ("", None),
    ],
)
def test_amounts_are_read_as_they_are_written(written: object, amount: float | None) -> None:
    assert cells.amount(written) == amount


@pytest.mark.parametrize("written", ["1.234", "1,234", "tolv", "12-13", "1e5", "nan", "inf"])
def test_an_amount_that_could_mean_two_things_or_nothing_is_refused(written: str) -> None:
    with pytest.raises(NotUnderstoodError):
        cells.amount(written)


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-08",
        "2026/3/8",
        "20260308",
        "260308",
        "8/3 2026",
        "8.3.2026",
        "08-03-2026",
        "8 mars 2026",
        "8 mar. 26",
        "2026-03-08 00:00:00",
        "2026-03-08T12:30:00Z",
    ],
)
def test_days_are_read_as_they_are_written(written: str) -> None:
    assert cells.day(written) == date(2026, 3, 8)


@pytest.mark.parametrize("written", ["31/2 2026", "mars", "2026", "2026-02-30", "8 blä 2026"])
def test_a_day_that_does_not_exist_is_refused(written: str) -> None:
    with pytest.raises(NotUnderstoodError):
        cells.day(written)


@pytest.mark.parametrize("name", REGISTERS)
def test_the_template_of_each_register_is_read_by_it_without_an_error(name: str) -> None:
    module = import_module(f"connectors.registers.{name}")
    more = {"key": KEY} if name == "members" else {}
    data = sheet.template(module.COLUMNS)
    assert data.startswith(b"\xef\xbb\xbf")
    rows, errors = module.read(data, "mall.csv", KNOWN, **more)
    assert ([str(error.wrong) for error in errors], len(rows)) == ([], 1)


def test_a_register_of_roles_knows_associations_and_lets_municipal_groups_be() -> None:
    text = "Enhet;Slag;Roll;Tillsatt;Namn\nPartiföreningen Exempel;förening;Ordförande;ja;A B\nKommungruppen;kommungrupp;Gruppledare;nej;\nFel;förening;Ordförande;ja;\n"
    rows, errors = roles.read(text.encode(), "r.csv", KNOWN)
    assert [(r.unit, r.values["role"], r.values["held"]) for r in rows] == [
        (11, "ordförande", True),
        (None, "gruppledare", False),
    ]
    assert [error.row for error in errors] == [4]
    assert "A B" not in str(rows)


def test_priorities_are_areas_workplaces_themes_and_target_groups() -> None:
    text = (
        "Förening;Slag;Vad;Bekräftad;Latitud;Longitud;Radie\n"
        "Partiföreningen Exempel;område;Rinkeby;2026-01-15;;;\n"
        "Partiföreningen Exempel;arbetsplats;Sjukhuset;2026-01-15;59,35;18,03;400\n"
        "Partiföreningen Exempel;tema;Klimat;2026-01-15;;;\n"
        "Partiföreningen Exempel;tema;Klimatt;2026-01-15;;;\n"
        "Partiföreningen Exempel;område;Rinkebyy;2026-01-15;;;\n"
        "Partiföreningen Exempel;arbetsplats;Paris;2026-01-15;48,85;2,35;\n"
    )
    rows, errors = priorities.read(text.encode(), "p.csv", KNOWN, subjects={"klimat"})
    assert [(p.kind, p.subject, p.radius) for p in rows] == [
        ("geographic", "rinkeby", None),
        ("geographic", "Sjukhuset", 400.0),
        ("theme", "klimat", None),
    ]
    assert [(error.row, str(error.allowed)) for error in errors[:2]] == [
        (5, "did you mean klimat?"),
        (6, "did you mean Rinkeby?"),
    ]
    assert errors[2].row == 7


def test_members_leave_only_keyed_hashes_and_errors_never_quote_a_cell() -> None:
    text = (
        "Medlemsnummer;Namn;Förening;E-post\n"
        "1001;Kanarie Testsson;Partiföreningen Exempel;Kanarie@Example.org\n"
        "1001;Kanarie Dubbel;Partiföreningen Exempel;\n"
        "1002;Kanarie Tre;Kanarie Fel;\n"
    )
    rows, errors = members.read(text.encode(), "m.csv", KNOWN, key=KEY)
    assert rows[0].key == keyed_hash(KEY, "1001")
    assert rows[0].address == address_hash(KEY, "kanarie@example.org")
    assert "anarie" not in f"{rows}{errors}{[str(e.wrong) + str(e.allowed) for e in errors]}"
    assert [error.row for error in errors] == [3, 4]


def test_the_member_register_is_compared_and_nothing_is_corrected() -> None:
    from types import SimpleNamespace as Person

    def key(number: int) -> bytes:
        return keyed_hash(KEY, str(number))

    registered = [
        members.Member(key(1), 11, b"a", None),
        members.Member(key(2), 12, b"new", None),
        members.Member(key(9), 11, None, None),
    ]
    listed = [
        Person(id=101, member_key=key(1), address=b"a", organizations=(1, 11)),
        Person(id=102, member_key=key(2), address=b"old", organizations=(1, 11)),
        Person(id=103, member_key=key(3), address=None, organizations=(1,)),
        Person(id=104, member_key=None, address=None, organizations=(1,)),
    ]
    found = differences(registered, listed)
    assert found.matched == 2
    assert found.only_in_register == {11: 1}
    assert (found.only_in_zetkin, found.without_number) == ((103,), (104,))
    assert (found.elsewhere, found.other_address) == ((102,), (102,))


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=400), name=st.sampled_from(["a.csv", "a.xlsx"]))
def test_no_bytes_break_a_register(data: bytes, name: str) -> None:
    rows, errors = premises.read(data, name, KNOWN)
    assert rows == [] or not errors


@settings(max_examples=100, deadline=None)
@given(cell=st.text(max_size=20))
def test_no_cell_breaks_a_register(cell: str) -> None:
    header = ";".join(column.headings[0] for column in activity_fund.COLUMNS)
    quoted = '"' + cell.replace('"', '""') + '"'
    rows, errors = fund(f"{header}\n{';'.join([quoted] * len(activity_fund.COLUMNS))}\n")
    assert rows == []
    assert isinstance(errors, list)
