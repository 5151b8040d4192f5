"""Stop one kind of mail for one recipient, by the signed token in its List-Unsubscribe header."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zetkin_sync.errors import Permanent
from zetkin_sync.language import say
from zetkin_sync.records.mail import MailKind, Often
from zetkin_sync.reports import stop_token
from zetkin_sync.store import access, mailings
from zetkin_sync.store.access import Deed
from zetkin_sync.store.engine import Store

BY_ONE_CLICK = "one-click"


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """What was stopped; `again` when it had been stopped before."""

    district: int
    kind: MailKind
    again: bool


def look(token: str, keys: Iterable[bytes]) -> stop_token.Stop:
    """What a token would stop; nothing is changed. Raises Permanent when it is not a token of ours."""
    found = stop_token.read(keys, token)
    if found is None:
        raise Permanent(
            say("This address does not stop any mail."),
            say("Use the link in the newest mail, or answer it and ask."),
        )
    return found


def unsubscribe(store: Store, token: str, keys: Iterable[bytes]) -> Stopped:
    """Stop that kind of mail for that recipient, and nothing else. Doing it twice is doing it once.

    For the POST of RFC 8058: no login, no cookie, the token alone. Raises Permanent when it is not ours.
    """
    asked = look(token, keys)
    with store.writing() as session:
        now = store.now(session.connection())
        new = mailings.choose(
            session,
            district=asked.district,
            recipient=asked.recipient,
            kind=asked.kind,
            often=Often.NEVER,
            made_by=BY_ONE_CLICK,
            at=now,
        )
        if new:
            access.note(
                session,
                district=asked.district,
                who="service",
                deed=Deed.CHANGED,
                what="one-click stop",
                why="asked by who got the mail",
                at=now,
                subject=f"mail:{asked.kind}",
            )
    return Stopped(district=asked.district, kind=asked.kind, again=not new)
