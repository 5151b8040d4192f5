"""Numbers of people under five are not told outside their own unit: with a place and a reason they point at somebody.

What is hidden must not be found by subtraction either: reasons are put together until each is large enough.
"""

from __future__ import annotations

from collections.abc import Iterable

from zetkin_sync.language import Message, say
from zetkin_sync.reports.situation import Reason

LIMIT = 5


def is_small(count: int) -> bool:
    """From one to four. Nobody at all points at nobody."""
    return 0 < count < LIMIT


def people(count: int, *, own: bool) -> Message | int:
    """A number of people as this reader may see it; `own` when it is about the reader's own unit."""
    return count if own or not is_small(count) else say("fewer than {limit}", limit=LIMIT)


def people_of(done: int, of: int, *, own: bool) -> Message | None:
    """Some of a number of people, told so that neither part is small; None when it can be told as it is."""
    if own or not (is_small(done) or is_small(of - done) or is_small(of)):
        return None
    if is_small(of):
        return say("fewer than {limit} people in all", limit=LIMIT)
    if is_small(done):
        return say("fewer than {limit} of {of}", limit=LIMIT, of=of)
    return say("all but fewer than {limit} of {of}", limit=LIMIT, of=of)


def together(reasons: Iterable[Reason], *, own: bool) -> tuple[Reason, ...]:
    """Reasons, the largest first; small ones become one, with the next larger as long as that is small too."""
    ordered = sorted((r for r in reasons if r.count), key=lambda r: (-r.count, str(r.what)))
    if own:
        return tuple(ordered)
    shown = [r for r in ordered if not is_small(r.count)]
    rest = sum(r.count for r in ordered if is_small(r.count))
    while is_small(rest) and shown:
        rest += shown.pop().count
    if rest:
        shown.append(Reason(what=say("Other reasons"), count=rest))
    return tuple(shown)
