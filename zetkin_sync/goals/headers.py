"""A mail's header, reduced to who wrote when in which thread: for answer times of a shared mailbox.

Ids become keyed hashes. The subject and the sender are looked at, to tell a machine from a person and us from
others, and are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from zetkin_sync.bounces import addresses
from zetkin_sync.bounces.autoreplies import is_autoreply
from zetkin_sync.bounces.mime import Headers, split_headers
from zetkin_sync.bounces.signs import is_daemon
from zetkin_sync.records.facts import MessageFact

ID_BYTES = 16
MOST_REFERENCES = 30
_ID = re.compile(r"<([^<>\s]{1,300})>")
_MACHINES = frozenset(("bulk", "list", "junk", "auto_reply"))


def message_of(
    raw: bytes, *, received: datetime | None, own: Collection[str], hashed: Callable[[str], bytes]
) -> MessageFact | None:
    """What a mail's header says; none when it has no time. `own` are our addresses, or domains as `@example.org`."""
    fields = split_headers(raw)[0]
    at = _when(fields.raw("date"), received)
    if at is None:
        return None

    def known(id_: str) -> str:
        return hashed(f"message:{id_}")[:ID_BYTES].hex()

    ids = _ID.findall(fields.raw("message-id")) or [f"{fields.raw('from')} {at.isoformat()}"]
    before = _ID.findall(" ".join((*fields.all("in-reply-to"), *fields.all("references"))))
    return MessageFact(
        id=known(ids[0]),
        replies_to=tuple(dict.fromkeys(known(id_) for id_ in before[-MOST_REFERENCES:])),
        ours=_is_own(fields, own),
        at=at,
        automatic=_is_automatic(fields),
    )


def _when(date: str, received: datetime | None) -> datetime | None:
    """When it was written, unless the mailbox had it earlier; a date without zone counts as UTC."""
    try:
        written: datetime | None = parsedate_to_datetime(date)
    except (ValueError, TypeError, OverflowError):
        written = None
    if written is not None:
        try:
            written = (written if written.tzinfo else written.replace(tzinfo=UTC)).astimezone(UTC)
        except OverflowError:
            written = None
    found = [moment for moment in (written, received) if moment is not None]
    return min(found, default=None)


def _is_own(fields: Headers, own: Collection[str]) -> bool:
    wanted = {each.casefold() for each in own}
    senders = [address.casefold() for address in addresses.from_list(fields.all("from"))]
    return any(s in wanted or f"@{s.rpartition('@')[2]}" in wanted for s in senders)


def _is_automatic(fields: Headers) -> bool:
    """Did a machine write it: an automatic answer, a newsletter, a list's mail, a report of a mail system?"""
    submitted = fields.raw("auto-submitted").strip().lower()
    return (
        is_autoreply(fields)
        or (bool(submitted) and submitted != "no")
        or fields.raw("precedence").strip().lower().replace("-", "_") in _MACHINES
        or any(name in fields for name in ("list-id", "list-unsubscribe"))
        or bool(fields.raw("x-auto-response-suppress").strip())
        or is_daemon(fields)
    )
