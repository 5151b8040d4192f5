"""CONTRIBUTING keeps its word: a job, a metric, an action and a connector are each one new file and one entry."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.zetkin_server import serving
from zetkin_sync.configuration.schedule import WEEKDAYS

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"<!-- add: (?P<path>\S+)(?: (?P<how>append|instead))? -->\s*```\w*\n(?P<text>.*?)```", re.S
)


def additions() -> list[tuple[str, str, str]]:
    """What CONTRIBUTING.md shows: a path, how it is added ("new", "append", "instead"), the text."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return [(m["path"], m["how"] or "new", m["text"]) for m in _BLOCK.finditer(text)]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program in a temporary directory, with what CONTRIBUTING adds."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("zetkin_sync", "connectors", "jobs", "config"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path, how, text in additions():
        target = folder / path
        assert target.exists() is (how != "new"), path
        present = target.read_text(encoding="utf-8") if how != "new" else ""
        if how == "instead":
            key = re.escape(text.partition("=")[0].strip())
            changed, times = re.subn(rf"^{key} = .*\n", text, present, flags=re.M)
            assert times == 1, path
        else:
            changed = present + text
        target.write_text(changed, encoding="utf-8")
    day = WEEKDAYS[datetime.now(ZoneInfo("Europe/Stockholm")).weekday()]
    (folder / "config" / "recipients.toml").write_text(
        f'[[recipient]]\nrole = "district_office"\naddress = "kansli@example.org"\nweekday = "{day}"\n',
        encoding="utf-8",
    )
    return folder


def test_contributing_shows_one_of_each() -> None:
    paths = [path for path, how, _ in additions() if how == "new"]
    kinds = {path.rsplit("/", 1)[0] for path in paths}
    assert kinds == {"jobs", "zetkin_sync/goals/metrics", "zetkin_sync/changes/actions", "connectors"}
    assert len([how for _, how, _ in additions() if how != "new"]) == 4


def test_one_of_each_runs(copy: Path) -> None:
    with serving(people=30, associations=3) as server:

        def run(*command: str) -> subprocess.CompletedProcess[str]:
            environment = {**os.environ, **server.environment(copy), "PYTHONPATH": str(copy)}
            return subprocess.run(
                [sys.executable, "-m", "zetkin_sync", *command],
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
                cwd=copy,
                env=environment,
            )

        assert run("init", "--organization", str(server.root)).returncode == 0
        assert run("migrate").returncode == 0
        check = run("check")
        assert check.returncode == 0, check.stderr
        for job in ("pull_zetkin", "reconcile"):
            done = run("sync", job)
            assert done.returncode in (0, 3), done.stderr
        counted = run("sync", "count_events", "--json")
        assert counted.returncode == 0, counted.stderr
        assert json.loads(counted.stdout)["counts"]["events"] > 0
        plans = json.loads(run("plans", "list", "--json").stdout)
        assert "tag_newcomers" in {p["action"] for p in plans}
        goals = run("sync", "reconcile", "--json")
        assert json.loads(goals.stdout)["state"] == "ok"
        run("sync", "send_status")
        printed = (copy / "printed-mail.txt").read_text(encoding="utf-8")
        assert re.match(r"v\. \d+: .*\d", printed), printed
