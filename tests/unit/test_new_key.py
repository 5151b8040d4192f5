"""A new hash key: what was known of an address under the former one is known under the new one after a reading."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from pydantic import SecretStr
from sqlalchemy import insert, select

from jobs.pull_zetkin import _Reader
from tests.filling import value
from tests.installations import district, whole_store
from tests.unit.test_zetkin_reading import person, read
from tests.zetkin_script import KEY, Script, settings, zetkin
from zetkin_sync.context import Context
from zetkin_sync.privacy import address_hash
from zetkin_sync.records import Mirror, Person
from zetkin_sync.store.claims import Claim
from zetkin_sync.store.engine import Store
from zetkin_sync.store.erasing import marked
from zetkin_sync.store.renewing import renew_addresses

OLD, NEW = KEY.encode(), b"n" * 40
ROOT = 41
ADDRESS, OTHER, GONE = "mira@example.org", "noor@example.org", "away@example.org"
MIRRORED = {r.__table__ for r in Mirror.__subclasses__()}  # type: ignore[attr-defined]


@pytest.fixture
def store() -> Iterator[Store]:
    made = whole_store()
    yield made
    made.close()


def known(store: Store, *addresses: str, key: bytes = OLD, root: int = ROOT) -> None:
    """A row about each address in every table of evidence that there is."""
    with store.writing() as session:
        for table, columns in marked("address"):
            if table in MIRRORED:
                continue
            for number, address in enumerate(addresses, start=1):
                serial = number + 100 * root + 10 * (key == NEW)
                values: dict[str, Any] = {c.name: value(c, serial % 27 + 1) for c in table.columns}
                values |= {c.name: serial for c in table.columns if c.info.get("person")}
                values |= {c.name: serial for c in table.primary_key if c.name == "id"}
                values |= {"key": bytes([serial % 256, 1])} if "key" in table.c else {}
                values |= {"district": root, **{c.name: address_hash(key, address) for c in columns}}
                session.connection().execute(insert(table).values(values))


def hashes(store: Store, root: int = ROOT) -> dict[str, set[bytes]]:
    """The address hashes of each table."""
    with store.reading() as session:
        return {
            table.name: {
                *session.connection().execute(select(column).where(table.c.district == root)).scalars()
            }
            for table, columns in marked("address")
            for column in columns
        }


def under(key: bytes, *addresses: str) -> set[bytes]:
    return {address_hash(key, address) for address in addresses}


def people() -> Script:
    made = Script()
    rows = [person(7, email=f" {ADDRESS.upper()} "), person(8, email=OTHER), person(9)]
    made.paged(f"/v1/orgs/{ROOT}/people", rows)
    return made


def reader(store: Store, *, script: Script | None = None, **keys: SecretStr) -> _Reader:
    """The pull of a service with these keys from a server that says this."""
    found = settings(**keys)
    client = zetkin(script or people(), **keys)
    claim = Claim(
        run=1,
        district=ROOT,
        job="pull_zetkin",
        organization=ROOT,
        slot="now",
        due=store.now(),
        fence=1,
        asked_by=None,
        options={},
    )
    return _Reader(
        Context(
            claim=claim,
            store=store,
            settings=found,
            configuration=district(ROOT, {}),
            now=store.now,
            connect=lambda _role: client,
            progress=lambda *_: None,
            still_ours=lambda: True,
            actions={},
            plans=(),
            log=structlog.get_logger(),
        )
    )


def test_while_the_key_is_being_changed_a_reading_says_what_each_hash_was_before() -> None:
    new = zetkin(people(), hash_key=SecretStr(NEW.decode()), hash_key_old=SecretStr(KEY))
    rows = read(new, Person)
    assert {row["address"] for row in rows} == {*under(NEW, ADDRESS, OTHER), None}
    assert new.renewed() == {address_hash(OLD, a): address_hash(NEW, a) for a in (ADDRESS, OTHER)}
    assert new.renewed() == {}
    usual = zetkin(people())
    read(usual, Person)
    assert usual.renewed() == {}


def test_a_reading_under_the_new_key_carries_all_evidence_over(store: Store) -> None:
    reader(store).read(Person, ROOT)
    known(store, ADDRESS, GONE)
    known(store, ADDRESS, root=ROOT + 1)
    elsewhere = hashes(store, ROOT + 1)
    tables = {name for name, found in hashes(store).items() if name != "person"}
    assert {"bounce_event", "reachability", "bounce_case", "departed"} <= tables
    changing = reader(store, hash_key=SecretStr(NEW.decode()), hash_key_old=SecretStr(KEY))
    assert changing.read(Person, ROOT).complete
    found = hashes(store)
    assert found.pop("person") == {*under(NEW, ADDRESS, OTHER), None}
    assert found == dict.fromkeys(tables, under(NEW, ADDRESS) | under(OLD, GONE))
    assert hashes(store, ROOT + 1) == elsewhere
    assert changing.counts["renewed"] == len(tables)


def test_what_was_concluded_under_the_new_key_is_not_overwritten(store: Store) -> None:
    known(store, ADDRESS)
    known(store, ADDRESS, key=NEW)
    renewed = {address_hash(OLD, ADDRESS): address_hash(NEW, ADDRESS)}
    with store.writing() as session:
        renew_addresses(session, renewed, district=ROOT)
    with store.writing() as session:
        assert renew_addresses(session, renewed, district=ROOT) == 0
    assert {name: found for name, found in hashes(store).items() if name != "person"} == dict.fromkeys(
        (name for name in hashes(store) if name != "person"), under(NEW, ADDRESS)
    )
