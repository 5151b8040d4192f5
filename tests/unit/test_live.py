"""A configuration that is broken while the service runs does not stop it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.installations import finder, make_tables, write_district
from zetkin_sync.errors import ConfigError
from zetkin_sync.live import Live
from zetkin_sync.settings import Settings
from zetkin_sync.store.engine import Store

JOB = '[jobs.pull]\nat = ["05:30"]\n'


def live(folder: Path) -> Live:
    settings = Settings.model_validate({"config": folder})
    return Live(settings, make_tables(Store("sqlite://")), job=finder())


def jobs(now: Live) -> dict[int, list[str]]:
    return {c.root: sorted(c.schedule.jobs) for c in now().configurations}


def test_a_change_is_taken_up(tmp_path: Path) -> None:
    write_district(tmp_path / "c", 1, JOB)
    now = live(tmp_path / "c")
    assert not now.refresh()
    write_district(tmp_path / "c", 1, JOB + JOB.replace("pull", "mail"))
    assert now.refresh()
    assert jobs(now) == {1: ["mail", "pull"]}


@pytest.mark.parametrize(
    "damage", ["[jobs.pull", "[jobs.pull]\nat = 7\n", "\x00\xff", '[jobs.pull]\nafter = ["x"]\n']
)
def test_the_last_good_goes_on_when_a_file_is_broken_and_mended(tmp_path: Path, damage: str) -> None:
    write_district(tmp_path / "c", 1, JOB)
    now = live(tmp_path / "c")
    (tmp_path / "c/schedule.toml").write_bytes(damage.encode("latin-1"))
    assert not now.refresh()
    assert jobs(now) == {1: ["pull"]}
    assert [str(p.file) for e in now.broken.values() for p in e.problems] == ["schedule.toml"]
    write_district(tmp_path / "c", 1, JOB)
    assert now.refresh()
    assert now.broken == {}


@pytest.mark.parametrize("name", ["district.toml", "schedule.toml", "associations.csv"])
def test_a_file_that_is_taken_away_leaves_the_last_good(tmp_path: Path, name: str) -> None:
    write_district(tmp_path / "c", 1, JOB)
    now = live(tmp_path / "c")
    (tmp_path / "c" / name).unlink()
    now.refresh()
    assert jobs(now) == {1: ["pull"]}
    assert now.broken


def test_a_broken_district_does_not_stop_the_others(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write_district(tmp_path / "c" / f"d{number}", number, JOB)
    (tmp_path / "c/d2/schedule.toml").write_text("[jobs.pull", encoding="utf-8")
    now = live(tmp_path / "c")
    assert jobs(now) == {1: ["pull"], 3: ["pull"]}
    write_district(tmp_path / "c/d2", 2, JOB)
    assert now.refresh()
    assert sorted(jobs(now)) == [1, 2, 3]


def test_a_district_whose_folder_is_gone_is_gone_and_one_without_its_file_is_broken(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write_district(tmp_path / "c" / f"d{number}", number, JOB)
    now = live(tmp_path / "c")
    shutil.rmtree(tmp_path / "c/d2")
    (tmp_path / "c/d3/district.toml").unlink()
    now.refresh()
    assert sorted(jobs(now)) == [1, 3]
    assert [f.name for f in now.broken] == ["d3"]


def test_the_whole_folder_away_for_a_moment_changes_nothing(tmp_path: Path) -> None:
    write_district(tmp_path / "c" / "d1", 1, JOB)
    now = live(tmp_path / "c")
    (tmp_path / "c").rename(tmp_path / "away")
    now.refresh()
    assert sorted(jobs(now)) == [1]
    (tmp_path / "away").rename(tmp_path / "c")
    now.refresh()
    assert sorted(jobs(now)) == [1] and now.broken == {}


def test_two_folders_with_one_organization_are_refused_by_name(tmp_path: Path) -> None:
    for number in (1, 2):
        write_district(tmp_path / "c" / f"d{number}", 1, JOB)
    now = live(tmp_path / "c")
    assert sorted(jobs(now)) == [1]
    assert [f.name for f in now.broken] == ["d2"]


def test_nothing_right_at_the_start_is_an_error(tmp_path: Path) -> None:
    write_district(tmp_path / "c", 1, "[jobs.pull")
    with pytest.raises(ConfigError) as caught:
        live(tmp_path / "c")
    assert caught.value.problems
