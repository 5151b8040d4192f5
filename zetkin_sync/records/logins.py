"""Who is logged in to the page: sessions, links by mail, failed tries, and the names of those who act."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import SQLModel

from zetkin_sync.records.declared import Keep, Source, key, stored


class WebSession(SQLModel, table=True):
    """One browser. The cookie's secret is not here, only its hash; `who` is None before anybody logged in."""

    __tablename__ = "web_session"
    __table_args__: ClassVar = (Index("web_session_seen", "seen"), {"sqlite_with_rowid": False})

    id: bytes = key("the hash of the cookie", source=Source.OURS, keep=Keep.SESSION)
    district: int = stored("which district is looked at; 0 none yet", source=Source.OURS, keep=Keep.SESSION)
    who: str | None = stored("who is logged in", source=Source.PERSON, keep=Keep.SESSION, default=None)
    grants: str = stored(
        "what they may, JSON of organization and role", source=Source.ZETKIN, keep=Keep.SESSION, default="{}"
    )
    level: int = stored("how strongly they logged in", source=Source.ZETKIN, keep=Keep.SESSION, default=1)
    token: str | None = stored(
        "their access to Zetkin, encrypted", source=Source.ZETKIN, keep=Keep.SESSION, default=None
    )
    csrf: str = stored("what forms carry", source=Source.OURS, keep=Keep.SESSION)
    language: str | None = stored(
        "the language they chose", source=Source.PERSON, keep=Keep.SESSION, default=None
    )
    pending: str = stored(
        "a login under way, a message to show, JSON", source=Source.OURS, keep=Keep.SESSION, default="{}"
    )
    created: datetime = stored("the absolute end counts from here", source=Source.OURS, keep=Keep.SESSION)
    seen: datetime = stored("the idle end counts from here", source=Source.OURS, keep=Keep.SESSION)
    network: bytes | None = stored(
        "a cookie that turns up on another network is refused: keyed hash of the network",
        source=Source.OURS,
        keep=Keep.SESSION,
        default=None,
    )
    checked: datetime | None = stored(
        "when their rights were last asked for", source=Source.OURS, keep=Keep.SESSION, default=None
    )


class LoginLink(SQLModel, table=True):
    """A link that was mailed to a configured address: once, and for a quarter of an hour."""

    __tablename__ = "login_link"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}

    id: bytes = key("the hash of the link's secret", source=Source.OURS, keep=Keep.SESSION)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.SESSION)
    account: str = stored("whose it is", source=Source.CONFIG, keep=Keep.SESSION)
    made: datetime = stored("when it was asked for", source=Source.OURS, keep=Keep.SESSION)
    expires: datetime = stored("until when it opens", source=Source.OURS, keep=Keep.SESSION)
    used: datetime | None = stored("when it was used", source=Source.OURS, keep=Keep.SESSION, default=None)


class LoginFailure(SQLModel, table=True):
    """A login that failed, so that guessing is stopped. `source` is a keyed hash of the account or address."""

    __tablename__ = "login_failure"
    __table_args__: ClassVar = (Index("login_failure_of", "source", "at"),)

    id: int | None = key("the try", source=Source.OURS, keep=Keep.SESSION, default=None)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.SESSION)
    source: bytes = stored("from where, or as whom", source=Source.OURS, keep=Keep.SESSION)
    at: datetime = stored("when", source=Source.OURS, keep=Keep.SESSION)


class AccountUse(SQLModel, table=True):
    """The newest one-time code that an account used: none works twice."""

    __tablename__ = "account_use"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}

    district: int = key("keeps districts apart", source=Source.CONFIG)
    account: str = key("whose", source=Source.CONFIG, keep=Keep.ACCESS)
    step: int = stored("the half-minute of the code", source=Source.OURS, keep=Keep.ACCESS)


class Actor(SQLModel, table=True):
    """Somebody who logged in: what they are called, for the log of who did what."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}

    district: int = key("keeps districts apart", source=Source.CONFIG)
    who: str = key("a Zetkin user id or an account", source=Source.ZETKIN, keep=Keep.ACCESS)
    name: str = stored("their name, encrypted", source=Source.ZETKIN, keep=Keep.ACCESS)
    seen: datetime = stored("when they last logged in", source=Source.OURS, keep=Keep.ACCESS)
    calendar: str | None = stored(
        "random letters that their link to the calendar is signed with; none when they have no link",
        source=Source.OURS,
        keep=Keep.ACCESS,
        default=None,
    )
