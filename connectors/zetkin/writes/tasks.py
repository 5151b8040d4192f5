"""Tasks: draft, target, publish, give to a person (API.md §4.12)."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from connectors.zetkin.client import Repeat
from connectors.zetkin.refusals import Conflict
from connectors.zetkin.wire.shapes import Id, envelope
from connectors.zetkin.wire.times import instant
from connectors.zetkin.writes.tools import Target, Verbs, everybody_on
from zetkin_sync.ports import TaskState
from zetkin_sync.records import Task


class _Task(msgspec.Struct):
    id: Id
    title: str = ""
    target: Target | None = None
    published: str | None = None


_task = envelope(_Task).decode


class Tasks(Verbs):
    """Zetkin gives a published task to its target by itself, within about a minute."""

    def find_tasks(self, *, organization: int, title: str) -> tuple[int, ...]:
        return self.titled(Task, organization, title)

    def create_task(self, *, organization: int, project: int, title: str, instructions: str, url: str) -> int:
        body = {
            "campaign_id": project,
            "title": title,
            "instructions": instructions,
            "type": "visit_link",
            "config": {"url": url},
        }
        return self.make(f"/v1/orgs/{organization}/tasks", body)

    def read_task(self, *, organization: int, task: int) -> TaskState:
        found: _Task = self.ask(f"/v1/orgs/{organization}/tasks/{task}", _task)
        return TaskState(
            found.id,
            found.title,
            found.target.id if found.target else None,
            found.target.only_list() if found.target else None,
            instant(found.published),
        )

    def target_task(self, *, organization: int, target: int, list_id: int) -> None:
        path = f"/v1/orgs/{organization}/people/queries/{target}"
        self._client.send("PATCH", path, {"filter_spec": everybody_on(list_id)})

    def publish_task(self, *, organization: int, task: int, at: datetime | None) -> None:
        self._client.send(
            "PATCH",
            f"/v1/orgs/{organization}/tasks/{task}",
            {"published": None if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"},
            repeat=Repeat.SAFELY if at is None else Repeat.NEVER,
        )

    def assign_task(self, *, organization: int, task: int, person: int) -> None:
        path = f"/v1/orgs/{organization}/tasks/{task}/assigned/{person}"
        try:
            self._client.send("POST", path, repeat=Repeat.SAFELY)
        except Conflict:
            return  # the person has it already (API.md §3.1)

    def delete_task(self, *, organization: int, task: int) -> None:
        self.remove(f"/v1/orgs/{organization}/tasks/{task}")
