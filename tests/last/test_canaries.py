"""No trace of anybody is left: two hundred canaries go through everything, faults and kills included."""

from __future__ import annotations

import base64
import gzip
import os
import quopri
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from io import StringIO
from itertools import cycle
from pathlib import Path

import pytest

from tests import postgres
from tests.bounce_mails import report, row
from tests.canaries import COUNT, OUTSIDE, canary, in_bytes, search
from tests.journeys.zetkin_server import Fault, Server, prepare, serving
from zetkin_sync.cli import main

pytestmark = pytest.mark.timeout(900)

SECRETS = {  # canaries among the secrets
    "ZETKIN_SYNC_HASH_KEY": "zqkanarie-secret-of-forty-characters-....",
    "ZETKIN_SYNC_WEBHOOK_POSTMARK": "user:zqkanarie-secret",
    "ZETKIN_SYNC_BACKUP_KEY": "zqkanarie-backup-secret-of-forty-characters",
}


def make_canaries(server: Server) -> int:
    """Everybody in the simulated Zetkin becomes a canary, in every field, and all free text about them too."""
    state, seen = server.state, 0
    for seen, person in enumerate(state.people.values(), start=1):
        one = canary(seen % 10_000)
        person.first_name, person.last_name, person.email = one.first_name, one.last_name, one.email
        person.phone = person.alt_phone = one.phone
        person.street_address = person.co_address = person.city = one.street
        person.ext_id, person.gender = one.number, "f"
        person.fields |= {"personnummer": one.personnummer, "anteckning": one.text, "facklig": one.text}
    for number, event in zip(cycle(range(COUNT)), state.events.values()):
        event.info_text = canary(number).text
        event.url = f"https://zqkanarie.example/{number}"
    for user in state.users.values():
        user.first_name, user.last_name = canary(1).first_name, canary(1).last_name
    return seen


class Journal:
    """Runs commands and keeps what they say in files, as a service manager would."""

    def __init__(self, server: Server, folder: Path, **changed: str) -> None:
        self.folder = folder
        more = {**SECRETS, "ZETKIN_SYNC_ZETKIN_TRIES": "1", "ZETKIN_SYNC_BACKUPS": str(folder / "backups")}
        self.environment = {**os.environ, **server.environment(folder), **more, **changed}
        self.number = 0

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """The command as `zetkin-sync` runs it, in this process."""
        out, code, before, arguments = StringIO(), 0, dict(os.environ), sys.argv
        os.environ.update(self.environment)
        sys.argv = ["zetkin-sync", *command]
        try:
            with redirect_stdout(out), redirect_stderr(out):
                main()
        except SystemExit as ending:
            code = int(ending.code or 0)
        finally:
            sys.argv = arguments
            os.environ.clear()
            os.environ.update(before)
        self.number += 1
        (self.folder / f"{self.number:02d}.log").write_text(out.getvalue())
        return subprocess.CompletedProcess(command, code, out.getvalue(), "")

    def killed(self, *command: str, seen: Path) -> None:
        """The command in a process of its own, killed soon after it began to write."""
        with (self.folder / "killed.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "zetkin_sync", *command],
                env=self.environment,
                stdout=log,
                stderr=log,
            )
            ends = time.monotonic() + 60
            while time.monotonic() < ends and process.poll() is None:
                if seen.exists() and seen.stat().st_size > 0:
                    break
                time.sleep(0.01)
            time.sleep(0.3)  # into the middle of its writing
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=30)


def put_bounces(mailbox: Path) -> None:
    """Reports about canaries, as servers write them: address, name and free text all over."""
    new = mailbox / "new"
    for folder in (new, mailbox / "cur", mailbox / "tmp"):
        folder.mkdir(parents=True, exist_ok=True)
    for n in range(1, COUNT + 1):
        one = canary(n)
        said = f"550 5.1.1 <{one.email}>: {one.first_name} {one.last_name} okänd; {one.text}"
        back = f"From: info@forening.example\nTo: {one.first_name} <{one.email}>\nSubject: Hej {one.first_name} {one.personnummer}\n"
        body = report(row(one.email, said=said), words=one.text, returned=back, identity=f"z{n}")
        (new / f"{n}.z").write_bytes(body if n % 10 else body[: len(body) // 2])


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which canaries went through pulls, faults, a kill, bounces, plans, mails and a backup."""
    folder = tmp_path_factory.mktemp("canaries")
    with serving(people=COUNT + 20) as server:
        assert make_canaries(server) >= COUNT
        journal = Journal(server, folder)
        prepare(server, folder, journal.run)
        toml = folder / "config" / "district.toml"
        toml.write_text(toml.read_text().replace(str(folder / "mailbox"), str(folder / "outside")))
        put_bounces(folder / "outside")
        evil = f'{{"error": "{canary(7).email} {canary(7).text}", "data": [{{"id": "{canary(8).personnummer}"'
        faults = [
            Fault(r"/people$", status=500, body=evil.encode()),
            Fault(r"/people$", status=200, body=evil.encode()),
            Fault(r"/actions", status=403, body=evil.encode()),
            Fault(r"/people$", status=200, body=f"<h1>{canary(9).text}</h1>".encode(), cut=True),
        ]
        for fault in faults:
            server.faults[:] = [fault]
            journal.run("sync", "pull_zetkin")
        server.faults.clear()
        for command in (
            ("sync", "pull_zetkin"),
            ("sync", "read_bounces"),
            ("sync", "reconcile"),
            ("sync", "apply_changes"),
            ("sync", "send_status"),
            ("sync", "send_alarms"),
            ("sync", "retention"),
            ("runs", "--json"),
            ("plans", "list"),
            ("goals", "--json"),
            ("bounces",),
            ("doctor",),
            ("backup", "make"),
            ("person", "export", str(min(server.state.people)), "--out", str(folder / "export")),
            ("privacy", "record"),
            ("no-such-command", canary(3).email[:4]),
        ):
            journal.run(*command)
        journal.killed("sync", "pull_zetkin", seen=folder / "zetkin_sync.db-wal")
        rows = _rows(folder / "zetkin_sync.db")
        assert rows["person"] >= COUNT and rows["bounce_event"] > COUNT / 2, rows
        yield folder


def _rows(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as database:
        return {
            t: database.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("person", "bounce_event")
        }


def test_nothing_of_two_hundred_canaries_is_left(walked: Path) -> None:
    hits, read = search(walked)
    assert hits == []
    assert read > 20
    assert {"outside"} == {p.name for p in walked.iterdir() if p.is_dir()} & OUTSIDE
    assert search(walked / "outside", skip=())[0], "the search sees the mails that were read"


def test_a_dump_of_the_whole_database_holds_nothing(walked: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(walked / "zetkin_sync.db")) as database:
        dump = "\n".join(database.iterdump())
    assert len(dump) > 10_000
    assert in_bytes(dump.encode()) is None


def test_postgres_and_its_write_ahead_log_hold_nothing(tmp_path: Path) -> None:
    programs = postgres.tools()
    if programs is None:
        pytest.skip("PostgreSQL is not installed here (make servers)")
    with serving(people=COUNT + 20) as server, postgres.running(programs) as url:
        make_canaries(server)
        journal = Journal(
            server,
            tmp_path,
            DATABASE_URL=f"{url}/postgres",
            ZETKIN_SYNC_INSTANCE_FILE=str(tmp_path / "instance"),
        )
        prepare(server, tmp_path, journal.run)
        assert journal.run("sync", "pull_zetkin").returncode in (0, 3)
        port = url.rsplit(":", 1)[1]
        dump = subprocess.run(
            [programs / "pg_dump", "-h", "127.0.0.1", "-p", port, "-U", "zs", "postgres"],
            capture_output=True,
            check=True,
        ).stdout
        assert dump.count(b"\n") > COUNT
        assert in_bytes(dump) is None
        [socket] = Path(os.environ.get("TMPDIR", "/tmp")).glob(f"zs-pg-*/.s.PGSQL.{port}")
        hits, read = search(socket.parent)
        assert hits == [] and read > 100


def test_nothing_of_them_is_in_what_the_run_before_left_behind(left: list[Path]) -> None:
    found = [folder for folder in left if folder.exists()]
    hits, _ = search(*found)
    assert found and hits == []


def plant(folder: Path, how: str) -> None:
    """Leave a canary behind, as a careless program might."""
    one = canary(42)
    said = (
        f"INFO {one.first_name} {one.last_name} <{one.email}> {one.phone} {one.personnummer} {one.street}\n"
    )
    match how:
        case "log":
            (folder / "service.log").write_text("x" * 5000 + said)
        case "phone":
            (folder / "service.log").write_text(f"called {one.phone}.\n")
        case "personnummer":
            (folder / "service.log").write_text(f"pnr={one.personnummer};")
        case "mail":
            (folder / "a.eml").write_bytes(b"Subject: x\n\n" + base64.encodebytes(("åäö " + said).encode()))
        case "quoted":
            (folder / "a.eml").write_bytes(quopri.encodestring(("å" * 19 + "aa" + said).encode()))
        case "dump":
            (folder / "a.gz").write_bytes(gzip.compress(said.encode()))
        case "name":
            (folder / f"{one.email}.txt").write_text("")
        case "utf-16":
            (folder / "a.csv").write_text(said.lower(), encoding="utf-16")
        case _:
            _plant_in_database(folder, how, said)


def _plant_in_database(folder: Path, how: str, said: str) -> None:
    database = sqlite3.connect(folder / "x.db", isolation_level=None)
    database.execute(f"PRAGMA journal_mode={'WAL' if how == 'WAL' else 'DELETE'}")
    database.execute("PRAGMA secure_delete=OFF")
    database.execute("CREATE TABLE a (b)")
    database.execute("INSERT INTO a VALUES (?)", (zlib.compress(said.encode()) if how == "packed" else said,))
    if how == "free page":
        database.execute("DELETE FROM a")
    if how == "WAL":
        (folder / "kept.db-wal").write_bytes((folder / "x.db-wal").read_bytes())
    database.close()
    if how == "WAL":
        (folder / "x.db").unlink()


@pytest.mark.parametrize(
    "how",
    [
        "log",
        "phone",
        "personnummer",
        "mail",
        "quoted",
        "dump",
        "name",
        "utf-16",
        "row",
        "packed",
        "free page",
        "WAL",
    ],
)
def test_a_canary_planted_on_purpose_is_found(tmp_path: Path, how: str) -> None:
    (tmp_path / "clean.txt").write_text("20013 zqkanari 070174069 2001-32")
    assert search(tmp_path)[0] == []
    plant(tmp_path, how)
    assert search(tmp_path)[0] != [], how
