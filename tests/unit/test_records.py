"""Every stored column says what it is for."""

from sqlmodel import SQLModel

import zetkin_sync.records  # noqa: F401


def test_every_column_declares_purpose_source_and_retention() -> None:
    undeclared = [
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if not {"purpose", "source", "keep", "person"} <= set(column.info) or not column.info["purpose"]
    ]
    assert undeclared == []


def test_every_table_carries_its_district() -> None:
    assert [t.name for t in SQLModel.metadata.tables.values() if "district" not in t.columns] == []
