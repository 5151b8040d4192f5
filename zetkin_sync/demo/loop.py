"""The whole loop on the synthetic district: pull, reconcile, plan, approve, apply, pull again, mail.

Everything goes over HTTP with OAuth to a simulator in a process of its own; only the district is invented.
"""

from __future__ import annotations

import json
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from zetkin_sync.changes import from_json as plan_of
from zetkin_sync.cli.preparing import write_tree
from zetkin_sync.cli.running import run_now
from zetkin_sync.configuration import read_all
from zetkin_sync.context import known_facts
from zetkin_sync.demo import wave
from zetkin_sync.demo.configuring import complete_configuration, write_configuration
from zetkin_sync.demo.district.plan import (
    CLIENT_ID,
    CLIENT_SECRET,
    GRANT,
    LOGIN_CLIENT_ID,
    LOGIN_CLIENT_SECRET,
)
from zetkin_sync.demo.mail_pages import write_pages
from zetkin_sync.demo.mailbox import tell as fill_mailbox
from zetkin_sync.demo.registers import take_in
from zetkin_sync.demo.simulator import Clock
from zetkin_sync.demo.simulator.mutations import Mutation
from zetkin_sync.demo.simulator.serving import Operator
from zetkin_sync.demo.standalone import Standalone, in_process
from zetkin_sync.errors import ConfigError, Permanent
from zetkin_sync.language import Language, Message, from_json, say
from zetkin_sync.records import PlanState, Run, RunState
from zetkin_sync.runner import Installation, Watch
from zetkin_sync.settings import Settings
from zetkin_sync.store import assessments, cases, ledger, plans, schema
from zetkin_sync.store.engine import Store

DAY = "2026-11-23"  # a Monday, so that the weekly mail is due
ROOT = 1
ORGANIZER = "demo-organizer"
SECOND = "another-demo-organizer"  # a large callout needs two
_KEY = "a key for the demo only, which guards nothing real"
_LISTS = [
    "organizations",
    "people",
    "fields",
    "tags",
    "taggings",
    "officials",
    "projects",
    "event_types",
    "places",
    "events",
    "lists",
    "participations",
    "responses",
]

_AT_ONCE = {"per_minute": 60_000}  # into a folder, mails need not be spread over minutes
_MAILS = ("send_status", "send_month", "send_day_after", "send_after_meetings", "send_alarms")


@dataclass
class Summary:
    """What happened, for the table and for summary.json."""

    rows: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    goals: dict[str, int] = field(default_factory=dict)
    plans: list[dict[str, Any]] = field(default_factory=list)
    changes_applied: int = 0
    next_plan_changes: int = 0
    mails: int = 0
    bounces: dict[str, Any] = field(default_factory=dict)
    callout: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "failed": self.failed,
            "goals": self.goals,
            "plans": self.plans,
            "plans_applied": sum(p["applied"] for p in self.plans),
            "changes_applied": self.changes_applied,
            "next_plan_changes": self.next_plan_changes,
            "mails": self.mails,
            "bounces": self.bounces,
            "callout": self.callout,
            "seconds": self.seconds,
        }


@dataclass(frozen=True)
class Demo:
    """A running demo: the simulator's operator, the installation, where things are put."""

    operator: Operator
    installation: Installation
    clock: Clock
    out: Path
    mailbox: Path
    seed: int

    def advance(self, delta: timedelta) -> None:
        """Let time pass, for us and for Zetkin."""
        self.clock.advance(delta.total_seconds())
        self.operator.advance(delta.total_seconds())


@contextmanager
def started(
    out: Path,
    *,
    people: int,
    seed: int,
    associations: int | None = None,
    months: int = 24,
    mailbox: Path | None = None,
) -> Iterator[Demo]:
    """A simulator, an empty database, a configuration written by `init` against the simulator.

    `mailbox` is where the mailbox with bounces is put; a temporary folder without it, because it holds addresses
    and is no part of what the service keeps.
    """
    for name in ("config", "mail"):
        shutil.rmtree(out / name, ignore_errors=True)
    for old in out.glob("zetkin_sync.db*"):
        old.unlink()
    out.mkdir(parents=True, exist_ok=True)
    what = Standalone(
        port=_free_port(), people=people, seed=seed, associations=associations, months=months, day=DAY
    )
    with in_process(what) as operator, _folder(mailbox) as returns:
        clock = Clock(datetime.fromisoformat(operator.get("/clock")["now"]))
        config = out / "config"
        settings = Settings.model_validate(
            {
                "config": config,
                "database_url": f"sqlite:///{out.absolute()}/zetkin_sync.db",
                "hash_key": SecretStr(_KEY),
                "zetkin_url": operator.url,
                "zetkin_client_id": CLIENT_ID,
                "zetkin_client_secret": SecretStr(CLIENT_SECRET),
                "zetkin_grant": SecretStr(GRANT),
                "zetkin_login_client_id": LOGIN_CLIENT_ID,
                "zetkin_login_client_secret": SecretStr(LOGIN_CLIENT_SECRET),
                "mail_from": "status@distriktet.example.org",
                "page_url": "http://127.0.0.1:8000",
            }
        )
        write_configuration(config, mail=out.absolute() / "mail", mailbox=returns.absolute())
        write_tree(settings, config, ROOT, overwrite=False)
        complete_configuration(config, today=clock().date())
        store = Store(settings.database_url, now=clock)
        schema.migrate(store)
        try:
            yield Demo(operator, Installation(settings, read_all(config), store), clock, out, returns, seed)
        finally:
            store.close()


@contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    if wanted is not None:
        if wanted.exists() and any(wanted.iterdir()):  # it may hold somebody's mail
            raise ConfigError(
                say("The folder {path} is not empty.", path=str(wanted)),
                say("Name an empty folder or a new one."),
            )
        yield wanted
        return
    with tempfile.TemporaryDirectory(prefix="zetkin-sync-mailbox-") as made:
        yield Path(made)


def walk(demo: Demo, *, watch: Watch, tell: Callable[[Message], None]) -> Summary:
    """Go once round the loop. Raises Permanent when a step did not do what it is for."""
    summary = Summary()
    tell(say("Reading Zetkin …"))
    pulled = _run(demo, "pull_zetkin", watch, summary, name="pull")
    counts = json.loads(pulled.counts)
    summary.rows = {name: counts.get(name, 0) for name in _LISTS}
    summary.failed = _not_read(demo)
    tell(say("Reading the mailbox with what came back …"))
    _read_mailbox(demo, watch, summary)
    tell(say("Taking in what the office keeps elsewhere …"))
    take_in(demo.installation, seed=demo.seed, today=_today(demo), who=ORGANIZER)
    tell(say("Holding it against the plan …"))
    _run(demo, "reconcile", watch, summary, name="reconcile")
    tell(say("Whom to ask to come where people are needed?"))
    _run(demo, "plan_callouts", watch, summary, name="plan_callouts")
    asking = _waiting_callout(summary, demo, tell)
    _run(demo, "send_decisions", watch, summary, name="decisions", options=_AT_ONCE)
    summary.plans = _approve(demo)
    tell(say("Carrying out what the demo's organizer approved …"))
    applied = _run(demo, "apply_changes", watch, summary, name="apply")
    summary.changes_applied = json.loads(applied.counts).get("done", 0)
    _see_what_is_applied(demo, summary)
    tell(say("Reading Zetkin again: is the effect there, and is there nothing left to do?"))
    _run(demo, "pull_zetkin", watch, summary, name="pull_again")
    again = _run(demo, "reconcile", watch, summary, name="reconcile_again")
    left = json.loads(again.counts)
    summary.next_plan_changes = sum(n for name, n in left.items() if name.startswith("changes_"))
    tell(say("Writing the status mails …"))
    for job in _MAILS:
        _run(demo, job, watch, summary, name=job, options={"everyone": True, **_AT_ONCE})
    summary.mails = write_pages(demo.installation, demo.out / "mail")
    _count_goals(demo, summary)
    if asking:
        _let_answer(demo, watch, summary, tell)
    (demo.out / "summary.json").write_text(
        json.dumps(summary.as_dict(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    return summary


def _today(demo: Demo) -> date:
    return demo.clock().astimezone(demo.installation.configurations[0].district.zone).date()


def _read_mailbox(demo: Demo, watch: Watch, summary: Summary) -> None:
    """Members whom mail does not reach become cases; some give a new address in Zetkin and are reached again."""
    store, root = demo.installation.store, demo.installation.configurations[0].root
    code = demo.installation.configurations[0].district.language
    told = fill_mailbox(demo.mailbox, _by_address(demo), now=demo.clock(), seed=demo.seed)
    first = json.loads(_run(demo, "read_bounces", watch, summary, name="bounces").counts)
    demo.operator.mutate(Mutation(organization=root, new_address=list(told.dead[: len(told.dead) // 2])))
    _run(demo, "pull_zetkin", watch, summary, name="pull_addresses", options={"only": ["people"]})
    then = json.loads(_run(demo, "read_bounces", watch, summary, name="bounces_again").counts)
    with store.reading() as session:
        open_cases = len(cases.cases(session, district=root, opened_only=True))
        alerts = [from_json(alert.what) for alert in cases.alerts(session, district=root)]
    summary.bounces = {
        "mails": first["mails"],
        "reports_kept": first["new"],
        "about_nobody_of_ours": first["unmatched"],
        "cases_opened": first["cases_opened"],
        "restored": then["restored"],
        "cases_open": open_cases,
        "alerts": [Language(code).say(alert) for alert in alerts],
    }


def _by_address(demo: Demo) -> list[tuple[int, str]]:
    """Members whose address nobody else has, as the world outside knows them."""
    found: dict[str, set[int]] = {}
    for rows in demo.operator.truth("people").values():
        for person in rows:
            if person["email"]:
                found.setdefault(person["email"].strip().lower(), set()).add(person["id"])
    return [(next(iter(people)), address) for address, people in found.items() if len(people) == 1]


def _see_what_is_applied(demo: Demo, summary: Summary) -> None:
    for each in summary.plans:
        stored = plans.plan_of(demo.installation.store, each["plan"])
        each["applied"] = stored is not None and stored.state == PlanState.APPLIED


def _waiting_callout(summary: Summary, demo: Demo, tell: Callable[[Message], None]) -> bool:
    """Say what the proposed callout is and why one is asked and another not; is there one?"""
    found = wave.waiting(demo.installation)
    if found is None:
        return False
    told = summary.callout = dict(found.told)
    tell(
        say("{emails} emails to {people} people are proposed.", emails=told["emails"], people=told["people"])
    )
    for key in ("why_asked", "why_not_asked"):
        if key in told:
            tell(say("Why? {sentence}", sentence=told[key]))
    return True


def _let_answer(demo: Demo, watch: Watch, summary: Summary, tell: Callable[[Message], None]) -> None:
    """Time passes: Zetkin sends, simulated activists read and sign up, events are held."""
    began = time.monotonic()
    since = demo.installation.store.now() - timedelta(days=1)
    tell(say("Time passes: Zetkin sends the emails, people answer, events are held …"))
    demo.advance(timedelta(hours=4))
    sent = _run(demo, "apply_changes", watch, summary, name="callout_sent")
    summary.callout["emails_sent"] = json.loads(sent.counts).get("done", 0)
    summary.changes_applied += summary.callout["emails_sent"]
    _see_what_is_applied(demo, summary)
    demo.advance(wave.HELD_AFTER)
    _run(demo, "pull_zetkin", watch, summary, name="callout_read", options={"only": wave.LISTS})
    summary.callout["effect"] = wave.effect(demo.installation, since=since)
    summary.seconds["callout"] = round(time.monotonic() - began, 1)


def _count_goals(demo: Demo, summary: Summary) -> None:
    root = demo.installation.configurations[0].root
    today = demo.clock().astimezone(demo.installation.configurations[0].district.zone).date()
    for row in assessments.held(demo.installation.store, district=root, day=today, unit=root):
        summary.goals[row.state] = summary.goals.get(row.state, 0) + 1


def _not_read(demo: Demo) -> list[str]:
    """The associations whose newest reading is not whole, by title."""
    facts = known_facts(demo.installation.store, demo.installation.configurations[0], now=demo.clock())
    broken = {f.organization for f in facts.freshness if not f.complete}
    return sorted(o.title for o in facts.organizations if o.id in broken)


def _run(
    demo: Demo, job: str, watch: Watch, summary: Summary, *, name: str, options: dict[str, Any] | None = None
) -> Run:
    began = time.monotonic()
    root = demo.installation.configurations[0].root
    run = run_now(demo.installation, district=root, job=job, options=options, watch=watch)
    summary.seconds[name] = round(time.monotonic() - began, 1)
    if run.state == RunState.FAILED:
        notes = ledger.notes_of(run)
        raise Permanent(say("The job {job} failed: {why}", job=job, why=notes[0] if notes else ""))
    return run


def _approve(demo: Demo) -> list[dict[str, Any]]:
    """The organizer reads each proposal and approves exactly what it says."""
    store, configuration = demo.installation.store, demo.installation.configurations[0]
    root, titles = configuration.root, configuration.titles
    found = []
    for row in plans.plans(store, district=root, states=[PlanState.PROPOSED]):
        assert row.id is not None
        wave.approve(demo.installation, row, ORGANIZER, SECOND)
        plan = plan_of(row.body)
        found.append(
            {
                "plan": row.id,
                "action": row.action,
                "changes": plan.counts,
                "people": plan.recipients,
                "left_out": [titles.get(o.organization, str(o.organization)) for o in plan.left_out],
                "applied": False,
            }
        )
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
