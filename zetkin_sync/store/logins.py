"""Sessions, login links and failed tries: what the page remembers of who is at the other end.

A session is known by a secret that only the browser has; the row holds its hash. It is over after half an hour
without a request, or eight hours after it began, whichever comes first.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, update
from sqlmodel import col, select

from zetkin_sync.records import AccountUse, Actor, LoginFailure, LoginLink, WebSession
from zetkin_sync.store.engine import Session, Store

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=8)
LINK = timedelta(minutes=15)
FAILURES, WITHIN = 5, timedelta(minutes=15)
_TOUCH = timedelta(minutes=1)  # `seen` is written at most so often


def hashed(secret: str) -> bytes:
    """What is stored of a secret with 256 random bits: nobody can guess back from it."""
    return hashlib.sha256(secret.encode()).digest()


def begin(store: Store, **values: Any) -> tuple[str, WebSession]:
    """A session for a browser that had none. Returns the cookie's secret; what is over is thrown away."""
    with store.writing() as session:
        now = store.now(session.connection())
        sweep(session, now)
        return _new(session, now, values)


def _new(session: Session, now: datetime, values: Mapping[str, Any]) -> tuple[str, WebSession]:
    secret = secrets.token_urlsafe(32)
    made = WebSession(
        id=hashed(secret),
        csrf=secrets.token_urlsafe(24),
        created=now,
        seen=now,
        **{"district": 0, **values},
    )
    session.add(made)
    session.flush()
    return secret, made


def look(store: Store, secret: str) -> WebSession | None:
    """The session of a cookie; None when there is none or it is over."""
    with store.reading() as session:
        found = session.get(WebSession, hashed(secret))
        if found is None:
            return None
        now = store.now(session.connection())
    if _is_over(found, now):
        end(store, found.id)
        return None
    if now - found.seen >= _TOUCH:
        change(store, found.id, seen=now)
    return found


def _is_over(row: WebSession, now: datetime) -> bool:
    return now - row.seen >= IDLE or now - row.created >= ABSOLUTE


def rotate(store: Store, old: WebSession, **values: Any) -> tuple[str, WebSession]:
    """A new session in place of the old one, as at every login: a secret known before is worth nothing after."""
    with store.writing() as session:
        now = store.now(session.connection())
        session.connection().execute(delete(WebSession).where(col(WebSession.id) == old.id))
        return _new(session, now, {"language": old.language, **values})


def change(store: Store, row: bytes, **values: Any) -> None:
    """Set columns of a session."""
    with store.transaction() as connection:
        connection.execute(update(WebSession).where(col(WebSession.id) == row).values(**values))


def end(store: Store, row: bytes) -> None:
    """Log this browser out."""
    with store.transaction() as connection:
        connection.execute(delete(WebSession).where(col(WebSession.id) == row))


def end_all(store: Store, who: str) -> int:
    """Log somebody out everywhere. Returns how many sessions there were."""
    with store.transaction() as connection:
        return connection.execute(delete(WebSession).where(col(WebSession.who) == who)).rowcount


def sweep(session: Session, now: datetime) -> None:
    """Throw away sessions, links and failures that are over."""
    connection = session.connection()
    over = or_(col(WebSession.seen) <= now - IDLE, col(WebSession.created) <= now - ABSOLUTE)
    connection.execute(delete(WebSession).where(over))
    connection.execute(delete(LoginLink).where(col(LoginLink.expires) <= now))
    connection.execute(delete(LoginFailure).where(col(LoginFailure.at) <= now - WITHIN))


def pending_of(row: WebSession) -> dict[str, Any]:
    """What a session waits for or is to be told."""
    found: dict[str, Any] = json.loads(row.pending)
    return found


# -- links by mail


def make_link(store: Store, *, district: int, account: str) -> str:
    """A link's secret for an account; earlier links of it are worth nothing any more."""
    secret = secrets.token_urlsafe(32)
    with store.writing() as session:
        now = store.now(session.connection())
        mine = (col(LoginLink.district) == district, col(LoginLink.account) == account)
        session.connection().execute(delete(LoginLink).where(*mine))
        session.add(
            LoginLink(id=hashed(secret), district=district, account=account, made=now, expires=now + LINK)
        )
    return secret


def link_of(store: Store, secret: str) -> LoginLink | None:
    """The link as it stands, when it may still be used."""
    with store.reading() as session:
        found = session.get(LoginLink, hashed(secret))
        now = store.now(session.connection())
    return found if found is not None and found.used is None and found.expires > now else None


def use_link(store: Store, secret: str) -> bool:
    """Use a link up. True for the first who does, within its time."""
    with store.transaction() as connection:
        now = store.now(connection)
        open_ = (
            col(LoginLink.id) == hashed(secret),
            col(LoginLink.used).is_(None),
            col(LoginLink.expires) > now,
        )
        return connection.execute(update(LoginLink).where(*open_).values(used=now)).rowcount == 1


def take_step(store: Store, *, district: int, account: str, step: int) -> bool:
    """Use up a one-time code. False when it, or a newer one, was used before."""
    with store.writing() as session:
        found = session.get(AccountUse, (district, account))
        if found is None:
            session.add(AccountUse(district=district, account=account, step=step))
            return True
        if found.step >= step:
            return False
        found.step = step
        session.add(found)
        return True


# -- failures


def too_many(store: Store, sources: Sequence[bytes]) -> bool:
    """Has any of these failed so often lately that it must wait?"""
    with store.reading() as session:
        since = store.now(session.connection()) - WITHIN
        counts = session.exec(
            select(func.count())
            .where(col(LoginFailure.source).in_(sources), col(LoginFailure.at) > since)
            .group_by(col(LoginFailure.source))
        ).all()
    return any(n >= FAILURES for n in counts)


def failed(store: Store, sources: Sequence[bytes], *, district: int = 0) -> None:
    """Write down a failure."""
    with store.writing() as session:
        now = store.now(session.connection())
        session.add_all(LoginFailure(district=district, source=source, at=now) for source in sources)


# -- who acts


def remember(store: Store, *, district: int, who: str, name: str) -> None:
    """Keep what somebody is called; `name` is encrypted already."""
    with store.writing() as session:
        now = store.now(session.connection())
        found = session.get(Actor, (district, who)) or Actor(district=district, who=who, name=name, seen=now)
        found.name, found.seen = name, now
        session.add(found)


def actors(store: Store, *, district: int) -> dict[str, str]:
    """Everybody who has acted, by what the ledger calls them; names are encrypted."""
    with store.reading() as session:
        return {a.who: a.name for a in session.exec(select(Actor).where(Actor.district == district))}


# -- links to the calendar


def make_calendar_link(store: Store, *, district: int, who: str) -> None:
    """From now on somebody has a link of its own to the calendar; the one before it opens nothing any more."""
    with store.transaction() as connection:
        mine = (col(Actor.district) == district, col(Actor.who) == who)
        connection.execute(update(Actor).where(*mine).values(calendar=secrets.token_urlsafe(12)))


def drop_calendar_links(store: Store, *, district: int | None = None, who: str | None = None) -> int:
    """Make links to the calendar open nothing any more: a district's, somebody's. Returns how many there were."""
    links = update(Actor).where(col(Actor.calendar).is_not(None))
    if district is not None:
        links = links.where(col(Actor.district) == district)
    if who is not None:
        links = links.where(col(Actor.who) == who)
    with store.transaction() as connection:
        return connection.execute(links.values(calendar=None)).rowcount


def calendar_links(store: Store) -> list[Actor]:
    """Everybody who has a link to the calendar."""
    with store.reading() as session:
        return list(session.exec(select(Actor).where(col(Actor.calendar).is_not(None))))
