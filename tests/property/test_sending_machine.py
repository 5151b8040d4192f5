"""The ten properties of sending (RELIABILITY §4.3), whatever people, networks and processes do, in whatever order."""

from __future__ import annotations

import contextlib
import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from tests.callouts_facts import CENTRES, POLICY, event, facts, person, tag
from tests.fake_zetkin import Email
from tests.sending import ANSWERS, NETWORK, OPTED_OUT, World, email
from zetkin_sync.apply import watch
from zetkin_sync.apply.decide import decide, put_up
from zetkin_sync.callouts.asking import Asking, Senders
from zetkin_sync.changes import Action, ApprovalRule, Limits, Plan, make_plan
from zetkin_sync.changes.actions import ask_network, tag_network_in_priority_areas
from zetkin_sync.errors import NeedsHuman, Trouble, UnsafePlan
from zetkin_sync.records import STOP, IntentState, PlanState, Restriction
from zetkin_sync.records.facts import Facts, Freshness, TagFact
from zetkin_sync.store import asked, controls, outbox, plans, rights

CAP = (2, 28)
A_DAY = 14
EVERYBODY = range(1, 9)
WAYS = ("tag", "lost tag", "written down", "restricted")
WHAT_GOES_WRONG = st.none() | st.tuples(st.integers(0, 12), st.sampled_from((*ANSWERS, "crash", "unread")))


@dataclass
class Callout:
    plan: int
    mark: str
    people: frozenset[int]
    approved: datetime


@dataclass
class Gone:
    """When somebody said no, and whether a whole run has been made since."""

    at: datetime
    seen: bool = False


@dataclass
class Story:
    callouts: list[Callout] = field(default_factory=list)
    gone: dict[int, Gone] = field(default_factory=dict)
    told_too_late: set[tuple[int, str]] = field(default_factory=set)


class Sending(RuleBasedStateMachine):
    """People join and leave, organizers decide, stop and undo, clocks move, networks fail, processes die."""

    proposals = Bundle("proposals")

    @initialize()
    def begin(self) -> None:
        self.world, self.story, self.number = World(), Story(), 0
        zetkin = self.world.zetkin
        zetkin.on = {(p, NETWORK) for p in EVERYBODY} | {(1, 99)}
        zetkin.lists[5] = ("En annans lista", {1, 2})
        zetkin.emails[6] = Email(6, "En annans mejl", "x", target=7, list=5)
        zetkin.event(51, starts=(self.world.clock() + timedelta(days=60)).replace(tzinfo=None))
        zetkin.event(52, starts=(self.world.clock() + timedelta(days=61)).replace(tzinfo=None))

    @rule(target=proposals, people=st.sets(st.sampled_from(EVERYBODY), min_size=1, max_size=4))
    def propose(self, people: set[int]) -> tuple[int, str, str, frozenset[int]]:
        return self._propose(people)

    def _propose(self, people: set[int]) -> tuple[int, str, str, frozenset[int]]:
        self.number += 1
        now = self.world.clock()
        mark = f"zetkin_sync {self.number}"
        change = email(
            sorted(people),
            key=f"email:{self.number}",
            mark=mark,
            not_after=(now + timedelta(days=3)).isoformat(),
        )
        plan = Plan(
            action=f"callout:{self.number}",
            district=1,
            made=now,
            expires=now + timedelta(days=2),
            changes=(change,),
            cap=CAP,
            volume=((A_DAY, 24),),
        )
        with self.world.store.writing() as session:
            row = put_up(session, plan)
        assert row is not None
        return row, plan.fingerprint, mark, frozenset(people)

    @rule(proposal=proposals, approve=st.booleans())
    def decide(self, proposal: tuple[int, str, str, frozenset[int]], approve: bool) -> None:
        self._decide(proposal, approve=approve)

    def _decide(self, proposal: tuple[int, str, str, frozenset[int]], *, approve: bool) -> None:
        row, fingerprint, mark, people = proposal
        now = self.world.clock()
        with contextlib.suppress(NeedsHuman, UnsafePlan):
            decide(self.world.store, row, fingerprint=fingerprint, who="user:1", approve=approve, at=now)
            if approve:
                self.story.callouts.append(Callout(row, mark, people, now))

    @rule(people=st.sets(st.sampled_from(EVERYBODY), min_size=1, max_size=4))
    def ask(self, people: set[int]) -> None:
        """Proposed and approved at once."""
        self._decide(self._propose(people), approve=True)

    @rule(who=st.sampled_from(EVERYBODY), way=st.sampled_from(WAYS))
    def change_of_mind(self, who: int, way: str) -> None:
        """Somebody says no in the minutes between the scheduling and the sending."""
        self._run(None)
        self._say_no(who, way)
        self._run(None)
        self._wait(20)

    @rule(wrong=WHAT_GOES_WRONG)
    def run(self, wrong: tuple[int, str] | None) -> None:
        self._run(wrong)

    def _run(self, wrong: tuple[int, str] | None) -> None:
        line = self.world.line
        if wrong is not None:
            line.faults = {len(line.moments) + wrong[0]: wrong[1]}
        for callout in self.story.callouts:
            self.world.work(callout.plan)
        whole = wrong is None and not line.late
        line.faults = {}
        if whole and not controls.stopped(self.world.store, district=1):
            for gone in self.story.gone.values():
                gone.seen = True

    @rule(minutes=st.sampled_from((5, 20, 240, 2000)))
    def wait(self, minutes: int) -> None:
        self._wait(minutes)

    def _wait(self, minutes: int) -> None:
        before = {e.id for e in self.world.zetkin.emails.values() if e.sent_to}
        self.world.pass_by(minutes=minutes)
        for sent in self.world.zetkin.emails.values():
            if sent.id not in before:
                for who in sent.sent_to:
                    if who in self.story.gone and self.story.gone[who].seen:
                        self.story.told_too_late.add((who, sent.title))

    @rule(who=st.sampled_from(EVERYBODY), way=st.sampled_from(WAYS))
    def say_no(self, who: int, way: str) -> None:
        self._say_no(who, way)

    def _say_no(self, who: int, way: str) -> None:
        now, store = self.world.clock(), self.world.store
        if way == "tag":
            self.world.zetkin.on.add((who, OPTED_OUT))
        elif way == "lost tag":
            self.world.zetkin.on.discard((who, NETWORK))
        elif way == "written down":
            with store.writing() as session:
                rights.opt_out(session, [who], district=1, at=now, how="person")
        else:
            with store.writing() as session:
                if session.get(Restriction, (1, who)) is None:
                    session.add(Restriction(district=1, person=who, since=now))
        self.story.gone.setdefault(who, Gone(now))

    @rule(proposal=proposals)
    def cancel(self, proposal: tuple[int, str, str, frozenset[int]]) -> None:
        if any(c.plan == proposal[0] for c in self.story.callouts):
            with contextlib.suppress(Trouble):
                watch.cancel_plan(self.world.hands(), proposal[0])

    @rule(on=st.booleans())
    def stop(self, on: bool) -> None:
        if on:
            controls.turn_on(self.world.store, district=1, name=STOP, who="user:1")
            watch.follow(self.world.hands())
        else:
            controls.turn_off(self.world.store, district=1, name=STOP)

    @rule(number=st.sampled_from((51, 52)), on=st.booleans())
    def call_off(self, number: int, on: bool) -> None:
        self.world.zetkin.events[number] = self.world.zetkin.events[number]._replace(cancelled=not on)

    @rule()
    def nothing_more_when_all_is_done(self) -> None:
        """1: carrying out again does nothing."""
        for callout in self.story.callouts:
            if plans.plan_of(self.world.store, callout.plan).state == PlanState.APPLIED:  # type: ignore[union-attr]
                written = len(self.world.zetkin.writes)
                self.world.work(callout.plan)
                assert len(self.world.zetkin.writes) == written

    @invariant()
    def nobody_gets_a_callout_twice(self) -> None:
        """2, and 8: nor anybody whom it was not approved for."""
        for callout in self.story.callouts:
            sent = [
                e.sent_to for e in self.world.zetkin.emails.values() if e.title == callout.mark and e.sent_to
            ]
            assert len(sent) <= 1
            assert all(to <= callout.people for to in sent)

    @invariant()
    def nothing_is_sent_that_nobody_approved(self) -> None:
        approved = {c.mark for c in self.story.callouts}
        assert {e.title for e in self.world.zetkin.emails.values() if e.sent_to} <= approved

    @invariant()
    def the_caps_hold(self) -> None:
        """3, counted on what was decided; what was sent is less."""
        since = self.world.clock() - timedelta(days=400)
        counted = asked.asked_since(self.world.store, district=1, since=since)
        standing = [fact for fact in counted if fact.counts]
        for fact in standing:
            window = [f for f in standing if fact.at <= f.at < fact.at + timedelta(days=CAP[1])]
            assert sum(f.person == fact.person for f in window) <= CAP[0]
            assert sum(f.at < fact.at + timedelta(days=1) for f in window) <= A_DAY
        for who in EVERYBODY:
            sent = sum(who in e.sent_to for e in self.world.zetkin.emails.values())
            assert sent <= sum(f.person == who for f in standing)

    @invariant()
    def nobody_who_said_no_is_written_to(self) -> None:
        """4, from the first whole run after they said it."""
        assert not self.story.told_too_late

    @invariant()
    def what_is_not_ours_is_untouched(self) -> None:
        """5."""
        zetkin = self.world.zetkin
        assert zetkin.lists[5] == ("En annans lista", {1, 2})
        assert (zetkin.emails[6].list, zetkin.emails[6].published) == (5, None)
        assert (1, 99) in zetkin.on

    @invariant()
    def nothing_is_lost(self) -> None:
        """9: everything approved is open, done, parked or cancelled, and what was not done says why."""
        for callout in self.story.callouts:
            [row] = outbox.intents_of(self.world.store, plan=callout.plan)
            assert row.state in set(IntentState)
            if row.state in (IntentState.PARKED, IntentState.CANCELLED):
                assert row.why


Sending.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
TestSending = Sending.TestCase


# -- plans of tags: 1, 6, 7 and 10

PREFIXES = {"163": "Tensta"}
TAGGING = Action(
    name="tag_network_in_priority_areas",
    propose=tag_network_in_priority_areas.propose,
    reads=(),
    parameters={
        "network_tag": "Aktivistnätverket",
        "tag": "Prio",
        "group": "zetkin_sync",
        "prefixes": PREFIXES,
    },
    limits=Limits(removal_share=0.2, removal_least=2),
    approval=ApprovalRule(),
    push=True,
)


def known(living: dict[int, str], network: set[int], ours: set[int] | None) -> Facts:
    tags = [tag(NETWORK, "Aktivistnätverket", *network)]
    if ours is not None:
        tags.append(TagFact(id=101, title="Prio", group="zetkin_sync", owner=1, people=frozenset(ours)))
    return facts(people=tuple(person(i, postcode=code) for i, code in living.items()), tags=tuple(tags))


living = st.dictionaries(st.integers(1, 12), st.sampled_from(("16345", "11122")), min_size=1)
some = st.sets(st.integers(1, 12))


@settings(max_examples=40, deadline=None)
@given(living=living, network=some, ours=some, prefix=st.integers(0, 20))
def test_planning_again_after_applying_is_empty_and_any_prefix_leads_there(
    living: dict[int, str], network: set[int], ours: set[int], prefix: int
) -> None:
    world = World()
    zetkin = world.zetkin
    zetkin.tag_ids["zetkin_sync/Prio"] = 101
    zetkin.on = {(p, 101) for p in ours}
    plan = make_plan(TAGGING, known(living, network, ours))
    if plan.refused:
        return
    made = [*plan.changes[:prefix]], [*plan.changes]
    for part in made:  # a part first, then all that is planned anew from what it left
        now = make_plan(TAGGING, known(living, network, {p for p, t in zetkin.on if t == 101}))
        chosen = [change for change in now.changes if change.key in {c.key for c in part}]
        if chosen:
            world.work(world.approve(*chosen))
            world.clock.now += timedelta(hours=1)
    after = {p for p, t in zetkin.on if t == 101}
    assert not make_plan(TAGGING, known(living, network, after)).changes
    assert after & living.keys() == {p for p in network & living.keys() if living[p].startswith("163")}


@settings(max_examples=40, deadline=None)
@given(removed=st.integers(0, 30), kept=st.integers(0, 30))
def test_the_brake_lets_nothing_through_not_even_a_part(removed: int, kept: int) -> None:
    """6."""
    living = {i: "11122" if i <= removed else "16345" for i in range(1, removed + kept + 1)}
    everybody = set(living)
    plan = make_plan(TAGGING, known(living, everybody, everybody))
    too_many = removed > max(2, 0.2 * (removed + kept))
    assert bool(plan.refused) == too_many
    if too_many:
        world = World()
        with world.store.writing() as session:
            row = put_up(session, plan)
        with pytest.raises(NeedsHuman):
            decide(
                world.store, row or 0, fingerprint=plan.fingerprint, who="u", approve=True, at=world.clock()
            )
        world.work(row or 0)
        assert world.zetkin.writes == []


ASKING = Action(
    name="ask_network",
    propose=ask_network.propose,
    reads=("people",),
    parameters={},
    limits=Limits(),
    approval=ApprovalRule(),
)


def asking(known: Facts, **more: Any) -> Facts:
    about = Asking(policy=POLICY, centres=CENTRES)
    return replace(known, more={"callouts": about, "senders": Senders(configs=(1,), themes=(2,))}, **more)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_wave_does_not_depend_on_the_order_of_what_was_read(seed: int) -> None:
    """7, and 10: planning writes nothing, because it has nothing to write with."""
    base = asking(facts(events=tuple(event(10 + i, days=3 + i % 4, required=1 + i % 3) for i in range(6))))
    dice = random.Random(seed)

    def shuffled(rows: Any) -> tuple[Any, ...]:
        return tuple(dice.sample(list(rows), len(rows)))

    mixed = replace(
        base, people=shuffled(base.people), events=shuffled(base.events), tags=shuffled(base.tags)
    )
    first, second = make_plan(ASKING, base), make_plan(ASKING, mixed)
    assert first.changes and not first.refused
    assert first.fingerprint == second.fingerprint


def test_a_wave_is_refused_without_a_sender_or_from_a_partial_reading() -> None:
    no_theme = replace(asking(facts()), more={**asking(facts()).more, "senders": Senders(configs=(1,))})
    assert "no theme" in " ".join(map(str, make_plan(ASKING, no_theme).refused))
    partial = Freshness(resource="people", organization=1, snapshot=1, read=facts().now, complete=False)
    assert make_plan(ASKING, asking(facts(), freshness=(partial,))).refused


def test_the_plan_keeps_a_wanted_sender_and_refuses_one_that_is_gone() -> None:
    wanted = replace(ASKING, parameters={"config": 1, "theme": 9})
    plan = make_plan(wanted, asking(facts()))
    assert "theme = 9" in " ".join(map(str, plan.refused))
    assert plan.changes[0].payload["config"] == 1
