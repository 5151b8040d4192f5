"""A plan or an area that is broken while the service runs: the last good one goes on, and everything wrong is said."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import shapely

from tests.installations import finder, make_tables, write_district
from zetkin_sync.areas import Area, to_geojson
from zetkin_sync.live import Live
from zetkin_sync.settings import Settings
from zetkin_sync.store.engine import Store

AREA = Area(id="nord", title="Norra torget", geometry=shapely.box(18.0, 59.3, 18.02, 59.32))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = write_district(tmp_path / "c", 1)
    shutil.copy("config/plan.toml", made / "plan.toml")
    (made / "areas").mkdir()
    (made / "areas" / "a.geojson").write_bytes(to_geojson([AREA]))
    (made / "areas.toml").write_text('[[source]]\nfile = "areas/a.geojson"\n', encoding="utf-8")
    return made


@pytest.fixture
def service(folder: Path) -> Live:
    settings = Settings.model_validate({"config": folder})
    return Live(settings, make_tables(Store("sqlite://")), job=finder())


def held(service: Live) -> tuple[int, list[str]]:
    """How many goals and which areas the running service works with."""
    (configuration,) = service().configurations
    (_, bound) = service().bound(1)
    return len(bound[0].goals), [area.id for area in configuration.areas.areas]


def said(service: Live) -> dict[tuple[str, str], str]:
    """The mistakes: file and key, and what is allowed."""
    found = [p for error in service.broken.values() for p in error.problems]
    return {(p.file, p.key): str(p.allowed) for p in found}


def test_a_typo_in_the_plan_leaves_the_last_good_one_at_work(folder: Path, service: Live) -> None:
    before = held(service)
    plan = (folder / "plan.toml").read_text(encoding="utf-8")
    broken = plan.replace('metric = "role_filled"', 'metric = "role_fild"', 1)
    broken = broken.replace('period = "half_year"', 'period = "halfyear"', 1)
    broken = broken.replace('events = "self_defence"', 'events = "selfdefence"', 1)
    assert broken.count("role_fild") == broken.count('"halfyear"') == broken.count('"selfdefence"') == 1
    (folder / "plan.toml").write_text(broken, encoding="utf-8")
    assert not service.refresh()
    assert held(service) == before
    assert said(service)
    assert {file for file, _ in said(service)} == {"plan.toml"}
    (folder / "plan.toml").write_text(plan, encoding="utf-8")
    assert service.refresh()
    assert said(service) == {}
    assert held(service) == before


@pytest.mark.parametrize(
    "drawing",
    [
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{}}]}',
        b"\x00 no drawing",
        b"",
    ],
)
def test_a_drawing_that_cannot_be_used_leaves_the_last_good_areas(
    folder: Path, service: Live, drawing: bytes
) -> None:
    (folder / "areas" / "a.geojson").write_bytes(drawing)
    assert not service.refresh()
    assert held(service)[1] == ["nord"]
    assert any("geojson" in f"{file} {key}" for file, key in said(service))


def test_a_new_drawing_and_a_second_plan_are_taken_up(folder: Path, service: Live) -> None:
    second = Area(id="syd", title="Södra", geometry=shapely.box(18.1, 59.3, 18.2, 59.4))
    (folder / "areas" / "a.geojson").write_bytes(to_geojson([AREA, second]))
    plan = (
        (folder / "plan.toml").read_text(encoding="utf-8").replace('id = "2023-2025"', 'id = "2026-2028"', 1)
    )
    (folder / "plan-2026.toml").write_text(plan, encoding="utf-8")
    assert service.refresh()
    assert held(service)[1] == ["nord", "syd"]
    assert sorted(p.plan.id for p in service().bound(1)[1]) == ["2023-2025", "2026-2028"]
