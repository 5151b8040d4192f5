"""Whatever Zetkin, the network or the configuration does: a sentence, an exit code, a run that says so, nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.journeys.zetkin_server import Fault, Server, prepare, serving
from tests.ports import free_port
from zetkin_sync.cli import main

COUNTED = ("person", "event", "tagging", "organization", "participation")


class Result(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


class Desk:
    """Somebody at a command line, with a folder and a server."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.environment = server.environment(folder)

    def run(self, *command: str, **changed: str) -> Result:
        """The command as `zetkin-sync` runs it, in this process."""
        out, err, code = StringIO(), StringIO(), 0
        before = dict(os.environ)
        os.environ.update({**self.environment, **changed})
        arguments, sys.argv = sys.argv, ["zetkin-sync", *command]
        try:
            with redirect_stdout(out), redirect_stderr(err):
                main()
        except SystemExit as ending:
            code = int(ending.code or 0)
        finally:
            sys.argv = arguments
            os.environ.clear()
            os.environ.update(before)
        assert "Traceback" not in err.getvalue() + out.getvalue(), err.getvalue()
        return Result(code, out.getvalue(), err.getvalue())

    def newest_run(self) -> dict[str, Any]:
        return json.loads(self.run("runs", "--json", "--limit", "1").stdout)[0]

    def rows(self) -> dict[str, int]:
        with sqlite3.connect(self.folder / "zetkin_sync.db") as database:
            return {t: database.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in COUNTED}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def made(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which everything was pulled once."""
    desk = Desk(server, tmp_path_factory.mktemp("made"))
    prepare(server, desk.folder, desk.run)
    first = desk.run("sync", "pull_zetkin")
    assert first.returncode == 3, first.stderr  # one association answers 403
    return desk.folder


@pytest.fixture
def desk(server: Server, made: Path, tmp_path: Path) -> Iterator[Desk]:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    server.faults.clear()
    yield Desk(server, tmp_path)
    server.faults.clear()


def pulled_again(desk: Desk) -> Result:
    return desk.run("sync", "pull_zetkin")


def test_a_403_association_leaves_the_run_partial_and_named(desk: Desk) -> None:
    run = desk.newest_run()
    assert run["state"] == "partial"
    assert [n for n in run["notes"] if "Salem" in n and "403" in n]


def test_a_wrong_credential(desk: Desk) -> None:
    done = desk.run("sync", "pull_zetkin", ZETKIN_SYNC_ZETKIN_GRANT="wrong")
    assert done.returncode == 1
    run = desk.newest_run()
    assert run["state"] == "failed" and run["notes"]
    assert desk.rows()["person"] > 0


def test_a_missing_credential(desk: Desk) -> None:
    done = desk.run("sync", "pull_zetkin", ZETKIN_SYNC_ZETKIN_GRANT="")
    assert done.returncode == 1
    assert desk.newest_run()["state"] == "failed"


def test_an_unreachable_server(desk: Desk) -> None:
    before = desk.rows()
    done = desk.run("sync", "pull_zetkin", ZETKIN_SYNC_ZETKIN_URL=f"http://127.0.0.1:{free_port()}")
    assert done.returncode == 1
    assert desk.newest_run()["state"] == "failed"
    assert desk.rows() == before


def test_a_token_that_expires_half_way_is_renewed(desk: Desk) -> None:
    expired = b'{"error":"invalid_token","error_description":"Invalid token: access token has expired"}'
    desk.server.faults.append(Fault("/people$", 401, expired, times=1))
    assert pulled_again(desk).returncode == 3
    assert [n for n in desk.newest_run()["notes"] if "Salem" not in n] == []


def test_a_zetkin_that_does_not_tell_whom_it_blocks_is_no_trouble(desk: Desk) -> None:
    desk.server.faults.append(Fault("/queries/ephemeral/matches$", 404, b'{"error":{"title":"404"}}'))
    assert pulled_again(desk).returncode == 3
    assert [n for n in desk.newest_run()["notes"] if "Salem" not in n] == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault("/actions$", 500, b'{"error":{"title":"500"}}', times=1),
        Fault(
            "/actions$", 429, b"{}", headers={"retry-after": "1", "content-type": "application/json"}, times=1
        ),
    ],
    ids=["500 once", "429 with Retry-After once"],
)
def test_what_passes_by_itself_is_waited_for(desk: Desk, fault: Fault) -> None:
    before = desk.rows()
    desk.server.faults.append(fault)
    assert pulled_again(desk).returncode == 3
    assert [n for n in desk.newest_run()["notes"] if "Salem" not in n] == []
    assert desk.rows() == before


@pytest.mark.parametrize(
    "fault",
    [
        Fault("/orgs/1/people$", 500, b"{}"),
        Fault("/orgs/1/people$", 200, b"<html>Maintenance</html>", headers={"content-type": "text/html"}),
        Fault("/orgs/1/people$", 200, b'{"data": [{"id": 1, "first_n'),
        Fault("/orgs/1/people$", 200, b'{"data": [{"id": 1, "first_n', cut=True),
        Fault("/orgs/1/people$", 200, b'{"data": []}'),
        Fault("/orgs/1/people$", 200, b'{"error": {"title": "Something"}}'),
    ],
    ids=[
        "500 always",
        "HTML with 200",
        "half-written JSON",
        "cut body",
        "empty where there was data",
        "error with 200",
    ],
)
def test_a_list_that_stays_broken_is_named_and_nothing_is_lost(desk: Desk, fault: Fault) -> None:
    before = desk.rows()
    desk.server.faults.append(fault)
    done = pulled_again(desk)
    assert done.returncode == 3
    run = desk.newest_run()
    assert run["state"] == "partial"
    assert [n for n in run["notes"] if "Exempeldistriktet" in n]
    assert desk.rows() == before
    desk.server.faults.clear()
    assert pulled_again(desk).returncode == 3
    assert [n for n in desk.newest_run()["notes"] if "Salem" not in n] == []


def test_a_plan_is_not_made_from_a_broken_list(desk: Desk) -> None:
    desk.server.faults.append(Fault("/orgs/1/people$", 500, b"{}"))
    pulled_again(desk)
    desk.run("sync", "reconcile")
    shown = json.loads(desk.run("plans", "list", "--json").stdout)
    assert all(p["refused"] for p in shown)


def test_a_configuration_with_three_mistakes(desk: Desk) -> None:
    config = desk.folder / "config"
    for name, old, new in (
        ("district.toml", 'language = "sv"', 'language = "xx"'),
        ("schedule.toml", "every_minutes = 5", "every_minutes = 0"),
        ("recipients.toml", "expeditionen@", "expeditionen "),
    ):
        path = config / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = desk.run("check")
    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if ".toml: " in line]
    assert [line.split(":")[0] for line in lines] == ["district.toml", "schedule.toml", "recipients.toml"]
    assert all(";" in line for line in lines)


def test_an_unknown_command_and_an_unknown_job(desk: Desk) -> None:
    assert desk.run("sinc").returncode == 2
    done = desk.run("sync", "pull_zetkn")
    assert done.returncode == 2
    assert "pull_zetkin" in done.stderr


def test_a_database_that_is_locked_is_waited_for(desk: Desk) -> None:
    held = sqlite3.connect(desk.folder / "zetkin_sync.db", check_same_thread=False)
    held.execute("BEGIN IMMEDIATE")
    release = threading.Timer(3, held.rollback)
    release.start()
    done = desk.run("sync", "reconcile")
    release.join()
    held.close()
    assert done.returncode == 0, done.stderr


def test_a_database_without_tables(desk: Desk) -> None:
    done = desk.run("runs", DATABASE_URL=f"sqlite:///{desk.folder}/new.db")
    assert done.returncode == 2
    assert "migrate" in done.stderr


def test_a_database_that_is_no_database(desk: Desk) -> None:
    (desk.folder / "broken.db").write_bytes(b"this is not a database" * 100)
    done = desk.run("runs", DATABASE_URL=f"sqlite:///{desk.folder}/broken.db")
    assert done.returncode == 1
    assert "skadad" in done.stderr


def test_logs_name_nobody(desk: Desk) -> None:
    desk.server.faults.append(
        Fault("/orgs/1/people$", 200, b'{"data": [{"id": 1, "first_name": "Kanariefagel", ')
    )
    done = pulled_again(desk)
    assert "Kanariefagel" not in done.stderr + done.stdout
