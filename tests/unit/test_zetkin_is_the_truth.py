"""Only our own organizations are asked, only by reading; and what Zetkin says is never written over here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from jobs import pull_zetkin
from tests.installations import whole_store
from tests.unit.test_new_key import ROOT, reader
from tests.unit.test_zetkin_reading import person
from tests.zetkin_script import KEY, Script
from zetkin_sync.privacy import address_hash
from zetkin_sync.records import Mirror, Person
from zetkin_sync.store.engine import Store

OURS, THEIRS = (ROOT, 42), 50


@pytest.fixture
def store() -> Iterator[Store]:
    made = whole_store()
    yield made
    made.close()


def whole_server() -> Script:
    """A server with another district beside ours, to which our lists also refer; it would answer anything."""
    script = Script()
    ours = {"id": ROOT, "title": "Distriktet", "is_active": True}
    below = {"id": 42, "title": "Norr", "is_active": True, "parent": {"id": ROOT}, "sub_orgs": []}
    script.on(f"/v1/orgs/{ROOT}", ours)
    script.on(f"/v1/orgs/{ROOT}/sub_organizations", [below])
    script.paged(r"/v1/orgs/\d+/people", [person(7, organization={"id": THEIRS}), person(8)])
    script.paged(
        r"/v1/orgs/\d+/people/tags",
        [{"id": 5, "title": "T", "organization": {"id": THEIRS, "title": "Andra"}, "group": None}],
    )
    event = {"id": 9, "title": "E", "start_time": "2026-12-01T10:00:00+00:00", "organization": {"id": THEIRS}}
    script.paged(r"/v1/orgs/\d+/actions", [{**event, "end_time": "2026-12-01T11:00:00+00:00"}])
    script.on(r".*", lambda _request: httpx.Response(200, json={"data": []}))
    return script


def test_a_reading_asks_for_our_organizations_only_and_changes_nothing(store: Store) -> None:
    script = whole_server()
    pull_zetkin.run(reader(store, script=script).context)
    asked = {int(found) for line in script.asked for found in re.findall(r"/orgs/(\d+)", line)}
    assert asked == set(OURS)
    assert len(script.asked) > 40
    assert all("/orgs/" in line for line in script.asked)
    writes = {line.partition("?")[0] for line in script.asked if not line.startswith("GET ")}
    assert writes == {f"POST /v1/orgs/{ROOT}/people/queries/ephemeral/matches"}  # a search: it only finds


def test_a_correction_in_zetkin_is_here_after_the_next_reading_and_the_old_value_is_gone(
    store: Store,
) -> None:
    before = person(7, email="old@example.org", zip_code="111 22", ext_id="1", phone="+46701740601")
    after = person(7, email="new@example.org", zip_code="222 33", ext_id=None, phone=None)
    for told in (before, after):
        script = Script()
        script.paged(f"/v1/orgs/{ROOT}/people", [told])
        assert reader(store, script=script).read(Person, ROOT).complete
    with store.reading() as session:
        [row] = session.connection().execute(Person.__table__.select()).mappings().all()  # type: ignore[attr-defined]
    assert row["address"] == address_hash(KEY.encode(), "new@example.org")
    assert (row["postcode"], row["member_key"], row["has_phone"]) == ("22233", None, False)


def _writers(source: str) -> list[str]:
    """Where a module makes a mirrored record or names one to be written."""
    mirrored = {r.__name__ for r in Mirror.__subclasses__()}
    tree = ast.parse(source)
    names = {
        (alias.asname or alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("zetkin_sync.records")
        for alias in node.names
        if alias.name in mirrored
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Attribute):
            made = node.value
            if made.attr == "__table__" and isinstance(made.value, ast.Name) and made.value.id in names:
                names.add(ast.unparse(node.target))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            first = ast.unparse(node.args[0]) if node.args else ""
            if node.func.id in names or (node.func.id in ("insert", "update") and first in names):
                found.append(ast.unparse(node))
    return found


def test_no_code_writes_over_what_zetkin_says() -> None:
    """The mirror's reading stages rows as they came; nothing else makes a mirrored record or names one to be changed."""
    files = [
        path
        for folder in ("zetkin_sync", "jobs", "connectors")
        for path in Path(folder).rglob("*.py")
        if not {"demo", "migrations"} & {*path.parts}
    ]
    assert len(files) > 300
    assert {str(p): found for p in files if (found := _writers(p.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize(
    "careless",
    [
        "session.add(Person(district=1, organization=1, id=7, postcode='11122'))",
        "connection.execute(update(Person).values(postcode='11122'))",
        "_people: Table = Person.__table__\nconnection.execute(update(_people).values(postcode='11122'))",
    ],
)
def test_the_search_finds_who_would(careless: str) -> None:
    assert _writers(f"from zetkin_sync.records import Person\n{careless}")
