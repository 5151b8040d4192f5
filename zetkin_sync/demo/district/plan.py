"""What the building of a district hands from one step to the next."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from zetkin_sync.demo.district.catalogue import Association
from zetkin_sync.demo.world.state import State

ZONE_NAME = "Europe/Stockholm"
CLIENT_ID = "zetkin-sync"
CLIENT_SECRET = "demo-secret"  # noqa: S105 - opens the simulation only
GRANT = "demo-grant"
LOGIN_CLIENT_ID = "zetkin-sync-page"
LOGIN_CLIENT_SECRET = "demo-page-secret"  # noqa: S105 - opens the simulation only


class Building:
    """A district in the making: its state, its associations' ids, today, and dice by purpose."""

    def __init__(
        self, *, people: int, seed: int, today: date, months: int, associations: tuple[Association, ...]
    ) -> None:
        self.state = State(seed=seed)
        self.people = people
        self.today = today
        self.months = months
        self.associations = associations
        self.root = 0
        self.ids: dict[str, int] = {}
        self.tags: dict[str, int] = {}
        self.activities: dict[str, int] = {}
        self.campaigns: dict[str, int] = {}

    @property
    def first(self) -> date:
        """The first day of the district's history."""
        return self.today - timedelta(days=round(30.4 * self.months))

    def dice(self, *purpose: object) -> Random:
        return self.state.dice(*purpose)

    def instant(self, day: date, hour: int = 12, minute: int = 0) -> datetime:
        """A moment of a day, UTC."""
        return datetime.combine(day, time(hour, minute), UTC)

    def ago(self, days: float) -> datetime:
        """That many days before noon today."""
        return self.instant(self.today) - timedelta(days=days)
