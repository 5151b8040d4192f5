"""Call assignments: drafts that a person starts, and who calls (API.md §4.11)."""

from __future__ import annotations

from connectors.zetkin.writes.tools import Verbs, everybody_on
from zetkin_sync.records import CallAssignment

_COOLDOWN = 3  # hours before somebody is called again: what Zetkin's own form proposes
_REACHED = {"op": "add", "type": "call_history", "config": {"operator": "reached", "assignment": "$self"}}


class Calls(Verbs):
    """Without dates a call assignment is a draft that no caller sees."""

    def find_call_assignments(self, *, organization: int, title: str) -> tuple[int, ...]:
        return self.titled(CallAssignment, organization, title)

    def create_call_assignment(
        self, *, organization: int, title: str, description: str, instructions: str, list_id: int
    ) -> int:
        body = {
            "title": title,
            "description": description,
            "instructions": instructions,
            "cooldown": _COOLDOWN,
            "start_date": None,
            "end_date": None,
            "disable_caller_notes": False,
            "expose_target_details": False,
            "target_filters": everybody_on(list_id),
            "goal_filters": [_REACHED],
        }
        return self.make(f"/v1/orgs/{organization}/call_assignments", body)

    def put_caller(self, *, organization: int, assignment: int, person: int) -> None:
        self._client.send("PUT", f"/v1/orgs/{organization}/call_assignments/{assignment}/callers/{person}")

    def delete_caller(self, *, organization: int, assignment: int, person: int) -> None:
        self.remove(f"/v1/orgs/{organization}/call_assignments/{assignment}/callers/{person}")

    def delete_call_assignment(self, *, organization: int, assignment: int) -> None:
        self.remove(f"/v1/orgs/{organization}/call_assignments/{assignment}")
