"""What happens to an email after it was scheduled, in simulated time: pending, sent, processed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from zetkin_sync.demo.simulator.search import BadSpec, evaluate
from zetkin_sync.demo.world.emails import Email, EmailRecipient, Link
from zetkin_sync.demo.world.state import State

Row = dict[str, Any]


def schedule(state: State, email: Email, published: datetime | None, now: datetime) -> None:
    """Set or take back the time of sending; a time that has passed means at once.

    The same time again is no new sending, as long as the email has not been processed.
    """
    if published == email.published and email.processed is None:
        return
    email.published = published
    email.scheduling += 1
    if published is not None:
        state.later(max(published, now), partial(_deliver, email.id, email.scheduling))


def _deliver(number: int, scheduling: int, state: State, when: datetime) -> None:
    """Make the copies, unless the email was taken back or moved since; who is blocked is judged now."""
    email = state.emails.get(number)
    if email is None or email.scheduling != scheduling:
        return
    if email.targets is None:
        email.locked, email.targets = when, tuple(sorted(_found(state, email, when)))
    blocked = set().union(*_blocked(state, email.organization, email.targets).values())
    for person in email.targets:
        if person not in blocked and person in state.people:
            state.deliveries.append((email.id, person, when))
            email.recipients.setdefault(
                person, EmailRecipient(id=state.new_id("recipient"), email=email.id, person=person)
            )
    state.later(when + timedelta(seconds=state.policy.email_seconds), partial(_process, number))


def _found(state: State, email: Email, when: datetime) -> set[int]:
    try:
        return evaluate(state, email.organization, state.queries[email.target].filter_spec, now=when)[0]
    except BadSpec:
        return set()  # its search names something that is gone: nobody gets it


def _process(number: int, state: State, when: datetime) -> None:
    """The delivery is done."""
    email = state.emails.get(number)
    if email is None:
        return
    for recipient in email.recipients.values():
        recipient.sent = recipient.sent or when
    email.processed = when
    state.tell("email", number, when)


# --- who does not get it -----------------------------------------------------------------------------------------


def _blocked(state: State, organization: int, people: Iterable[int]) -> dict[str, set[int]]:
    """Those who get nothing, by reason."""
    wanted = {p for p in people if p in state.people}
    out = state.unsubscribed.get(organization, set())
    return {
        "blacklisted": wanted & state.blacklisted,
        "no_email": {p for p in wanted if not (state.people[p].email or "").strip()},
        "unsubscribed": wanted & out,
    }


def blocked_counts(state: State, organization: int, people: Iterable[int]) -> dict[str, int]:
    """How many get nothing, by reason and in all."""
    reasons = _blocked(state, organization, people)
    return {"any": len(set().union(*reasons.values())), **{k: len(v) for k, v in reasons.items()}}


# --- links in the text -------------------------------------------------------------------------------------------


def read_links(state: State, email: Email) -> None:
    """A row for each tagged link of the text; rows of links that are gone go too."""
    wanted = dict(_tagged(_blocks(email.content)))
    for link in [link for link in state.links.values() if link.email == email.id]:
        if link.tag in wanted:
            link.url = wanted.pop(link.tag)
        elif not link.clicks:
            del state.links[link.id]
    for tag, url in wanted.items():
        made = Link(id=state.new_id("link"), email=email.id, tag=tag, url=url)
        state.links[made.id] = made


def _blocks(content: str | None) -> Any:
    """The text's blocks; a text that is not ours to read has none (the server does not check it)."""
    try:
        return msgspec.json.decode(content or "null")
    except msgspec.DecodeError:
        return None


def _tagged(node: Any) -> Iterator[tuple[str, str]]:
    """Every `(tag, href)` anywhere in the blocks."""
    if isinstance(node, dict):
        if isinstance(node.get("tag"), str) and isinstance(node.get("href"), str):
            yield node["tag"], node["href"]
        for value in node.values():
            yield from _tagged(value)
    elif isinstance(node, list):
        for value in node:
            yield from _tagged(value)
