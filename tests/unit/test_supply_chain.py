"""What is installed, where it comes from, and that importing it does nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

PROJECT = tomllib.loads(Path("pyproject.toml").read_text())["project"]
DIRECT = [re.split(r"[\[<>=!~; ]", line)[0].lower() for line in PROJECT["dependencies"]]
EXTRA = {
    name: [re.split(r"[\[<>=!~; ]", line)[0].lower() for line in lines]
    for name, lines in PROJECT["optional-dependencies"].items()
}
FREE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Unlicense|LGPL|Lesser General Public|HPND|CNRI|0BSD|zlib",
    re.I,
)


SAID_ELSEWHERE = {"imapclient": "BSD-3-Clause, in its COPYING", "sqlcipher3": "zlib, in its LICENSE"}


def _name(requirement: str) -> tuple[str, set[str]]:
    found = re.match(r"([A-Za-z0-9._-]+)(?:\[([^]]*)\])?", requirement)
    assert found
    return re.sub(r"[-_.]+", "-", found[1]).lower(), {
        e.strip() for e in (found[2] or "").split(",") if e.strip()
    }


def closure(*extras: str) -> set[str]:
    """Every package that is installed with the program and these extras, on this machine."""
    from packaging.requirements import Requirement

    found: set[tuple[str, frozenset[str]]] = set()
    waiting = [("zetkin-sync", frozenset(extras))]
    while waiting:
        name, wanted = waiting.pop()
        if (name, wanted) in found:
            continue
        found.add((name, wanted))
        for line in metadata.distribution(name).requires or []:
            requirement = Requirement(line)
            environments = [{"extra": e} for e in wanted] or [{"extra": ""}]
            if requirement.marker is None or any(requirement.marker.evaluate(e) for e in environments):
                waiting.append((_name(requirement.name)[0], frozenset(requirement.extras)))
    return {name for name, _ in found} - {"zetkin-sync"}


def test_few_packages_are_installed() -> None:
    assert len(closure()) <= 60
    assert len(closure("postgres")) <= 70


def test_every_direct_dependency_has_its_line() -> None:
    lines = re.findall(r"^\| ([a-z0-9-]+) \|", Path("docs/dependencies.md").read_text(), re.M)
    assert sorted(set(lines) - {"package"}) == sorted(DIRECT)
    prose = Path("docs/dependencies.md").read_text()
    assert all(name in prose for names in EXTRA.values() for name in names)


@pytest.mark.parametrize(
    "lock",
    [
        "requirements.txt",
        "requirements-dev.txt",
        "requirements-uv.txt",
        "benchmarks/requirements.txt",
        "tests/fuzz/requirements.txt",
    ],
)
def test_every_locked_package_has_hashes_and_no_address(lock: str) -> None:
    text = Path(lock).read_text()
    assert not re.search(r"https?://|--index-url|--extra-index|@ file|git\+", text)
    packages = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert packages and all("--hash=sha256:" in p for p in packages if not p.startswith("#")), lock
    assert all(re.match(r"[a-z0-9._\[\],-]+==", p) for p in packages if not p.startswith("#")), lock


def test_only_wheels_are_installed() -> None:
    """`make` installs with hashes; what was built here would have no hash in the lock, and nothing was."""
    makefile = Path("Makefile").read_text()
    installs = re.findall(r"(?:uv pip (?:sync|install)|pip install) [^\n]*-r?\s*\S*requirements\S*", makefile)
    assert len(installs) >= 3 and all("--require-hashes" in line for line in installs)


def test_every_licence_is_a_free_one() -> None:
    """The list of licences: each package says one, and each is compatible with ours."""
    unknown: dict[str, str] = {}
    for name in sorted(closure("postgres", "cipher")):
        about = metadata.metadata(name)
        said = " ".join(
            [
                about.get("License-Expression") or "",
                about.get("License") or "",
                *(about.get_all("Classifier") or []),
            ]
        )
        if name not in SAID_ELSEWHERE and not FREE.search(said):
            unknown[name] = said[:80]
    assert unknown == {}


def test_importing_everything_opens_no_thread_socket_file_or_process() -> None:
    """In a fresh interpreter, with an audit hook that sees what is opened for writing or over the network."""
    program = """
import sys, threading, pkgutil, importlib, json
import sqlalchemy, alembic, httpx, fastapi, numpy, shapely, babel, openpyxl, cryptography
import procrastinate  # its croniter asks `file` what kind of machine this is
did = []
def hook(event, args):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.fork", "sqlite3.connect"):
        did.append((event, repr(args)[:80]))
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        did.append((event, repr(args)[:80]))
sys.dont_write_bytecode = True
sys.addaudithook(hook)
count = 0
for package in ("zetkin_sync", "connectors", "jobs"):
    root = importlib.import_module(package)
    for found in pkgutil.walk_packages(root.__path__, package + "."):
        if "migrations" in found.name or found.name.endswith("__main__"):
            continue
        importlib.import_module(found.name)
        count += 1
print(json.dumps({"did": did, "threads": threading.active_count(), "modules": count}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["did"] == []
    assert found["threads"] == 1
    assert found["modules"] > 200


def test_bandit_finds_nothing_of_high_severity() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "bandit",
            "-q",
            "-r",
            "zetkin_sync",
            "connectors",
            "jobs",
            "-lll",
            "-f",
            "json",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    report = json.loads(done.stdout)
    assert report["errors"] == []
    assert [(r["filename"], r["test_id"]) for r in report["results"]] == []
    assert report["metrics"]["_totals"]["loc"] > 10_000


def test_the_bill_of_materials_names_every_run_time_package(tmp_path: Path) -> None:
    out = tmp_path / "sbom.json"
    subprocess.run(
        [
            Path(sys.executable).parent / "cyclonedx-py",
            "requirements",
            "requirements.txt",
            "--of",
            "JSON",
            "-o",
            out,
        ],
        check=True,
        capture_output=True,
    )
    bom = json.loads(out.read_text())
    assert bom["bomFormat"] == "CycloneDX"
    assert closure("postgres") <= {_name(c["name"])[0] for c in bom["components"]}


def test_no_telemetry_is_in_the_house() -> None:
    known = (
        "sentry",
        "opentelemetry-sdk",
        "opentelemetry-exporter",
        "posthog",
        "datadog",
        "newrelic",
        "rollbar",
        "bugsnag",
        "segment",
        "mixpanel",
    )
    locked = Path("requirements.txt").read_text().lower()
    assert not [name for name in known if re.search(rf"^{name}", locked, re.M)]
