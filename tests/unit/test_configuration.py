"""The configuration is checked whole: every mistake at once, each with what is allowed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from zetkin_sync.configuration import read_all, read_configuration
from zetkin_sync.errors import ConfigError

SHIPPED = Path(__file__).parents[2] / "config"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED, tmp_path / "config")
    return tmp_path / "config"


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_configuration(folder)
    return [str(p) for p in caught.value.problems]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_shipped_configuration_is_right() -> None:
    assert read_configuration(SHIPPED).district.timezone == "Europe/Stockholm"


def test_the_shipped_configuration_holds_no_organization_ids() -> None:
    assert not (SHIPPED / "associations.csv").exists()


def test_three_mistakes_are_three_sentences(folder: Path) -> None:
    edit(folder / "district.toml", 'timezone = "Europe/Stockholm"', 'timezone = "Europe/Stockhlm"')
    edit(folder / "schedule.toml", 'at = ["07:00", ', 'at = ["7 o clock", ')
    edit(folder / "actions.toml", "push = false", 'push = "kanske"')
    found = mistakes(folder)
    assert found == [
        "district.toml: timezone: “Europe/Stockhlm” is not a time zone; a name as Europe/Stockholm",
        "schedule.toml: jobs.send_status.at[0]: “7 o clock” is not a time of day; hours and minutes, as 07:00",
        "actions.toml: actions.tag_network_in_priority_areas.push: kanske is not valid; true or false",
    ]


def test_an_unknown_key_is_named_with_the_known_ones(folder: Path) -> None:
    edit(folder / "district.toml", "language =", "langauge =")
    [problem] = mistakes(folder)
    assert problem.startswith("district.toml: langauge: there is no such key; did you mean language?")


def test_a_file_that_is_not_toml_says_where(folder: Path) -> None:
    (folder / "schedule.toml").write_text("jobs = [", encoding="utf-8")
    [problem] = mistakes(folder)
    assert problem.startswith("schedule.toml: file: is not TOML")


def test_a_missing_file_is_said(folder: Path) -> None:
    (folder / "actions.toml").unlink()
    assert mistakes(folder) == ["actions.toml: file: is missing; copy it from the shipped config/"]


@pytest.mark.parametrize("slug", ["gender", "personnummer_10", "union_member", "notes"])
def test_sensitive_fields_are_refused_by_name(folder: Path, slug: str) -> None:
    edit(folder / "district.toml", "person_fields = []", f'person_fields = ["{slug}"]')
    [problem] = mistakes(folder)
    assert "is refused" in problem


def test_jobs_that_wait_for_each_other_are_refused(folder: Path) -> None:
    edit(folder / "schedule.toml", "[jobs.pull_zetkin]", '[jobs.pull_zetkin]\nafter = ["send_status"]')
    [problem] = mistakes(folder)
    assert "wait for each other" in problem


def test_associations_are_read_row_by_row(folder: Path) -> None:
    (folder / "associations.csv").write_text(
        "id;title;kind;contact_role\n1;Distriktet;district;\nx;Fel;geographic;\n3;Fel;planet;\n3;Rätt;branch;\n3;Igen;branch;\n",
        encoding="utf-8",
    )
    found = mistakes(folder)
    assert [p.split(":")[1].strip() for p in found] == ["row 3, id", "row 4, kind", "row 6, id"]


def test_several_districts_are_several_folders(tmp_path: Path) -> None:
    for name in ("norr", "soder"):
        shutil.copytree(SHIPPED, tmp_path / name)
    assert [c.folder.name for c in read_all(tmp_path)] == ["norr", "soder"]


def test_mistakes_of_several_districts_name_the_folder(tmp_path: Path) -> None:
    for name in ("norr", "soder"):
        shutil.copytree(SHIPPED, tmp_path / name)
        edit(tmp_path / name / "district.toml", 'language = "sv"', 'language = "no"')
    with pytest.raises(ConfigError) as caught:
        read_all(tmp_path)
    assert [p.file for p in caught.value.problems] == ["norr/district.toml", "soder/district.toml"]
