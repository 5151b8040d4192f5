"""The whole service in one thread, its time, crashes, answers and turns decided by a seed: the same seed is the same run.

Two clocks and three workers take turns at what they would do at the same time on several hosts. A worker may die at any
statement, between a commit and a request, or lie still while others take its run over; the network loses, repeats or
delays; the clock jumps; a person stops everything. Then it grows calm, and what must always hold is looked at.

`python -m tests.faults.simulation SEED` prints a seed's whole story.
"""

from __future__ import annotations

import atexit
import hashlib
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import event, text

from tests.fake_zetkin import FakeZetkin
from tests.installations import Time, district, finder, whole_store
from tests.sending import Line, Through
from zetkin_sync import log
from zetkin_sync.apply import watch
from zetkin_sync.apply.decide import decide, put_up
from zetkin_sync.apply.execute import carry_out
from zetkin_sync.apply.hands import Hands
from zetkin_sync.changes import Change, Plan
from zetkin_sync.clock import Clock
from zetkin_sync.configuration import Configuration
from zetkin_sync.context import Context, Outcome
from zetkin_sync.errors import Temporary
from zetkin_sync.language import say
from zetkin_sync.leases import Keeper
from zetkin_sync.records import STOP, Intent
from zetkin_sync.runner import Installation, carry
from zetkin_sync.settings import Settings
from zetkin_sync.store import claims, controls, outbox, upkeep
from zetkin_sync.store.engine import Store

LEASE = timedelta(seconds=60)
BEGIN = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)  # the night in which the clocks are set back
ANSWERS = ("lost", "void", "late", "unsent")
TIDYING = (
    "delete_email",
    "remove_from_list",
    "lock_email",
)  # what a look may take away again; nobody sees it
NETWORK = 7
PEOPLE = [1, 2]
JOBS = {
    "often": {"every_minutes": 15, "grace_minutes": 60},
    "follows": {"after": ["often"], "grace_minutes": 60},
    "nightly": {"at": ["00:30", "02:30", "07:00"], "grace_minutes": 120},
    "apply": {"every_minutes": 15, "grace_minutes": 60, "after": ["often"]},
}
_WRONG = text(
    "SELECT 'done twice', run FROM left_behind GROUP BY run HAVING count(*) > 1"
    " UNION ALL SELECT 'two at once', district FROM run WHERE state = 'running'"
    " GROUP BY district, organization HAVING count(*) > 1"
    " UNION ALL SELECT 'ended without its effect, or the other way round', run.id"
    " FROM run LEFT JOIN left_behind ON left_behind.run = run.id"
    " WHERE (run.state = 'ok') <> (left_behind.run IS NOT NULL)"
)
_ZONE = ZoneInfo("Europe/Stockholm")
_USED = ("run", "control", "instance", "approval", "asked", "intent", "plan", "restriction", "left_behind")


class Dead(BaseException):
    """The process that was at work is no more."""


class Wrong(AssertionError):  # noqa: N818 - an ending of the story
    """Something that must always hold does not."""


@cache
def _store() -> Store:
    """One database for all seeds of a process, in memory where that can be; each begins with empty tables."""
    shared = Path("/dev/shm")
    folder = tempfile.mkdtemp(prefix="zs-sim-", dir=shared if shared.is_dir() else None)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    store = whole_store(f"sqlite:///{folder}/z.db")
    with store.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE left_behind (run INTEGER, fence INTEGER)")
    return store


@cache
def _settings() -> Settings:
    return Settings.model_validate({})


@cache
def _district(number: int, *, sending: bool) -> Configuration:
    return district(number, {n: entry for n, entry in JOBS.items() if sending or n != "apply"})


class Said(Line):
    """A line on which nothing may be sent that was not said before."""

    def __init__(self, now: Callable[[], Any], *, world: World) -> None:
        super().__init__(now)
        self.world = world

    def moment(self, kind: str, name: str) -> str | None:
        if kind == "write":
            self.world.must_be_said(name)
        return super().moment(kind, name)


class Worker:
    """A process that carries runs: its name and its leases, which are gone when it dies."""

    def __init__(self, world: World, number: int) -> None:
        self.world, self.number, self.life = world, number, 0
        self.busy = False
        self.begin()

    def begin(self) -> None:
        self.life += 1
        self.owner = f"w{self.number}.{self.life}"
        self.busy = False
        self.keeper = Keeper(self.world.store, lease=LEASE, clock=lambda: self.world.time().timestamp())


class World:
    """Everything that a seed decides."""

    def __init__(self, seed: int, *, harm: float = 1.0) -> None:
        self.seed = seed
        self.harm = harm  # 1 is a very bad day
        self.random = random.Random(seed)
        self.time = Time(BEGIN + timedelta(minutes=self.random.randrange(0, 1500)))
        self.store = _store()
        self.store._now = self.time
        self.story: list[str] = []
        self.fuse = 0  # die at so many statements from now
        self.depth = 0
        self.calm = False
        self.stopped = False
        event.listen(self.store.engine, "before_cursor_execute", self._strike)
        event.listen(self.store.engine, "commit", self._strike)
        with self.store.transaction() as connection:
            for name in _USED:
                connection.exec_driver_sql(f'DELETE FROM "{name}"')
        found: dict[str, Callable[[Context], Outcome]] = dict.fromkeys(JOBS, self.job)
        sending = seed % 7 == 0
        districts = [_district(n + 1, sending=sending) for n in range(self.random.choice((1, 1, 2)))]
        self.here = Installation(_settings(), tuple(districts), self.store, finder(found))
        self.clocks = [Clock(lambda: self.here) for _ in range(self.random.choice((1, 2)))]
        self.workers = [Worker(self, n) for n in range(self.random.choice((1, 2, 3)))]
        self.zetkin: Any = None
        self.plan = 0
        if sending:
            self._approve()

    def close(self) -> None:
        event.remove(self.store.engine, "before_cursor_execute", self._strike)
        event.remove(self.store.engine, "commit", self._strike)

    def tell(self, what: str) -> None:
        self.story.append(f"{self.time.now:%d %H:%M:%S} {what}")

    def _strike(self, *_: Any) -> None:
        if self.fuse:
            self.fuse -= 1
            if self.fuse == 0:
                raise Dead

    # -- what is sent

    def _approve(self) -> None:
        self.zetkin = FakeZetkin(now=self.time)
        self.zetkin.on = {(p, NETWORK) for p in PEOPLE}
        self.zetkin.event(51, starts=(self.time.now + timedelta(days=4)).replace(tzinfo=None))
        self.zetkin.booked[51] = set(PEOPLE)
        self.line = Said(self.time, world=self)
        for _ in range(sum(self.random.random() < self.harm for _ in range(self.random.randrange(0, 6)))):
            self.line.faults[self.random.randrange(0, 60)] = self.random.choice((*ANSWERS, "unread"))
        now = self.time.now
        verb = self.random.choice(("send_email", "remind"))
        number = self.random.randrange(10**6)
        change = email(now, number) if verb == "send_email" else reminder(number)
        plan = Plan(
            action=f"callout:{number}",
            district=1,
            made=now,
            expires=now + timedelta(days=2),
            changes=(change,),
        )
        with self.store.writing() as session:
            stored = put_up(session, plan)
        assert stored is not None
        decide(self.store, stored, fingerprint=plan.fingerprint, who="user:1", approve=True, at=now)
        self.plan, self.verb = stored, verb

    def must_be_said(self, what: str) -> None:
        """Nothing leaves that was not committed as an intent first."""
        [row] = outbox.intents_of(self.store, plan=self.plan)
        self.tell(f"zetkin: {what} ({row.state})")
        if row.doing is None and row.state != "scheduled" and what not in TIDYING:
            raise Wrong(f"{what} left without a committed intent")

    # -- what a job does

    def job(self, context: Context) -> Outcome:
        """Takes a while, in which the others go on; sends what is approved; leaves one row."""
        claim = context.claim
        self.interlude()
        if claim.job == "apply" and claim.district == 1 and self.zetkin is not None:
            hands = Hands(
                zetkin=Through(self.zetkin, self.line),  # type: ignore[arg-type]
                store=self.store,
                district=1,
                now=self.time,
                still_ours=context.still_ours,
                zone=_ZONE,
                point=self.point,
            )
            watch.follow(hands)
            carry_out(hands, self.plan)
        if not self.calm and self.random.random() < 0.1 * self.harm:
            raise Temporary(say("The network was away."))
        row = {"run": claim.run, "fence": claim.fence}
        left = text("INSERT INTO left_behind VALUES (:run, :fence)")
        return Outcome(effects=(lambda session: session.connection().execute(left, row),))

    def point(self, label: str) -> None:
        """Between a commit and a request."""
        if not self.calm and self.random.random() < 0.08 * self.harm:
            self.tell(f"dies at {label}")
            raise Dead

    def interlude(self) -> None:
        """The others take their turns while this one is at work."""
        if self.calm or self.depth >= 2:
            return
        self.depth += 1
        fuse, self.fuse = self.fuse, 0
        try:
            for _ in range(self.random.choice((0, 0, 1, 1, 2))):
                self.turn()
        finally:
            self.depth -= 1
            self.fuse = fuse

    # -- turns

    def turn(self) -> None:
        """Somebody does something."""
        act = self.random.choices(
            (self.pass_by, self.look, self.work, self.beat, self.freeze, self.jump, self.stop_or_go),
            (5, 4, 9, 2, 1, 0.3, 0.3),
        )[0]
        act()

    def pass_by(self) -> None:
        self.time.pass_by(seconds=self.random.choice((5, 20, 45, 100, 240)))
        if self.zetkin is not None:
            self.line.land()
            self.zetkin.tick()

    def freeze(self) -> None:
        self.tell("time passes beyond every lease")
        self.time.pass_by(seconds=self.random.randrange(61, 200))

    def jump(self) -> None:
        by = self.random.choice((timedelta(hours=-1), timedelta(hours=1), timedelta(minutes=-10)))
        self.tell(f"the clock jumps by {by}")
        self.time.now += by

    def stop_or_go(self) -> None:
        self.stopped = not self.stopped
        self.tell("stop" if self.stopped else "go")
        if self.stopped:
            controls.turn_on(self.store, district=1, name=STOP, who="user:1")
        else:
            controls.turn_off(self.store, district=1, name=STOP)

    def look(self) -> None:
        clock = self.random.choice(self.clocks)
        with suppress(Dead):
            self._light()
            new = clock.look()
            if new:
                self.tell(f"clock: {new} new")
        self.fuse = 0

    def beat(self) -> None:
        self.random.choice(self.workers).keeper.beat()

    def work(self) -> None:
        """A worker that is free looks after the ledger, takes a run and carries it, or dies on the way."""
        free = [w for w in self.workers if not w.busy]
        if not free:
            return
        worker = self.random.choice(free)
        worker.busy = True
        try:
            self._light()
            upkeep.look_after(self.store)
            claim = claims.claim(self.store, owner=worker.owner, lease=LEASE)
            if claim is not None:
                self.tell(f"{worker.owner} takes {claim.run} {claim.job}@{claim.slot} fence {claim.fence}")
                carried = carry(self.here, claim, keeper=worker.keeper)
                self.tell(f"{worker.owner} ends {claim.run}: {carried.state}")
        except Dead:
            self.tell(f"{worker.owner} dies")
            worker.begin()
        finally:
            self.fuse = 0
            worker.busy = False
        self._look_at()

    def _light(self) -> None:
        if not self.calm and self.random.random() < 0.12 * self.harm:
            self.fuse = self.random.randrange(1, 30)

    # -- what must always hold

    def _look_at(self) -> None:
        with self.store.reading() as session:
            wrong = session.connection().execute(_WRONG).all()
        if wrong:
            raise Wrong(f"{wrong}")
        if self.zetkin is not None and self._visible() > 1:
            raise Wrong("people got a message twice")

    def _visible(self) -> int:
        return len(self.zetkin.sent) if self.verb == "send_email" else int(self.zetkin.remind_mails)

    def grow_calm(self) -> None:
        """No more harm: everything that is open must come to its end by itself."""
        self.calm, self.fuse = True, 0
        self.tell("calm")
        if self.stopped:
            self.stop_or_go()
        latest = self._latest()
        self.time.now = max(self.time.now, latest) + timedelta(minutes=2)
        for worker in self.workers:
            worker.begin()
        self.clocks[0].look()
        if self.zetkin is not None:
            self._settle()
        for _ in range(3):  # jobs that were held up by a lost network or by one another
            while self._once():
                pass
            self.time.pass_by(minutes=6)
        self._look_at()
        with self.store.reading() as session:
            left = (
                session.connection()
                .execute(
                    text(
                        "SELECT id, job, slot, state FROM run WHERE state IN ('queued', 'running') AND ready < :now"
                    ),
                    {"now": (self.time.now - timedelta(minutes=4)).strftime("%Y-%m-%d %H:%M:%S.%f")},
                )
                .all()
            )
        if left:
            raise Wrong(f"never came to an end: {left}")
        if self.zetkin is not None:
            self._reckon()

    def _once(self) -> bool:
        upkeep.look_after(self.store)
        claim = claims.claim(self.store, owner="calm", lease=LEASE)
        if claim is not None:
            carry(self.here, claim, keeper=self.workers[0].keeper)
        return claim is not None

    def _settle(self) -> None:
        """What is approved is carried on every ten minutes, as its job does, until it is settled."""
        hands = Hands(
            zetkin=Through(self.zetkin, self.line),  # type: ignore[arg-type]
            store=self.store,
            district=1,
            now=self.time,
            still_ours=lambda: True,
            zone=_ZONE,
        )
        for _ in range(60):
            watch.follow(hands)
            carry_out(hands, self.plan)
            state = self._intent().state
            if state in ("done", "parked", "cancelled"):
                break
            self.time.pass_by(minutes=180 if state == "scheduled" else 10)
            self.line.land()
            self.zetkin.tick()

    def _latest(self) -> datetime:
        with self.store.reading() as session:
            found = session.connection().execute(text("SELECT max(lease_until) FROM run")).scalar_one()
        return self.time.now if found is None else datetime.fromisoformat(found).replace(tzinfo=UTC)

    def _intent(self) -> Intent:
        [row] = outbox.intents_of(self.store, plan=self.plan)
        return row

    def _reckon(self) -> None:
        row, seen = self._intent(), self._visible()
        if row.state not in ("done", "parked", "cancelled"):
            raise Wrong(f"the message is still {row.state} ({row.why})")
        if row.state == "done" and seen != 1:
            raise Wrong("said to be sent, and nobody got it")
        if row.state in ("parked", "cancelled") and row.why is None:
            raise Wrong("given up without a reason")
        if row.state == "cancelled" and seen:
            raise Wrong("said to be cancelled, and it was sent")

    def digest(self) -> str:
        """What happened, in one line: the same for the same seed."""
        with self.store.reading() as session:
            rows = (
                session.connection()
                .execute(text("SELECT district, job, slot, state, fence FROM run ORDER BY 1, 2, 3"))
                .all()
            )
        return hashlib.sha256(repr((self.story, rows)).encode()).hexdigest()


def email(now: datetime, number: int) -> Change:
    hours = {"begin": "09:00", "sunday_begin": "12:00", "end": "20:00", "lead_minutes": 15, "zone": _ZONE.key}
    payload = {
        "mark": f"zetkin_sync förfrågan abc {number}",
        "folder": "zetkin_sync",
        "people": PEOPLE,
        "asks": {str(p): [51] for p in PEOPLE},
        "events": [{"id": 51, "organization": 1}],
        "consent_tags": [NETWORK],
        "opt_out_tags": [8],
        "hours": hours,
        "not_after": (now + timedelta(days=3)).isoformat(),
        "most": 50,
        "subject": "Kan du hjälpa till?",
        "parts": [{"blocks": []}],
        "config": 3,
        "theme": 9,
    }
    return Change(verb="send_email", organization=1, key=f"email:{number}", reason=say("x"), payload=payload)


def reminder(number: int) -> Change:
    return Change(
        verb="remind",
        organization=1,
        key=f"remind:{number}",
        reason=say("x"),
        payload={"event": 51, "people": PEOPLE},
    )


def live(seed: int, *, turns: int = 10) -> World:
    """One seed from beginning to end. Raises Wrong with the seed when something does not hold."""
    world = World(seed)
    try:
        for _ in range(turns):
            world.turn()
        world.grow_calm()
    except Wrong as wrong:
        story = "\n".join(world.story[-40:])
        raise Wrong(f"seed {seed}: {wrong}\n{story}") from wrong
    finally:
        world.close()
    return world


if __name__ == "__main__":
    log.set_up(level="error")
    told = live(int(sys.argv[1]))
    sys.stdout.write("\n".join((*told.story, told.digest())) + "\n")
