"""A SQLite file that is encrypted as a whole, when a key is given."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from sqlmodel import select

from zetkin_sync.errors import ConfigError, Trouble
from zetkin_sync.records import Organization
from zetkin_sync.store import schema
from zetkin_sync.store.engine import Store

KEY = "it's a key of more than thirty-two characters"


def test_an_encrypted_file_shows_nothing_and_opens_with_its_key_only(tmp_path: Path) -> None:
    pytest.importorskip("sqlcipher3")
    url = f"sqlite:///{tmp_path}/x.db"
    store = Store(url, key=KEY)
    schema.migrate(store)
    with store.writing() as session:
        session.add(Organization(district=1, organization=1, id=1, title="Zqkanarieföreningen"))
    held = b"".join(path.read_bytes() for path in tmp_path.glob("x.db*"))
    assert b"Zqkanarie" not in held and b"SQLite format" not in held and b"CREATE TABLE" not in held
    store.close()
    again = Store(url, key=KEY)
    with again.reading() as session:
        assert session.exec(select(Organization.title)).one() == "Zqkanarieföreningen"
    assert again.now().tzinfo is not None
    again.close()
    for wrong in ("another key of more than thirty-two characters", None):
        stranger = Store(url, key=wrong)
        with pytest.raises(Trouble), stranger.reading() as session:
            session.exec(select(Organization.title)).one()
        stranger.close()


def test_a_key_without_the_driver_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlcipher3", None)
    with pytest.raises(ConfigError, match="SQLCipher is not installed"):
        Store("sqlite:///x.db", key=KEY)
