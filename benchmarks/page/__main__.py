"""How long the page takes and how much it weighs: at the synthetic district's size and at ten times that.

A real `zetkin-sync serve` over a database that is filled here; every page is asked for over HTTP, several times.
Promised: 150 ms and 400 ms of server time a page, 60 KB a page, 120 MB for the process.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import insert

from benchmarks.tables import machine, put_section, table
from zetkin_sync.apply.decide import put_up
from zetkin_sync.changes import Change, Plan
from zetkin_sync.configuration import Association, read_configuration, write_associations
from zetkin_sync.demo.configuring import complete_configuration, write_configuration
from zetkin_sync.demo.district import catalogue
from zetkin_sync.demo.keeping import free_port
from zetkin_sync.language import say, to_json
from zetkin_sync.plugins import bound_plans
from zetkin_sync.records import Assessment, Deed, GoalState, Mailing, MailState, Run, RunState
from zetkin_sync.store import access, mailings, schema
from zetkin_sync.store.engine import Store

KEY = "a key of the measurement that guards nothing at all"
TIMES = 15
PAGES = ("/", "/plans", "/plans/1", "/runs", "/runs/1", "/jobs", "/mails", "/mails/1", "/log", "/settings")
LISTS = ("/api/v1/runs", "/data/runs.csv", "/data/plans.xlsx")
ROOT = 1


def fill(folder: Path, *, times: int) -> Path:
    """A configuration and a database as after months of service, `times` the synthetic district's size."""
    config = folder / "config"
    write_configuration(config, mail=folder / "mail", mailbox=folder / "mailbox")
    districts = [Association(id=ROOT, title=catalogue.DISTRICT_TITLE, kind="district")]
    others = [
        Association(id=100 + n, title=f"{a.title}{'' if copy == 0 else f' {copy}'}", kind="geographic")
        for n, (copy, a) in enumerate((c, a) for c in range(times) for a in catalogue.associations())
    ]
    write_associations(config / "associations.csv", districts + others)
    complete_configuration(config, today=date(2026, 11, 23))
    store = Store(f"sqlite:///{folder}/page.db")
    schema.migrate(store)
    _fill(store, read_configuration(config), times)
    store.close()
    return config


def _fill(store: Store, configuration: Any, times: int) -> None:
    now = store.now()
    units = [a.id for a in configuration.associations]
    goals = [(p.plan.id, g.id) for p in bound_plans(configuration) for g in p.plan.goals]
    states = list(GoalState)
    finding = to_json(say("{n} of {m}.", n=5, m=12))
    assessments = [
        {
            "district": ROOT,
            "plan": plan,
            "goal": goal,
            "unit": unit,
            "day": now.date() - timedelta(30 * age),
            "computed": now,
            "state": states[(i + unit + age) % 5],
            "finding": finding,
            "missing": "[]",
            "evidence": "[]",
            "shown": False,
        }
        for i, (plan, goal) in enumerate(goals)
        for unit in units
        for age in range(6)
    ]
    runs = [
        {
            "district": ROOT,
            "job": job,
            "organization": ROOT,
            "slot": f"s{n}",
            "due": now,
            "ready": now,
            "turn": 1,
            "state": RunState.OK,
            "fence": 1,
            "started": now,
            "finished": now,
            "done": 0,
            "total": 0,
            "counts": json.dumps({"people": 10_000, "new": 3}),
            "notes": "[]",
        }
        for n in range(2000 * times)
        for job in [("pull_zetkin", "reconcile", "apply_changes")[n % 3]]
    ]
    body = mailings.pressed("<p>Hej</p>" * 500, "Hej\n" * 500)
    mails = [
        {
            "district": ROOT,
            "kind": "weekly",
            "slot": f"w{n}",
            "role": "association_board",
            "unit": units[n % len(units)],
            "recipient": b"r" * 32,
            "language": "sv",
            "state": MailState.SENT,
            "attempts": 1,
            "at": now,
            "subject": "v. 48: Bokbord 31 av 40 (+11)",
            "body": body,
        }
        for n in range(1000 * times)
    ]
    with store.writing() as session:
        connection = session.connection()
        for table, rows in ((Assessment, assessments), (Run, runs), (Mailing, mails)):
            connection.execute(insert(table), rows)
        for n in range(2000 * times):
            access.note(
                session, district=ROOT, who=f"user:{n % 9}", deed=Deed.SAW, what="page", why="x", at=now
            )
        put_up(session, _plan(now, 500 * times))


def _plan(now: datetime, people: int) -> Plan:
    changes = tuple(
        Change(
            verb="tag",
            organization=ROOT,
            key=f"tag:{n}",
            person=n,
            payload={"group": "g", "title": "t"},
            reason=say("In the activist network and lives in {area}.", area=f"Område {n % 12}"),
        )
        for n in range(people)
    )
    return Plan(action="mark", district=ROOT, made=now, expires=now + timedelta(days=2), changes=changes)


@contextmanager
def serving(folder: Path, config: Path) -> Iterator[tuple[str, int]]:
    """The real command in a process of its own; its address and its number."""
    port = free_port(0)
    address = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "ZETKIN_SYNC_CONFIG": str(config),
        "DATABASE_URL": f"sqlite:///{folder}/page.db",
        "ZETKIN_SYNC_HASH_KEY": KEY,
        "ZETKIN_SYNC_LOCAL_LOGIN": "true",
        "ZETKIN_SYNC_PAGE_URL": address,
        "PORT": str(port),
    }
    command = [str(Path(sys.executable).parent / "zetkin-sync"), "serve"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                httpx.get(f"{address}/health/live")
                break
            except httpx.ConnectError:
                time.sleep(0.1)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(20)


def measure(address: str, pid: int) -> tuple[dict[str, tuple[float, int]], float]:
    """Median milliseconds of processor time and bytes of each page, and the process's memory after all, MB."""
    found = {}
    with httpx.Client(base_url=address, timeout=60) as client:
        form = client.get("/login").text
        token = re.search(r'name="csrf" value="([^"]+)"', form)
        assert token is not None
        answer = client.post("/login/local", data={"csrf": token[1], "role": "4"})
        assert answer.status_code == 303, answer.status_code
        for path in (*PAGES, *LISTS):
            client.get(path)
            took = []
            for _ in range(TIMES):
                before = _processor(pid)
                answer = client.get(path)
                took.append((_processor(pid) - before) * 1000)
                assert answer.status_code == 200, (path, answer.status_code)
            found[path] = (statistics.mean(took), len(answer.content))
    return found, _memory(pid)


def _processor(pid: int) -> float:
    """Seconds of processor time that the process has used: the machine may be busy with other things."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    assert found is not None
    return int(found[1]) / 1024


def main() -> int:
    results = {}
    for times in (1, 10):
        with tempfile.TemporaryDirectory() as name:
            config = fill(Path(name), times=times)
            with serving(Path(name), config) as (address, pid):
                results[times] = measure(address, pid)
    rows = [
        (f"`{path}`", f"{one:.0f} ms", f"{results[10][0][path][0]:.0f} ms", f"{size / 1024:.1f} KB")
        for path, (one, size) in results[1][0].items()
    ]
    body = (
        "A real `zetkin-sync serve` over a filled database; processor time of one request (mean of "
        f"{TIMES}, so that others' work on the machine does not count), and the bytes that go over the wire before "
        "compression. Promised: at most 150 ms and 400 ms, 60 KB a page, 120 MB.\n\n"
        + table(("Page", "the district", "ten times", "size"), rows)
        + f"\n\nMemory of the web process after all of them: {results[1][1]:.0f} MB; at ten times "
        f"{results[10][1]:.0f} MB. {machine()}"
    )
    print(body)
    put_section("The page", body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
