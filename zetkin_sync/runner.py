"""Carry one claimed run to its end: build its context, run the job, record what it came to.

Whatever happens, the run ends as ok, partial or failed with a sentence that says why; a traceback reaches
no user. While the job works its lease is renewed; a run that was taken over leaves nothing.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from zetkin_sync import plugins
from zetkin_sync.configuration import Configuration
from zetkin_sync.context import Context, Outcome
from zetkin_sync.errors import ConfigError, Permanent, Trouble
from zetkin_sync.language import Message, say
from zetkin_sync.log import logger
from zetkin_sync.privacy import log_id
from zetkin_sync.records import RunState
from zetkin_sync.settings import Settings
from zetkin_sync.store import ledger
from zetkin_sync.store.engine import Store
from zetkin_sync.store.ledger import Claim

LEASE = timedelta(seconds=60)
_REPORT_EVERY = 0.5  # seconds between two progress rows

Watch = Callable[[Message | None, int, int], None]


@dataclass(frozen=True)
class Installation:
    """One process's settings, districts and store."""

    settings: Settings
    configurations: tuple[Configuration, ...]
    store: Store

    @cached_property
    def by_root(self) -> Mapping[int, Configuration]:
        return {c.root: c for c in self.configurations}

    def of(self, district: int) -> Configuration:
        """The configuration of a district."""
        try:
            return self.by_root[district]
        except KeyError:
            raise ConfigError(
                say("District {district} is not in the configuration.", district=district)
            ) from None

    @cached_property
    def after(self) -> dict[str, tuple[str, ...]]:
        """For each job the jobs that go first, over all districts."""
        return {job: first for c in self.configurations for job, first in c.schedule.after.items()}


def owner_name() -> str:
    """This process, as the ledger names it."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_native_id()}"


@dataclass
class Carried:
    """How a run ended."""

    state: RunState
    counts: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()
    trouble: Trouble | None = None


def carry(
    installation: Installation, claim: Claim, *, lease: timedelta = LEASE, watch: Watch | None = None
) -> Carried:
    """Run the claimed job. Raises nothing that a job causes; FenceLost ends as a failed run of nobody."""
    store, started = installation.store, time.monotonic()
    log = logger().bind(run=claim.run, job=claim.job, slot=claim.slot, district=claim.district)
    lost = threading.Event()
    trouble: Trouble | None = None
    with _kept(store, claim, lease, lost), _connections(installation, claim) as connect:
        try:
            context = _context(installation, claim, connect, lost, watch)
            run = plugins.job(_module(context))
            outcome: Outcome = run(context)
        except Trouble as error:
            trouble = error
            outcome = Outcome(state=RunState.FAILED, notes=(error.what, error.do))
        except Exception:  # a fault of ours: the run fails, the service goes on
            log.exception("job.fault")
            trouble = Permanent(
                say("The job {job} met a fault in the program.", job=claim.job),
                say("The log of run {run} says where; tell the technical contact.", run=claim.run),
            )
            outcome = Outcome(state=RunState.FAILED, notes=(trouble.what, trouble.do))
    carried = Carried(outcome.state, outcome.counts, outcome.notes, trouble)
    try:
        _finish(installation, claim, outcome)
    except Trouble as error:
        carried = Carried(RunState.FAILED, {}, (error.what, error.do), error)
    log.info(
        "run.finished",
        state=str(carried.state),
        counts=dict(carried.counts),
        seconds=round(time.monotonic() - started, 3),
        asked=_asked(installation, claim),
    )
    return carried


def _module(context: Context) -> str:
    entry = context.configuration.schedule.jobs.get(context.claim.job)
    return (entry.module if entry else None) or context.claim.job


def _asked(installation: Installation, claim: Claim) -> str:
    if claim.asked_by is None:
        return "clock"
    key = installation.settings.hash_key
    return log_id(key.get_secret_value().encode(), "user", claim.asked_by) if key else "person"


def _context(
    installation: Installation,
    claim: Claim,
    connect: Callable[[str], Any],
    lost: threading.Event,
    watch: Watch | None,
) -> Context:
    configuration = installation.of(claim.district)
    store = installation.store
    told = 0.0

    def progress(step: Message | None, done: int = 0, total: int = 0) -> None:
        nonlocal told
        if watch is not None:
            watch(step, done, total)
        if time.monotonic() - told > _REPORT_EVERY or done == total:
            told = time.monotonic()
            ledger.report(store, claim, step=step, done=done, total=total)

    return Context(
        claim=claim,
        store=store,
        settings=installation.settings,
        configuration=configuration,
        now=store.now,
        connect=connect,
        progress=progress,
        still_ours=lambda: not lost.is_set() and ledger.renew(store, claim, lease=LEASE),
        actions={name: plugins.action(name, entry) for name, entry in configuration.actions.items()},
        plans=plugins.bound_plans(configuration),
        log=logger().bind(run=claim.run, job=claim.job, district=claim.district),
    )


@contextmanager
def _kept(store: Store, claim: Claim, lease: timedelta, lost: threading.Event) -> Iterator[None]:
    """Renew the lease three times in its length until the job is done."""
    done = threading.Event()

    def renew() -> None:
        while not done.wait(lease.total_seconds() / 3):
            try:
                if not ledger.renew(store, claim, lease=lease):
                    lost.set()
                    return
            except Trouble:  # a busy database: the next beat tries again, the lease is three beats long
                logger().warning("lease.late", run=claim.run)

    beat = threading.Thread(target=renew, name=f"lease-{claim.run}", daemon=True)
    beat.start()
    try:
        yield
    finally:
        done.set()
        beat.join()


@contextmanager
def _connections(installation: Installation, claim: Claim) -> Iterator[Callable[[str], Any]]:
    """Connectors opened when they are first asked for, closed at the end."""
    opened: dict[str, Any] = {}

    def connect(role: str) -> Any:
        if role not in opened:
            opened[role] = connection(installation, claim.district, role)
        return opened[role]

    try:
        yield connect
    finally:
        for each in opened.values():
            if hasattr(each, "close"):
                each.close()


def connection(installation: Installation, district: int, role: str) -> Any:
    """Open the connector that plays a role in a district. The caller closes it."""
    configuration = installation.of(district)
    name = configuration.district.connectors.get(role)
    if name is None:
        raise ConfigError(
            say("No connector plays the role {role}.", role=role),
            say("Name one under [connectors] in district.toml."),
        )
    options = dict(configuration.district.connector_options.get(role, {}))
    if role == "zetkin":
        part = configuration.district.zetkin
        options |= {
            "person_fields": part.person_fields,
            "tag_values": part.tag_values,
            "event_times": part.event_times,
            "zone": configuration.district.zone,
            "suspicious_hours": part.suspicious_hours,
            "now": installation.store.now,
        }
    return plugins.connector(name)(installation.settings, **options)


def _finish(installation: Installation, claim: Claim, outcome: Outcome) -> None:
    """Effects, the end of the run and the runs that follow it, in one transaction."""
    store = installation.store
    now = store.now()
    with store.writing() as session:
        for effect in outcome.effects:
            effect(session)
        ledger.finish(session, claim, state=outcome.state, counts=outcome.counts, notes=outcome.notes, at=now)
        if claim.asked_by is None:
            for follower in installation.of(claim.district).schedule.followers(claim.job):
                ledger.enqueue_in(
                    session,
                    dialect=store.dialect,
                    values={
                        "district": claim.district,
                        "job": follower,
                        "organization": claim.organization,
                        "slot": claim.slot,
                        "due": now,
                        "asked_by": None,
                        "options": None,
                        "state": RunState.QUEUED,
                    },
                )
