"""The simulator with the synthetic district as a process of its own: `python -m zetkin_sync.demo.standalone '{…}'`.

The command line uses it too; started this way nothing of the service is loaded.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time

import msgspec
from msgspec import Struct

from zetkin_sync.demo.activists import enliven
from zetkin_sync.demo.district import make_district
from zetkin_sync.demo.simulator import Clock, create_app
from zetkin_sync.demo.simulator.faults import Fault
from zetkin_sync.demo.simulator.serving import HOST, Operator, serve, wait

_MORNING = time(6, tzinfo=UTC)


class Standalone(Struct, frozen=True, kw_only=True):
    """What is simulated: the arguments of `make_district`, a port, the day (`YYYY-MM-DD`; today
    without), and what goes wrong."""

    port: int
    people: int = 10_000
    seed: int = 1
    months: int = 24
    associations: int | None = None
    day: str | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def start(self) -> datetime:
        """Six in the morning, UTC, of the day; now when there is none. Raises ValueError."""
        if self.day is None:
            return datetime.now(UTC)
        return datetime.combine(datetime.fromisoformat(self.day).date(), _MORNING)


def run(what: Standalone, *, ready: Callable[[], None] = lambda: None) -> None:
    """Serve until interrupted, with activists who answer. Raises ConfigError when the port is taken."""
    start = what.start
    state = make_district(
        people=what.people,
        seed=what.seed,
        today=start.date(),
        months=what.months,
        association_count=what.associations,
    )
    enliven(state, now=start)
    serve(create_app(state, clock=Clock(start), faults=what.faults), port=what.port, ready=ready)


@contextmanager
def in_process(what: Standalone) -> Iterator[Operator]:
    """Serve in a process of its own while the block runs. Raises Temporary when it does not start."""
    command = [sys.executable, "-m", __name__, msgspec.json.encode(what).decode()]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
    operator = Operator(f"http://{HOST}:{what.port}")
    try:
        wait(operator, lambda: process.poll() is None)
        yield operator
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    run(msgspec.json.decode(sys.argv[1], type=Standalone))
