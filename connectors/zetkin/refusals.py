"""What a refusal means to a person: the status, the title that Zetkin gives it, and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

from zetkin_sync.errors import NeedsHuman, Permanent, Trouble
from zetkin_sync.language import say

_TITLE = re.compile(r"[^\w .,:'/&-]")


class NotThere(Permanent):
    """Zetkin has no such thing (404)."""


class Conflict(Permanent):
    """Zetkin cannot do it as things stand (409)."""


class Forbidden(NeedsHuman):
    """Zetkin does not let us (403)."""


def refusal(status: int, body: bytes, *, about: Mapping[str, str]) -> Trouble:
    """A status that asking again will not change, as what a person should know and do.

    `about` names the endpoint and our request.
    """
    title = title_of(body)
    if 300 <= status < 400:
        return Permanent(
            say(
                "Zetkin sends {endpoint} on to another address; we do not follow (our request {request}).",
                **about,
            ),
            say(
                "Check ZETKIN_SYNC_ZETKIN_URL: it must be the API's own address, such as https://api.zetk.in."
            ),
        )
    if status == 401:
        return NeedsHuman(
            say("Zetkin does not accept our login for {endpoint} (our request {request}).", **about),
            say("Make a new API key for the service's Zetkin user (docs/zetkin.md)."),
        )
    if status == 403:
        return Forbidden(
            say(
                "Zetkin does not let us do {endpoint}: {title} (our request {request}).", title=title, **about
            ),
            say("Give the service's Zetkin user the role organizer in that organization (docs/zetkin.md)."),
        )
    kind: type[Trouble] = {404: NotThere, 409: Conflict}.get(status, Permanent)
    return kind(
        say(
            "Zetkin refuses {endpoint}: {status} {title} (our request {request}).",
            status=str(status),
            title=title,
            **about,
        )
    )


def title_of(body: bytes) -> str:
    """An error's title, as far as it may be shown; descriptions may quote what was sent and are left out."""
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "–"
    while isinstance(said, dict) and "title" not in said:
        said = said.get("error") or said.get("data") or said.get("message")
    title = said.get("title") if isinstance(said, dict) else said
    if not isinstance(title, str):
        return "–"
    return _TITLE.sub("", title)[:80].strip() or "–"


def retry_after(value: str | None, *, now: datetime) -> float | None:
    """Seconds that Retry-After asks for (RFC 9110 §10.2.3), or None when it says nothing usable."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12]) or None
    until = date_of(text)
    if until is None:
        return None
    seconds = (until - now).total_seconds()
    return seconds if seconds > 0 else None


def date_of(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
