"""What a job is given: the outside world through ports, the store, the configuration, the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

import msgspec

from zetkin_sync.callouts.asking import Asking
from zetkin_sync.changes import Action
from zetkin_sync.configuration import Configuration
from zetkin_sync.goals import BoundPlan, area_facts
from zetkin_sync.goals.threads import threads
from zetkin_sync.language import Message
from zetkin_sync.ports import Mailer, Progress, Zetkin
from zetkin_sync.records import RunState
from zetkin_sync.records.facts import Facts
from zetkin_sync.settings import Settings
from zetkin_sync.store import facts as stored_facts
from zetkin_sync.store import plan_facts, shared_mail
from zetkin_sync.store.claims import Claim
from zetkin_sync.store.engine import Session, Store


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
    plans: tuple[BoundPlan, ...]
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
        """What the store knows of this district now, each event placed in its areas."""
        return known_facts(self.store, self.configuration, now=self.now())


def known_facts(store: Store, configuration: Configuration, *, now: datetime) -> Facts:
    """What is known of a district: the store's facts with the configuration's areas and priorities."""
    facts = stored_facts.load(
        store,
        district=configuration.root,
        kinds=configuration.kinds,
        zone=configuration.district.zone,
        now=now,
    )
    more = plan_facts.load(store, district=configuration.root, now=now, today=facts.today)
    with store.reading() as session:
        messages = shared_mail.messages(session, district=configuration.root, now=now)
    index = configuration.area_index(
        facts.today, drawn=plan_facts.drawn_areas(store, district=configuration.root)
    )
    placed = index.locate_events(facts.events)
    events = tuple(
        msgspec.structs.replace(event, areas=place.areas, located=place.how)
        for event, place in zip(facts.events, placed, strict=True)
    )
    asking = Asking.of(
        configuration.callouts,
        index.areas,
        points=index.centres,
        language=configuration.district.language,
        folder=configuration.district.zetkin.our_folder,
    )
    prefixes = {p: a.title for a in index.areas if a.priority for p in a.postcodes}
    return replace(
        facts,
        events=events,
        areas=area_facts(index),
        threads=None if messages is None else threads(messages, mailbox=shared_mail.ROLE),
        **{**more, "priorities": (*more["priorities"], *configuration.priorities)},
        more={**facts.more, "priority_prefixes": prefixes, "callouts": asking},
    )
