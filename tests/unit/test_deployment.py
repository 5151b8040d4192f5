"""What is written for deployment fits the program: units, Procfile, image, the guide's steps."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from zetkin_sync.cli import _COMMANDS
from zetkin_sync.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy").glob("*.service"))


def commands(text: str) -> set[str]:
    return set(re.findall(r"zetkin-sync ([a-z][a-z-]*)", text))


@pytest.mark.parametrize("file", ["Procfile", "deploy/Containerfile", *(f"deploy/{u.name}" for u in UNITS)])
def test_every_command_that_is_named_exists(file: str) -> None:
    assert commands((ROOT / file).read_text()) <= set(_COMMANDS)


@pytest.mark.parametrize("page", ["deployment.md", "operations.md"])
def test_every_command_in_the_guides_exists(page: str) -> None:
    named = commands((ROOT / "docs" / page).read_text())
    assert named and named <= set(_COMMANDS), named - set(_COMMANDS)


def test_the_procfile_has_every_role() -> None:
    roles = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert set(roles) == {"release", "web", "worker", "clock"}


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_every_secret_a_unit_hands_over_is_one_that_is_read(unit: Path) -> None:
    names = re.findall(r"^LoadCredential=([A-Z_]+):", unit.read_text(), flags=re.MULTILINE)
    assert names
    for name in names:
        assert name.removeprefix(PREFIX).lower() in Settings.model_fields, name


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_a_unit_exposes_little(unit: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert found is not None, said
    assert float(found[1]) <= 2.0


def test_the_small_server_is_set_up_in_ten_steps_at_most() -> None:
    text = (ROOT / "docs/deployment.md").read_text()
    part = text.partition("## A small server")[2].partition("\n## ")[0]
    steps = re.findall(r"^(\d+)\. ", part, flags=re.MULTILINE)
    assert steps and len(steps) <= 10 and steps == [str(n + 1) for n in range(len(steps))]


def test_each_promise_names_a_test_that_exists() -> None:
    text = (ROOT / "docs/operations.md").read_text().partition("## What is promised")[2].partition("\n## ")[0]
    rows = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line][1:]
    assert len(rows) >= 10
    for row in rows:
        files = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", row)
        assert files, row
        for file, name in files:
            held = (ROOT / file).read_text()
            assert not name or f"def {name}(" in held, (file, name)
