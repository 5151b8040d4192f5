"""What a mail provider meets at the page's address: its own door, without a login, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from tests import webhook_calls as calls
from tests.bounce_world import ROOT, World
from tests.webhook_calls import BASIC, NOW, SECRET
from zetkin_sync.runner import Installation
from zetkin_sync.store.engine import Store
from zetkin_sync.web.app import create_app
from zetkin_sync.web.webhooks import MAX_BYTES

ANNA = "anna@exempel.example"


@pytest.fixture
def world(sqlite_store: Store) -> World:
    made = World(sqlite_store, now=NOW)
    made.member(ANNA)
    return made


@pytest.fixture
def door(world: World) -> Iterator[TestClient]:
    configuration = world.configuration
    district = configuration.district.model_copy(
        update={
            "connectors": {
                "webhook_postmark": "webhooks.postmark",
                "webhook_mailgun": "webhooks.mailgun",
            }
        }
    )
    settings = world.settings.model_copy(update={"webhook_postmark": SecretStr(SECRET)})
    world.store.now = lambda *_: NOW  # type: ignore[method-assign]
    installation = Installation(settings, (replace(configuration, district=district),), world.store)
    with TestClient(create_app(installation), base_url="http://127.0.0.1") as client:
        yield client


@pytest.mark.parametrize("path", ["/webhooks/postmark", f"/webhooks/{ROOT}/postmark"])
def test_a_call_is_stored_before_it_is_answered(world: World, door: TestClient, path: str) -> None:
    assert door.post(path, content=calls.postmark(), headers=BASIC).status_code == 200
    assert world.state(ANNA) == "unreachable"


def test_a_wrong_secret_is_refused_and_nothing_is_stored(world: World, door: TestClient) -> None:
    answer = door.post(
        "/webhooks/postmark", content=calls.postmark(), headers={"authorization": "Basic eDp5"}
    )
    assert (answer.status_code, answer.text) == (403, "")
    assert world.state(ANNA) == "unknown"


@pytest.mark.parametrize("path", ["/webhooks/brevo", "/webhooks/999/postmark", "/webhooks/os"])
def test_a_provider_or_district_that_nobody_configured_is_not_there(door: TestClient, path: str) -> None:
    assert door.post(path, content=calls.postmark(), headers=BASIC).status_code == 404


def test_a_provider_without_its_key_is_told_to_come_again(door: TestClient) -> None:
    assert door.post("/webhooks/mailgun", content=b"{}").status_code == 503


def test_a_body_without_end_is_cut_off(door: TestClient) -> None:
    pieces = (b"x" * 100_000 for _ in range(MAX_BYTES // 100_000 + 2))
    assert door.post("/webhooks/postmark", content=pieces, headers=BASIC).status_code == 413


def test_only_calls_are_taken(door: TestClient) -> None:
    assert door.get("/webhooks/postmark").status_code == 405
