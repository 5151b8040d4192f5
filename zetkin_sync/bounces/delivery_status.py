"""The machine-readable part of a bounce, read as forgivingly as servers write it (RFC 3464, RFC 6533).

Groups of fields for recipients may lack the empty line between them, have their fields in any order, carry
comments, angle brackets or no type. Only the report's own part is read, never one inside the returned mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from zetkin_sync.bounces.addresses import typed
from zetkin_sync.bounces.guard import MAX_RECIPIENTS
from zetkin_sync.bounces.reasons import status_field

_FIELD = re.compile(
    r"(reporting-mta|dsn-gateway|received-from-mta|arrival-date|original-envelope-id|final-recipient|original-recipient"
    r"|action|status|remote-mta|diagnostic-code|last-attempt-date|final-log-id|will-retry-until|x-[a-z0-9-]{1,60}"
    r"|localized-[a-z-]{1,40})[ \t]*:(.*)",
    re.IGNORECASE,
)
_OPENERS = ("final-recipient", "original-recipient")


class Action(StrEnum):
    """What the report says was done about a recipient."""

    FAILED = "failed"
    DELAYED = "delayed"
    SUCCEEDED = "succeeded"


_ACTIONS = {
    "fail": Action.FAILED,
    "error": Action.FAILED,
    "expired": Action.FAILED,
    "bounce": Action.FAILED,
    "delay": Action.DELAYED,
    "defer": Action.DELAYED,
    "retry": Action.DELAYED,
    "deliver": Action.SUCCEEDED,
    "relay": Action.SUCCEEDED,
    "expand": Action.SUCCEEDED,
    "success": Action.SUCCEEDED,
}


@dataclass(frozen=True, slots=True)
class Row:
    """What the report says of one recipient; `address` is empty where it names none."""

    address: str
    aliases: tuple[str, ...]
    action: Action | None
    status: str | None
    said: str


@dataclass(slots=True)
class _Group:
    fields: dict[str, str] = field(default_factory=dict)

    def row(self) -> Row | None:
        """The group as a row, or None when it tells nothing of a recipient."""
        if not any(
            name in self.fields for name in (*_OPENERS, "x-actual-recipient", "action", "diagnostic-code")
        ):
            return None
        original = typed(self.fields.get("original-recipient", ""))
        final = typed(self.fields.get("final-recipient", ""))
        actual = typed(self.fields.get("x-actual-recipient", ""))
        found = list(dict.fromkeys(a for a in (original, final, actual) if a))
        status = self.fields.get("status", "")
        code = status_field(status)
        action = _action(self.fields.get("action", ""))
        if action is None and code is not None:
            action = Action.SUCCEEDED if code[0] == "2" else Action.FAILED
        said = self.fields.get("diagnostic-code", "")
        comment = status.partition("(")[2].rstrip(") ") if code else status
        kind, sign, rest = said.partition(";")
        if sign and len(kind) < 30 and " " not in kind.strip():
            said = rest
        said = said.strip() or comment
        return Row(found[0] if found else "", tuple(found[1:]), action, code, said)


def _action(value: str) -> Action | None:
    word = value.strip().lower()
    return next((action for start, action in _ACTIONS.items() if word.startswith(start)), None)


def read_rows(text: str) -> list[Row]:
    """The rows of a delivery report, at most `MAX_RECIPIENTS`, in order."""
    rows: list[Row] = []
    for group in _groups(text):
        row = group.row()
        if row is not None:
            rows.append(row)
            if len(rows) >= MAX_RECIPIENTS:
                break
    return rows


def _groups(text: str) -> Iterator[_Group]:
    group = _Group()
    last = ""
    for line in text.split("\n"):
        match = _FIELD.match(line) if line[:1].isalpha() else None
        if match is None:
            rest = line.strip()
            if not rest:
                if group.fields:
                    yield group
                group, last = _Group(), ""
            elif last and len(group.fields[last]) < 2_000:
                group.fields[last] += " " + rest
            continue
        name, value = match.group(1).lower(), match.group(2).strip()
        if name in _OPENERS and (name in group.fields or (name == "final-recipient" and _is_done(group))):
            yield group
            group = _Group()
        if name in group.fields:
            last = ""
            continue
        group.fields[name] = value
        last = name
    if group.fields:
        yield group


def _is_done(group: _Group) -> bool:
    """Does the group already tell of a recipient, so that another one begins?"""
    return "final-recipient" in group.fields
