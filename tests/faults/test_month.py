"""Thirty simulated days with one fault in a hundred: nothing open and unnoticed after a day, and memory does not grow.

Five days in `make test`, thirty with `--soak`.
"""

from __future__ import annotations

import gc
import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.simulation import World, Wrong
from zetkin_sync import log
from zetkin_sync.records import Intent
from zetkin_sync.store import outbox
from zetkin_sync.vitals import read_vitals
from zetkin_sync.vitals.alarms import alarms

DAYS, SOAK, WARM = 5, 30, 2
HARM = 0.1  # of the simulation's: one run, one statement, one answer in a hundred
STEP = timedelta(minutes=30)


class Month(World):
    """A service over many days; somebody approves a message every morning."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, harm=HARM)
        self.plans: list[int] = []
        self.faults = 0

    def interlude(self) -> None:
        """Nobody else is at work."""

    def day(self) -> None:
        self._approve()
        self.plans.append(self.plan)
        for _ in range(int(timedelta(days=1) / STEP)):
            self.time.now += STEP
            self.line.land()
            self.zetkin.tick()
            self.look()
            for _ in range(5):
                self.work()
        self.story.clear()
        self._nothing_unnoticed()

    def _nothing_unnoticed(self) -> None:
        """What is open for a day is told of by an alarm."""
        known = {
            a.name
            for a in alarms(read_vitals(self.store, self.here.configurations, settings=self.here.settings))
        }
        for plan in self.plans:
            for row in outbox.intents_of(self.store, plan=plan):
                old = self.time.now - row.updated > timedelta(days=1)
                if row.state in ("sending", "unknown") and old and "unknown" not in known:
                    raise Wrong(f"{row.state} since {row.updated}, and nobody is told")
                if row.state == "parked" and "parked" not in known:
                    raise Wrong("put aside, and nobody is told")
                if row.state == "planned" and old and not self._has_reason(row):
                    raise Wrong(f"planned since {row.updated} without a reason")

    @staticmethod
    def _has_reason(row: Intent) -> bool:
        return row.why is not None and bool(json.loads(row.why)["text"])


def resident() -> int:
    """Kilobytes of memory."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


@pytest.mark.timeout(3600)
def test_days_on_end_leave_nothing_open_and_unnoticed_and_take_no_more_memory(
    request: pytest.FixtureRequest,
) -> None:
    log.set_up(level="critical")
    month = Month(7)
    try:
        for _ in range(WARM):
            month.day()
        gc.collect()
        before = resident()
        for _ in range(SOAK if request.config.getoption("--soak") else DAYS):
            month.day()
        gc.collect()
        assert resident() <= before * 1.05
    finally:
        month.close()
    settled = [outbox.intents_of(month.store, plan=p)[0].state for p in month.plans[:-1]]
    assert set(settled) <= {"done", "parked", "cancelled"}, settled
    assert settled.count("done") >= len(settled) * 0.8
