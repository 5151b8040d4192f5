"""Feeds the dead man's switch while the clock and the workers do what they should; when they do not, it is left to ring."""

from __future__ import annotations

import time
from collections.abc import Callable

from zetkin_sync import plugins
from zetkin_sync.errors import Trouble
from zetkin_sync.live import Live
from zetkin_sync.log import logger
from zetkin_sync.ports import Heartbeat
from zetkin_sync.vitals import read_vitals
from zetkin_sync.vitals.alarms import alarms, standstill

EVERY = 60.0  # seconds


class Pulse:
    """The pulse of one process. `connect` opens the way outside; None when no address is set."""

    def __init__(
        self, live: Live, *, connect: Callable[[], Heartbeat] | None = None, every: float = EVERY
    ) -> None:
        self.live = live
        wanted = live.settings.heartbeat_url is not None
        self.connect = connect or (
            (lambda: plugins.connector("heartbeat")(live.settings)) if wanted else None
        )
        self.every = every
        self._next = 0.0
        self._seen: frozenset[str] = frozenset()

    def look(self) -> bool:
        """Once a minute: judge, say in the log what is new, feed the switch. Returns whether it was fed."""
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + self.every
        installation = self.live()
        vitals = read_vitals(
            installation.store,
            installation.configurations,
            settings=installation.settings,
            broken=list(self.live.broken),
        )
        names = frozenset(alarm.name for alarm in alarms(vitals))
        for name in sorted(names - self._seen):
            logger().error("alarm.on", kind=name)
        for name in sorted(self._seen - names):
            logger().info("alarm.off", kind=name)
        self._seen = names
        if self.connect is None or standstill(vitals):
            return False
        try:
            self.connect().beat()
        except Trouble as trouble:
            logger().warning("pulse.trouble", kind=type(trouble).__name__)
            return False
        return True
