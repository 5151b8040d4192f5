"""Emails that Zetkin sends, and what came of them: never their text or an address (API.md §4.13)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from zetkin_sync.records.declared import key, stored
from zetkin_sync.records.mirrored import Mirror, Mirrored


class Email(Mirror, table=True):
    """An email: draft, locked, scheduled (`published` lies ahead) or `processed`."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("emails")

    id: int = key("the email")
    title: str = stored("its internal name; ours carry our mark")
    project: int | None = stored("its project", default=None)
    target: int | None = stored("the smart search of whom it goes to", default=None)
    config: int | None = stored("which sender", default=None)
    theme: int | None = stored("which look", default=None)
    locked: datetime | None = stored("are its recipients fixed", default=None)
    published: datetime | None = stored("when it goes out", default=None)
    processed: datetime | None = stored("has it gone out", default=None)


class EmailStats(Mirror, table=True):
    """How many an email reached."""

    __tablename__ = "email_stats"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("email_stats", parented=True)

    email: int = key("the email")
    targets: int = stored("how many it is meant for", default=0)
    locked: int | None = stored("how many were fixed", default=None)
    blocked: int = stored("how many it cannot go to", default=0)
    blacklisted: int = stored("how many it cannot go to: their address or they refuse", default=0)
    no_email: int = stored("how many it cannot go to: no address", default=0)
    unsubscribed: int = stored("how many have declined", default=0)
    sent: int = stored("how many it went to", default=0)
    opened: int = stored("how many opened it", default=0)
    clicks: int = stored("how many followed a link", default=0)


class EmailRecipient(Mirror, table=True):
    """A person an email went to; Zetkin tells no bounce (API.md §6.23)."""

    __tablename__ = "email_recipient"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("email_recipients", parented=True)

    email: int = key("the email")
    person: int = key("who got it", person=True)
    state: str = stored("pending, sent or opened")
    sent: datetime | None = stored("when it went", default=None)
    opened: datetime | None = stored("when it was opened", default=None)


class EmailLink(Mirror, table=True):
    """A link in an email."""

    __tablename__ = "email_link"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("email_links", parented=True)

    email: int = key("the email")
    id: int = key("the link")
    url: str = stored("where it leads: which event was followed", default="")


class EmailBlocked(Mirror, table=True):
    """A person to whom Zetkin sends no email: a smart search tells who, and not why (API.md §4.13)."""

    __tablename__ = "email_blocked"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("email_blocked", optional=True)

    person: int = key("who", person=True)


class EmailConfig(Mirror, table=True):
    """A sender; without one no email can be planned. Its address stays in Zetkin."""

    __tablename__ = "email_config"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("email_configs")

    id: int = key("the sender")
    no_reply: bool = stored("can people answer", default=False)


class EmailTheme(Mirror, table=True):
    """A look; without one no email can be planned."""

    __tablename__ = "email_theme"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("email_themes")

    id: int = key("the look")
    has_frame: bool = stored("does it hold the line by which people unsubscribe", default=False)
