"""`zetkin-sync simulator` serves a district, goes wrong as its file says, and says what it does not understand."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.ports import free_port
from zetkin_sync.demo.simulator.serving import Operator, wait

COMMAND = [sys.executable, "-m", "zetkin_sync", "simulator"]
SMALL = ["--people", "40", "--months", "1", "--associations", "3", "--date", "2026-11-22"]
ENGLISH = {**os.environ, "ZETKIN_SYNC_LANGUAGE": "en"}


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=60, env=ENGLISH
    )


def test_it_serves_with_faults_until_it_is_interrupted(tmp_path: Path) -> None:
    faults = tmp_path / "faults.toml"
    faults.write_text('[[fault]]\nkind = "status"\nstatus = 503\npath = "/v1/orgs/1"\ncount = 1\n')
    port = free_port()
    command = [*COMMAND, "--port", str(port), *SMALL, "--faults", str(faults)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENGLISH)
    try:
        operator = Operator(f"http://127.0.0.1:{port}")
        wait(operator, lambda: process.poll() is None)
        assert operator.get("/clock")["now"].startswith("2026-11-22T06:0")
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(f"{operator.url}/v1/orgs/1", timeout=10)
        with urllib.request.urlopen(f"{operator.url}/v1/orgs/1", timeout=10) as answer:
            assert json.load(answer)["data"]["id"] == 1
        taken = _run("--port", str(port), *SMALL)
        assert (taken.returncode, taken.stdout) == (2, "")
        assert f"Port {port} is taken" in taken.stderr
    finally:
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=20)
    assert f"http://127.0.0.1:{port}" in said


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "No such file"), ("[[fault]]\nkind = 'sneeze'\n", "Invalid enum value"), ("[", "cannot be read")],
)
def test_faults_it_cannot_read_are_named(tmp_path: Path, content: str | None, words: str) -> None:
    file = tmp_path / "faults.toml"
    if content is not None:
        file.write_text(content)
    refused = _run("--faults", str(file))
    assert refused.returncode == 2
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_day_that_is_none_is_named() -> None:
    refused = _run("--date", "yesterday")
    assert (refused.returncode, "yesterday is not a day" in refused.stderr) == (2, True)
