"""Events: make, change, book people, remind (API.md §4.8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from connectors.zetkin.lists import Allowed
from connectors.zetkin.refusals import NotThere
from connectors.zetkin.wire import events
from connectors.zetkin.wire.shapes import understood
from connectors.zetkin.writes.tools import Verbs
from zetkin_sync.ports import EventState
from zetkin_sync.records import Event


class Events(Verbs):
    """Their times are written as their wall clock shows them, without offset, as Zetkin's own form does."""

    _allowed: Allowed
    _now: Callable[[], datetime]

    def read_event(self, *, organization: int, event: int) -> EventState | None:
        path = f"/v1/orgs/{organization}/actions/{event}"
        try:
            body = self._client.get(path)
        except NotThere:
            return None
        decode = partial(events.state, when=self._allowed.when, now=self._now())
        found: EventState = understood(decode, body, endpoint=f"GET {path}")
        return found

    def find_events(self, *, organization: int, title: str, starts: datetime) -> tuple[int, ...]:
        rows = (row for page in self.pages(Event, organization=organization) for row in page.rows())
        return tuple(sorted(row[0] for row in rows if row[1] == title and row[8] == starts))

    def create_event(
        self,
        *,
        organization: int,
        project: int | None,
        title: str,
        starts: datetime,
        ends: datetime,
        event_type: int | None = None,
        place: int | None = None,
        info: str = "",
        required: int = 0,
    ) -> int:
        body: dict[str, Any] = {
            "title": title,
            "start_time": self._written(starts),
            "end_time": self._written(ends),
            "info_text": info,
            "num_participants_required": required,
            "published": None,
            **({} if event_type is None else {"activity_id": event_type}),
            **({} if place is None else {"location_id": place}),
        }
        within = "actions" if project is None else f"campaigns/{project}/actions"
        return self.make(f"/v1/orgs/{organization}/{within}", body)

    def patch_event(self, *, organization: int, event: int, changes: Mapping[str, Any]) -> None:
        body = {name: self._value(name, value) for name, value in changes.items()}
        self._client.send("PATCH", f"/v1/orgs/{organization}/actions/{event}", body)

    def delete_event(self, *, organization: int, event: int) -> None:
        self.remove(f"/v1/orgs/{organization}/actions/{event}")

    def book(self, *, organization: int, event: int, person: int, status: str | None = None) -> None:
        body = {} if status is None else {"status": status}
        self._client.send("PUT", f"/v1/orgs/{organization}/actions/{event}/participants/{person}", body)

    def unbook(self, *, organization: int, event: int, person: int) -> None:
        self.remove(f"/v1/orgs/{organization}/actions/{event}/participants/{person}")

    def booked(self, *, organization: int, event: int) -> frozenset[int]:
        return self.everybody(f"/v1/orgs/{organization}/actions/{event}/participants")

    def reminded(self, *, organization: int, event: int) -> frozenset[int]:
        path = f"/v1/orgs/{organization}/actions/{event}/reminders"
        rows = understood(
            lambda body: events.reminders(event, body), self._client.get(path), endpoint=f"GET {path}"
        )
        return frozenset(row[1] for row in rows)

    def remind(self, *, organization: int, event: int) -> None:
        self._client.send("POST", f"/v1/orgs/{organization}/actions/{event}/reminders", {"remind_all": False})

    def _value(self, name: str, value: Any) -> Any:
        if not isinstance(value, datetime):
            return value
        if name in ("start_time", "end_time"):
            return self._written(value)
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def _written(self, clock: datetime) -> str:
        return self._allowed.when.written(clock)
