"""Two thousand seeds of the whole service in virtual time, and nothing that must hold is ever broken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.simulation import Wrong, live
from zetkin_sync import log
from zetkin_sync.records import Run
from zetkin_sync.store import claims

SEEDS, SOAK, PARTS = 2_000, 200_000, 4


@pytest.fixture(autouse=True)
def quiet() -> None:
    log.set_up(level="critical")


@pytest.mark.timeout(40_000)
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_happens_nothing_is_done_twice_lost_or_sent_unsaid(
    part: int, request: pytest.FixtureRequest
) -> None:
    seeds = SOAK if request.config.getoption("--soak") else SEEDS
    for seed in range(part, seeds, PARTS):
        live(seed)


def test_the_same_seed_is_the_same_run() -> None:
    for seed in (*range(3), 7, 14, 21, 28):
        assert live(seed).digest() == live(seed).digest()
    assert live(1).digest() != live(2).digest()


def test_without_the_fence_the_simulation_finds_what_is_done_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    def anybody(*held: claims.Claim) -> Any:
        return Run.__table__.c.id.in_([c.run for c in held])  # type: ignore[attr-defined]

    monkeypatch.setattr(claims, "held_by", anybody)
    with pytest.raises(Wrong, match=r"done twice|without its effect|two at once"):
        for seed in range(400):
            live(seed)
