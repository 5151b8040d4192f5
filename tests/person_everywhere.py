"""A person in every table that can hold one: which those are is read from the schema, so that a new one is met too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, insert, select
from sqlmodel import SQLModel

from zetkin_sync.changes import Change, Plan
from zetkin_sync.changes.change import to_json
from zetkin_sync.language import say
from zetkin_sync.privacy import address_hash
from zetkin_sync.records import IntentState, PlanState
from zetkin_sync.store.access import Deed, note
from zetkin_sync.store.engine import Store
from zetkin_sync.store.erasing import marked
from zetkin_sync.store.held import packed

KEY = b"k" * 40
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DISTRICT = 1


def address_of(person: int) -> bytes:
    return address_hash(KEY, f"person{person}@example.org")


def write_everywhere(store: Store, *people: int) -> None:
    """Each of these people in every column that is marked, in a plan and an effect of each state, and in the access log."""
    with store.writing() as session:
        connection = session.connection()
        plans, intents = SQLModel.metadata.tables["plan"], SQLModel.metadata.tables["intent"]
        for number, person in enumerate(people):
            for turn, state in enumerate(PlanState):
                plan_id = 100 + number * 20 + turn
                body = to_json(_plan(person))
                connection.execute(insert(plans).values(id=plan_id, **_filled(plans, body=body, state=state)))
                change = _plan(person).changes[0]
                values = _filled(
                    intents, plan=plan_id, key=change.key, person=person, state=IntentState.PLANNED, step=0
                )
                facts = f'{{"list": 5, "dropped_people": {{"{person}": "opted out"}}, "people": [{person}]}}'
                wrapped = to_json(_plan(person))
                values |= {
                    "change": wrapped[wrapped.index("[{") + 1 : wrapped.rindex("}]") + 1],
                    "facts": facts,
                }
                values |= {"before": facts, "after": facts}
                connection.execute(insert(intents).values(id=plan_id, **values))
        for number, person in enumerate(people):
            for table, columns in sorted(
                {t.name: (t, c) for t, c in _both()}.values(), key=lambda f: f[0].name
            ):
                if table.name in ("intent", "access_person"):
                    continue
                for at, column in enumerate(columns):
                    serial = 1000 + number * 100 + at
                    given = {} if column.name == "district" else {column.name: person}
                    row = _filled(table, serial=serial, **given)
                    row |= {c.name: address_of(person) for c in table.columns if c.info.get("address")}
                    row |= {c.name: person for c in table.columns if c.info.get("person") and not c.nullable}
                    connection.execute(insert(table).values(**row))
        pages = SQLModel.metadata.tables["mirror_page"]
        for resource in ("people", "taggings", "participations"):
            blobs = {"row_keys": packed([7, *people]), "row_digests": b"d" * 16 * (1 + len(people))}
            connection.execute(
                insert(pages).values(
                    district=DISTRICT, organization=11, resource=resource, number=3, digest=b"x" * 16, **blobs
                )
            )
        session.flush()
        for person in people:
            note(
                session,
                district=DISTRICT,
                who="user:1",
                deed=Deed.SAW,
                what="page",
                why="test",
                people=[person],
                at=NOW,
            )


def _both() -> Iterator[tuple[Any, list[Column[Any]]]]:
    for table, columns in marked("person"):
        yield table, columns
    for table, _ in marked("address"):
        if not any(c.info.get("person") for c in table.columns):
            yield table, [next(c for c in table.columns if c.name == "district")]


def _plan(person: int) -> Plan:
    change = Change(
        verb="tag",
        organization=11,
        key=f"tag:Nåbar:{person}",
        person=person,
        reason=say("Lives in {area}.", area="Norra torget"),
        payload={"people": [7, person], "asks": {str(person): [3]}, "chances": {str(person): 0.5}, "tag": 9},
    )
    return Plan(
        action="tag_network", district=DISTRICT, made=NOW, expires=NOW + timedelta(days=1), changes=(change,)
    )


def _filled(table: Any, *, serial: int = 1, **given: Any) -> dict[str, Any]:
    """A row of harmless values; `given` where it matters."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.name in given:
            row[column.name] = given[column.name]
        elif column.name == "district":
            row[column.name] = DISTRICT
        elif column.foreign_keys:
            row[column.name] = 100
        elif column.primary_key or not column.nullable:
            row[column.name] = _value(column, serial)
    if "id" in row and "id" not in given and table.c.id.primary_key and len(table.primary_key) == 1:
        del row["id"]
    return row


def _value(column: Column[Any], serial: int) -> Any:
    kind = type(column.type).__name__
    if "DateTime" in kind:
        return NOW if "UTC" in kind else NOW.replace(tzinfo=None)
    values = {
        "Integer": serial,
        "AutoString": "[]",
        "Boolean": False,
        "LargeBinary": serial.to_bytes(16, "big"),
        "Float": 0.5,
        "Date": NOW.date(),
    }
    return values[kind]


def hits(store: Store, person: int) -> list[str]:
    """Every place in the tables where the person's id, or a hash of it or of their address, can be found."""
    wanted = (address_of(person), packed([person]))
    found = []
    with store.reading() as session:
        for table in SQLModel.metadata.tables.values():
            for row in session.connection().execute(select(table)).mappings():
                for name, value in row.items():
                    held = (
                        value == person
                        if isinstance(value, int)
                        else any(w in value for w in wanted)
                        if isinstance(value, bytes)
                        else str(person) in str(value)
                    )
                    if held:
                        found.append(f"{table.name}.{name}")
    return sorted(set(found))


__all__ = ["DISTRICT", "KEY", "NOW", "address_of", "hits", "write_everywhere"]
