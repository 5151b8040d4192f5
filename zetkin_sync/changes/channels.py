"""The ways in which a callout reaches people: an email, a task, a call list that a person starts, or a tag alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from zetkin_sync.callouts import letter
from zetkin_sync.changes.change import Change
from zetkin_sync.language import Message, say


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One message of a wave: to whom and about what (`payload`), its words, and a link to its first event."""

    organization: int
    key: str
    reason: Message
    subject: str
    parts: list[letter.Part]
    link: str
    payload: dict[str, Any]


Channel = Callable[[Asked, Mapping[str, Any]], list[Change]]
_SENDER = ("config", "theme")


def _email(asked: Asked, given: Mapping[str, Any]) -> list[Change]:
    return [_change(asked, "send_email", subject=asked.subject, parts=asked.parts, **_only(given, _SENDER))]


def _task(asked: Asked, given: Mapping[str, Any]) -> list[Change]:
    """Zetkin shows it in the person's own list of things to do, with the link to the first event."""
    words = letter.plain(asked.parts[1:])  # Zetkin fills in no names here
    return [
        _change(asked, "assign_task", project=given["project"], instructions=words, url=asked.link),
    ]


def _calls(asked: Asked, _given: Mapping[str, Any]) -> list[Change]:
    words = letter.plain(asked.parts[1:])
    return [_change(asked, "draft_calls", description=asked.subject, instructions=words)]


def _tag(asked: Asked, given: Mapping[str, Any]) -> list[Change]:
    """Nobody is written to: who is to be asked stands in Zetkin under a tag of ours, and a person asks them."""
    mark = {"group": given.get("group", "zetkin_sync"), "title": asked.payload["mark"]}
    made = Change(
        verb="create_tag",
        organization=asked.organization,
        key=f"create_tag:{asked.key}",
        reason=say("The tag is not in Zetkin yet."),
        payload={**mark, "description": asked.subject},
    )
    tags = [
        Change(
            verb="tag",
            organization=asked.organization,
            key=f"tag:{asked.key}:{person}",
            reason=asked.reason,
            person=person,
            payload={**mark, "asks": {str(person): asked.payload["asks"].get(str(person), [])}},
            after=(made.key,),
        )
        for person in asked.payload["people"]
    ]
    return [made, *tags]


def _change(asked: Asked, verb: str, **words: Any) -> Change:
    return Change(
        verb=verb,
        organization=asked.organization,
        key=asked.key,
        reason=asked.reason,
        payload={**asked.payload, **words},
    )


def _only(given: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: given[name] for name in names}


CHANNELS: Mapping[str, Channel] = {"email": _email, "task": _task, "calls": _calls, "tag": _tag}
