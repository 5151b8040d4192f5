"""What associations put first: areas, workplaces, themes and target groups, never persons."""

from __future__ import annotations

from collections.abc import Collection

from connectors.registers import cells
from connectors.registers.cells import NotUnderstoodError
from connectors.registers.sheet import Column, Known, Row, RowError, read_table
from zetkin_sync.language import say
from zetkin_sync.problems import one_of
from zetkin_sync.records.facts import PriorityFact

NAME = "priorities"
TITLE = say("Priorities")
_KINDS = {
    "område": "geographic",
    "plats": "geographic",
    "arbetsplats": "geographic",
    "geografisk": "geographic",
    "tema": "theme",
    "tematisk": "theme",
    "målgrupp": "audience",
}
COLUMNS = (
    Column(
        name="unit",
        headings=("Förening", "Partiförening", "Enhet"),
        required=True,
        example="Partiföreningen Exempel",
    ),
    Column(name="kind", headings=("Slag", "Typ"), choices=_KINDS, required=True, example="område"),
    Column(name="subject", headings=("Vad", "Område", "Prioritering"), required=True, example="Rinkeby"),
    Column(
        name="confirmed", headings=("Bekräftad", "Datum"), read=cells.day, required=True, example="2026-01-15"
    ),
    Column(name="valid_from", headings=("Fr.o.m.", "Från"), read=cells.day),
    Column(name="valid_to", headings=("T.o.m.", "Till"), read=cells.day),
    Column(name="lat", headings=("Latitud", "Lat"), read=cells.number),
    Column(name="lng", headings=("Longitud", "Lng", "Long"), read=cells.number),
    Column(name="radius", headings=("Radie", "Radie m"), read=cells.number),
)


def read(
    data: bytes, filename: str, known: Known | None = None, *, subjects: Collection[str] = ()
) -> tuple[list[PriorityFact], list[RowError]]:
    """The priorities. `subjects` are the plan's themes and target groups, by their names in the configuration."""
    known = known or Known()
    rows, errors = read_table(data, filename, COLUMNS)
    found = []
    for row in rows:
        wrong: list[RowError] = []
        priority = _priority(row, known, subjects, wrong)
        errors += wrong
        if priority is not None and not wrong:
            found.append(priority)
    return found, sorted(errors, key=lambda error: (error.row, error.column))


def _priority(
    row: Row, known: Known, subjects: Collection[str], wrong: list[RowError]
) -> PriorityFact | None:
    values = row.values
    owner, subject = None, values["subject"]
    own_place = values["lat"] is not None
    try:
        owner = known.unit(values["unit"])
    except NotUnderstoodError as error:
        wrong.append(RowError(row.number, "Förening", error.wrong, error.allowed))
    try:
        if values["kind"] == "geographic" and not own_place:
            subject = known.area(subject)
        elif values["kind"] != "geographic" and subjects and subject.casefold() not in subjects:
            raise NotUnderstoodError(
                say("“{name}” is not known", name=subject), one_of(sorted(subjects), near=subject)
            )
        elif values["kind"] != "geographic":
            subject = subject.casefold()
    except NotUnderstoodError as error:
        wrong.append(RowError(row.number, "Vad", error.wrong, error.allowed))
    if own_place and not (
        values["lng"] is not None and 55 <= values["lat"] <= 70 and 10 <= values["lng"] <= 25
    ):
        allowed = say("latitude 55–70 and longitude 10–25, as a map shows them")
        wrong.append(RowError(row.number, "Latitud", say("the place does not lie in Sweden"), allowed))
    if owner is None or subject is None:
        return None
    return PriorityFact(
        owner=owner,
        kind=values["kind"],
        subject=subject,
        source="register",
        lat=values["lat"],
        lng=values["lng"],
        radius=(values["radius"] or 300.0) if own_place else None,
        valid_from=values["valid_from"],
        valid_to=values["valid_to"],
        confirmed=values["confirmed"],
    )
