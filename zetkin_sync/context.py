"""What a job is given: the outside world through ports, the store, the configuration, the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from zetkin_sync.changes import Action
from zetkin_sync.configuration import Configuration
from zetkin_sync.language import Message
from zetkin_sync.ports import Mailer, Progress, Zetkin
from zetkin_sync.records import RunState
from zetkin_sync.records.facts import Facts
from zetkin_sync.settings import Settings
from zetkin_sync.store import facts as stored_facts
from zetkin_sync.store.engine import Session, Store
from zetkin_sync.store.ledger import Claim


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run came to. `effects` are written in the transaction that ends the run."""

    state: RunState = RunState.OK
    counts: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()
    effects: tuple[Callable[[Session], None], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Context:
    """Everything a job may touch.

    `connect(role)` opens a connector by the role that the configuration gives it; the properties below are
    the usual ones. `still_ours()` is False when another worker has taken the run.
    """

    claim: Claim
    store: Store
    settings: Settings
    configuration: Configuration
    now: Callable[[], datetime]
    connect: Callable[[str], Any]
    progress: Progress
    still_ours: Callable[[], bool]
    actions: Mapping[str, Action]
    metrics: Callable[[str], Any]
    log: Any

    @property
    def district(self) -> int:
        return self.claim.district

    @property
    def options(self) -> Mapping[str, Any]:
        """What the schedule's entry says, and what was asked for with this run."""
        entry = self.configuration.schedule.jobs.get(self.claim.job)
        return {**(entry.options if entry else {}), **self.claim.options}

    @property
    def zetkin(self) -> Zetkin:
        return cast(Zetkin, self.connect("zetkin"))

    @property
    def mailer(self) -> Mailer:
        return cast(Mailer, self.connect("mailer"))

    def facts(self) -> Facts:
        """What the store knows of this district now."""
        return stored_facts.load(
            self.store,
            district=self.district,
            kinds=self.configuration.kinds,
            zone=self.configuration.district.zone,
            now=self.now(),
        )
