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
from datetime import datetime
from functools import cached_property
from typing import Any

from zetkin_sync import plugins
from zetkin_sync.changes import Action
from zetkin_sync.configuration import Configuration, JobEntry
from zetkin_sync.context import Context, Outcome
from zetkin_sync.errors import ConfigError, Permanent, Trouble
from zetkin_sync.goals import BoundPlan
from zetkin_sync.language import Message, say
from zetkin_sync.leases import LEASE, Held, Keeper
from zetkin_sync.log import logger
from zetkin_sync.privacy import log_id
from zetkin_sync.records import RunState
from zetkin_sync.settings import Settings
from zetkin_sync.store import claims, ledger
from zetkin_sync.store.claims import Claim, FenceLost
from zetkin_sync.store.engine import Store
from zetkin_sync.store.ledger import Wanted

__all__ = ["LEASE", "Carried", "Installation", "Watch", "carry", "connection", "owner_name"]
_REPORT_EVERY = 0.5  # seconds between two progress rows

Watch = Callable[[Message | None, int, int], None]


@dataclass(frozen=True)
class Installation:
    """One process's settings, districts and store. `job` finds what runs a job, by its module's name."""

    settings: Settings
    configurations: tuple[Configuration, ...]
    store: Store
    job: Callable[[str], Callable[[Any], Any]] = plugins.job

    @cached_property
    def by_root(self) -> Mapping[int, Configuration]:
        return {c.root: c for c in self.configurations}

    @cached_property
    def _bound(self) -> dict[int, tuple[Mapping[str, Action], tuple[BoundPlan, ...]]]:
        return {}

    def of(self, district: int) -> Configuration:
        """The configuration of a district."""
        try:
            return self.by_root[district]
        except KeyError:
            raise ConfigError(
                say("District {district} is not in the configuration.", district=district)
            ) from None

    def bound(self, district: int) -> tuple[Mapping[str, Action], tuple[BoundPlan, ...]]:
        """A district's actions and plans, tied to their modules once."""
        if district not in self._bound:
            configuration = self.of(district)
            actions = {n: plugins.action(n, entry) for n, entry in configuration.actions.items()}
            self._bound[district] = (actions, plugins.bound_plans(configuration))
        return self._bound[district]

    def knows(self, district: int, job: str) -> bool:
        """Is this a job of a district of ours? Another's, or a newer version's, is left to them."""
        configuration = self.by_root.get(district)
        return configuration is not None and job in configuration.schedule.jobs


def owner_name() -> str:
    """This process, as the ledger names it."""
    return f"{socket.gethostname()}:{os.getpid()}"


@dataclass
class Carried:
    """How a run ended."""

    state: RunState
    counts: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()
    trouble: Trouble | None = None


def carry(
    installation: Installation, claim: Claim, *, keeper: Keeper | None = None, watch: Watch | None = None
) -> Carried:
    """Run the claimed job. Raises nothing that a job causes; FenceLost ends as a failed run of nobody.

    `keeper` renews the leases of this process; without one the run gets its own while it lasts.
    """
    if keeper is None:
        alone = Keeper(installation.store)
        with alone.beating():
            return carry(installation, claim, keeper=alone, watch=watch)
    started = time.monotonic()
    log = logger().bind(run=claim.run, job=claim.job, slot=claim.slot, district=claim.district)
    entry = installation.of(claim.district).schedule.jobs.get(claim.job)
    timeout = (entry or JobEntry()).timeout
    trouble: Trouble | None = None
    with keeper.holding(claim, timeout=timeout) as held, _connections(installation, claim) as connect:
        try:
            run = installation.job((entry.module if entry else None) or claim.job)
            outcome: Outcome = run(_context(installation, connect, held, keeper, watch))
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
            _end_anyway(installation, claim, error)
    log.info(
        "run.finished",
        organization=claim.organization,
        state=str(carried.state),
        counts=dict(carried.counts),
        seconds=round(time.monotonic() - started, 3),
        wait=round(claim.waited, 3),
        attempts=claim.fence,
        asked=_asked(installation, claim),
    )
    return carried


def _end_anyway(installation: Installation, claim: Claim, error: Trouble) -> None:
    """The effects could not be written: none of them is there, and the run says so if it is still ours."""
    if isinstance(error, FenceLost):
        return
    failed = Outcome(state=RunState.FAILED, notes=(error.what, error.do))
    try:
        _finish(installation, claim, failed)
    except Trouble:  # the lease runs out and another worker tries again
        logger().warning("run.open", run=claim.run, job=claim.job)


def _asked(installation: Installation, claim: Claim) -> str:
    if claim.asked_by is None:
        return "clock"
    key = installation.settings.hash_key
    return log_id(key.get_secret_value().encode(), "user", claim.asked_by) if key else "person"


def _context(
    installation: Installation,
    connect: Callable[[str], Any],
    held: Held,
    keeper: Keeper,
    watch: Watch | None,
) -> Context:
    store, claim = installation.store, held.claim
    told = 0.0
    lock = threading.Lock()

    def progress(step: Message | None, done: int = 0, total: int = 0) -> None:
        nonlocal told
        if watch is not None:
            watch(step, done, total)
        with lock:
            if time.monotonic() - told <= _REPORT_EVERY and done != total:
                return
            told = time.monotonic()
        if held.lost.is_set() or not claims.report(store, claim, step=step, done=done, total=total):
            raise FenceLost(
                say("The run {run} was stopped, or another worker has taken it over.", run=claim.run)
            )

    actions, plans = installation.bound(claim.district)
    return Context(
        claim=claim,
        store=store,
        settings=installation.settings,
        configuration=installation.of(claim.district),
        now=store.now,
        connect=connect,
        progress=progress,
        still_ours=lambda: not held.lost.is_set() and claims.holds(store, claim, lease=keeper.lease),
        actions=actions,
        plans=plans,
        log=logger().bind(run=claim.run, job=claim.job, district=claim.district),
    )


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
    with store.writing() as session:
        now = store.now(session.connection())
        for effect in outcome.effects:
            effect(session)
        claims.finish(session, claim, state=outcome.state, counts=outcome.counts, notes=outcome.notes, at=now)
        if claim.asked_by is None:
            ledger.enqueue_in(session.connection(), _followers(installation, claim, now))


def _followers(installation: Installation, claim: Claim, now: datetime) -> list[Wanted]:
    """The runs that this one is followed by: of the same slot, ready now."""
    schedule = installation.of(claim.district).schedule
    return [
        Wanted(
            district=claim.district,
            job=name,
            organization=claim.organization,
            slot=claim.slot,
            due=claim.due,
            ready=now,
            not_after=now + schedule.jobs[name].grace,
            waits_for=schedule.goes_first(name),
        )
        for name in schedule.followers(claim.job)
    ]
