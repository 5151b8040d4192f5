"""Emails with who got them, who opened, who is blocked (API.md §4.13)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct


class EmailConfig(Struct, kw_only=True):
    """A sender."""

    id: int
    organization: int
    sender_name: str
    sender_email: str
    domain: str
    no_reply: bool = False
    config: dict[str, Any] = {}


class EmailTheme(Struct, kw_only=True):
    """What stands around every email of an organization."""

    id: int
    organization: int
    block_attributes: dict[str, Any] | None = None
    css: str | None = None
    frame_mjml: dict[str, Any] | None = None


class Link(Struct, kw_only=True):
    """A link of an email, found again by its `tag`; `clicks` are by person."""

    id: int
    email: int
    tag: str
    url: str
    clicks: dict[int, datetime] = {}


class EmailRecipient(Struct, kw_only=True):
    """One copy of an email on its way to one person."""

    id: int
    email: int
    person: int
    sent: datetime | None = None
    opened: datetime | None = None


class Email(Struct, kw_only=True):
    """An email: draft → locked (its targets are frozen) → scheduled → processed.

    `target` is a query's id. `processed` is set some time after `published` has come.
    """

    id: int
    organization: int
    uuid: str
    title: str
    target: int
    subject: str | None = None
    content: str | None = None
    campaign: int | None = None
    config: int | None = None
    theme: int | None = None
    reply_to: str | None = None
    locked: datetime | None = None
    targets: tuple[int, ...] | None = None
    published: datetime | None = None
    processed: datetime | None = None
    recipients: dict[int, EmailRecipient] = {}
    previews: int = 0
    scheduling: int = 0
