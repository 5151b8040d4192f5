"""A list as a spreadsheet; a module of its own because its library takes more memory than a page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from zetkin_sync.language import Language
from zetkin_sync.web.listing import Column, Kind, Listing, local, plain


def as_xlsx(listing: Listing, rows: Iterable[Sequence[Any]], language: Language) -> bytes:
    """A spreadsheet of one sheet; its texts are texts, whatever they begin with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_title(language.say(listing.title)))
    sheet.freeze_panes = "A2"
    sheet.append([_bold(sheet, language.say(c.title)) for c in listing.columns])
    for row in rows:
        sheet.append(
            [
                _xlsx_cell(sheet, plain(v, language), c, language)
                for v, c in zip(row, listing.columns, strict=True)
            ]
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet_title(title: str) -> str:
    return "".join(c for c in title if c not in r"[]:*?/\'")[:31] or "1"


def _bold(sheet: Any, title: str) -> Any:
    cell = WriteOnlyCell(sheet, value=title)
    cell.font = Font(bold=True)
    return cell


def _xlsx_cell(sheet: Any, value: Any, column: Column, language: Language) -> Any:
    if isinstance(value, datetime):
        value = local(value, language)
    elif isinstance(value, bool):
        value = language.value(value)
    elif value is not None and not isinstance(value, int | float | date):
        value = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
    elif column.kind is Kind.SHARE and value is not None:
        cell.number_format = "0 %"
    return cell
