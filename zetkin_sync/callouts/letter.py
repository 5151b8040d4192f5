"""The email of one bundle as Zetkin stores it: the district's wording, and for each event what, when, where and a link.

It names nobody: the reader's first name is a variable that Zetkin fills in when it sends.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zetkin_sync.callouts.policy import Wording
from zetkin_sync.language import Language
from zetkin_sync.records.facts import EventFact
from zetkin_sync.wording import fill

Part = dict[str, Any]


def subject(events: Iterable[EventFact], wording: Wording) -> str:
    """The subject; `{types}` is what is to be done, each type once."""
    types = list(dict.fromkeys(event.type or event.title for event in events))
    return fill(wording.subject, {"types": ", ".join(types)})


def parts(events: Iterable[EventFact], wording: Wording, language: Language) -> list[Part]:
    """The text in parts; what belongs to an event carries its id, so that it can be left out if the event is off."""
    found: list[Part] = [{"blocks": [_greeting(wording.greeting), _paragraph(wording.opening)]}]
    for event in events:
        href = link(event, wording)
        found.append(
            {
                "event": event.id,
                "blocks": [
                    {"kind": "header", "data": {"level": 3, "content": _text(event.title)}},
                    _paragraph(_when_and_where(event, language)),
                    {
                        "kind": "button",
                        "data": {"href": href, "tag": f"event{event.id}", "text": wording.button},
                    },
                ],
            }
        )
    found.append({"blocks": [_paragraph(wording.closing), _leave(wording)]})
    return found


def link(event: EventFact, wording: Wording) -> str:
    """Where the event is read about and signed up to."""
    return fill(wording.link, {"organization": str(event.organization), "event": str(event.id)})


def simple(greeting: str, text: str, wording: Wording) -> list[Part]:
    """A text without events: a greeting, paragraphs, and how to leave."""
    return [*letter(greeting, text), {"blocks": [_leave(wording)]}]


def letter(greeting: str, text: str) -> list[Part]:
    """A greeting and paragraphs, to people who are written to for what they have undertaken."""
    paragraphs = [_paragraph(each) for each in text.split("\n\n") if each.strip()]
    return [{"blocks": [_greeting(greeting), *paragraphs]}]


def plain(body: Iterable[Part]) -> str:
    """The same as plain text, to look at before deciding."""
    lines = []
    for part in body:
        for block in part["blocks"]:
            data = block["data"]
            lines.append(f"{data['text']}: {data['href']}" if "href" in data else _flat(data["content"]))
    return "\n\n".join(lines)


def _flat(nodes: Iterable[dict[str, Any]]) -> str:
    found = []
    for node in nodes:
        match node["kind"]:
            case "variable":
                found.append("{" + node["name"] + "}")
            case "link":
                found.append(f"{_flat(node['content'])} ({node['href']})")
            case _:
                found.append(node["value"])
    return "".join(found)


def _when_and_where(event: EventFact, language: Language) -> str:
    same_day = event.ends.date() == event.starts.date()
    until = f"–{event.ends:%H:%M}" if same_day and event.ends > event.starts else ""
    when = f"{language.wall_clock(event.starts)}{until}"
    return f"{when}, {event.place_title}" if event.place_title else when


def _text(value: str) -> list[dict[str, Any]]:
    return [{"kind": "string", "value": value}]


def _paragraph(value: str) -> dict[str, Any]:
    return {"kind": "paragraph", "data": {"content": _text(value)}}


def _greeting(value: str) -> dict[str, Any]:
    """`{name}` becomes Zetkin's variable for the reader's first name."""
    before, name, after = value.partition("{name}")
    nodes = _text(before) if before else []
    if name:
        nodes += [{"kind": "variable", "name": "target.first_name"}, *_text(after)]
    return {"kind": "paragraph", "data": {"content": nodes}}


def _leave(wording: Wording) -> dict[str, Any]:
    """The one line that says how to leave the network."""
    content = _text(wording.leave)
    if wording.leave_form:
        link = {
            "kind": "link",
            "href": wording.leave_form,
            "tag": "leave",
            "content": _text(wording.leave_form),
        }
        content = [*_text(wording.leave + " "), link]
    return {"kind": "paragraph", "data": {"content": content}}
