"""Columns of a list that show what people answered and what callers reported (API.md §4.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.replies import Row
from zetkin_sync.demo.simulator.times import offset
from zetkin_sync.demo.world.lists import Column
from zetkin_sync.demo.world.surveys import Submission

_STATES = ("action_needed", "action_taken", "any")


def _submissions(call: Call, person: int) -> Iterator[tuple[Row, Submission]]:
    """A person's linked submissions, each with the keys every such cell has."""
    for submission in call.state.submissions.values():
        if submission.person == person:
            when = offset(submission.submitted)
            yield {"submission_id": submission.id, "submitted": when}, submission


def _answers(call: Call, column: Column, person: int) -> Iterator[tuple[Row, Row]]:
    for row, submission in _submissions(call, person):
        for answer in submission.responses:
            if answer["question_id"] == column.config["question_id"]:
                yield row, answer


def _survey_response(call: Call, column: Column, person: int) -> Any:
    return [{**row, "text": answer.get("response")} for row, answer in _answers(call, column, person)]


def _survey_option(call: Call, column: Column, person: int) -> Any:
    wanted = column.config["option_id"]
    cells = [
        {**row, "selected": wanted in answer.get("options", ())}
        for row, answer in _answers(call, column, person)
    ]
    return cells or None


def _survey_options(call: Call, column: Column, person: int) -> Any:
    texts = {o.id: o.text for s in call.state.surveys.values() for e in s.elements for o in e.options}
    cells = [
        {**row, "selected": [{"id": o, "text": texts[o]} for o in answer.get("options", ()) if o in texts]}
        for row, answer in _answers(call, column, person)
    ]
    return cells or None


def _survey_submitted(call: Call, column: Column, person: int) -> Any:
    wanted = column.config["survey_id"]
    return [row for row, s in _submissions(call, person) if s.survey == wanted] or None


def _organizer_action(call: Call, column: Column, person: int) -> Any:
    """Calls that need, or have had, an organizer's action."""
    state, wanted = column.config.get("state", "any"), column.config.get("assignment_id")
    cells: list[Row] = []
    for made in call.state.calls.values():
        done = bool(made.organizer_action_taken)
        if made.target != person or not made.organizer_action_needed or wanted not in (None, made.assignment):
            continue
        if state == "any" or done == (state == "action_taken"):
            assignment = call.state.call_assignments[made.assignment]
            cells.append(
                {
                    "id": made.id,
                    "assignment": {
                        "id": assignment.id,
                        "organization_id": assignment.organization,
                        "title": assignment.title,
                    },
                    "caller": quotes.person(call.state.people[made.caller]),
                    "message_to_organizer": made.message_to_organizer,
                    "organizer_action_needed": made.organizer_action_needed,
                    "organizer_action_taken": made.organizer_action_taken,
                    "update_time": offset(made.updated),
                }
            )
    return cells or None


CELLS: dict[str, Callable[[Call, Column, int], Any]] = {
    "survey_response": _survey_response,
    "survey_option": _survey_option,
    "survey_options": _survey_options,
    "survey_submitted": _survey_submitted,
    "organizer_action": _organizer_action,
}
CONFIG: dict[str, tuple[dict[str, bodies.Check], tuple[str, ...]]] = {
    "survey_response": ({"question_id": bodies.whole}, ("question_id",)),
    "survey_option": ({"question_id": bodies.whole, "option_id": bodies.whole}, ("question_id", "option_id")),
    "survey_options": ({"question_id": bodies.whole}, ("question_id",)),
    "survey_submitted": ({"survey_id": bodies.whole}, ("survey_id",)),
    "organizer_action": ({"assignment_id": bodies.whole, "state": bodies.one_of(*_STATES)}, ()),
}
