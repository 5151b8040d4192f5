"""Organizations, user accounts, and what lets a program or a person in (API.md §1, §4.1, §4.9).

A user account and a person record are different things with different ids: the account is per Zetkin
instance, the person per organization tree (API.md §1.7).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct


class Organization(Struct, kw_only=True):
    """An organization; `officials` are person id → role. `closed` answers everybody 403."""

    id: int
    title: str
    parent: int | None = None
    slug: str | None = None
    short_title: str | None = None
    country: str = "SE"
    lang: str | None = "sv"
    email: str | None = None
    phone: str | None = None
    location: dict[str, float] | None = None
    is_active: bool = True
    is_open: bool = False
    is_public: bool = True
    avatar_file: int | None = None
    officials: dict[int, str] = {}
    closed: bool = False


class Connection(Struct, kw_only=True, gc=False):
    """A person's link to an organization of the tree."""

    follow: bool = True


class User(Struct, kw_only=True):
    """A user account. `people` gives its person record in each organization tree, by the tree's root."""

    id: int
    username: str
    first_name: str
    last_name: str
    email: str
    joined: datetime
    phone: str | None = None
    email_is_verified: bool = True
    phone_is_verified: bool = False
    is_superuser: bool = False
    lang: str | None = "sv"
    people: dict[int, int] = {}


class Client(Struct, kw_only=True):
    """A registered program (API.md §1.2). Without `secret` it may only use the code grant in a browser."""

    id: str
    title: str
    secret: str | None
    redirect_uris: tuple[str, ...] = ()
    refresh_token_ttl: int | None = None


class ApiKey(Struct, kw_only=True):
    """What the JWT-bearer grant exchanges for a token: it belongs to a user and has the user's rights."""

    id: int
    user: int
    client: str
    grant: str
    scope: tuple[str, ...] = ("level2",)
    ip_whitelist: tuple[str, ...] = ()


class Token(Struct, kw_only=True):
    """An access token."""

    value: str
    user: int
    client: str
    level: int
    factors: tuple[str, ...]
    created: datetime
    expires: datetime
    revoked: bool = False


class Refresh(Struct, kw_only=True):
    """A refresh token: used once."""

    value: str
    user: int
    client: str
    level: int
    factors: tuple[str, ...]
    used: bool = False


class Code(Struct, kw_only=True):
    """An authorization code: used once, within a minute."""

    value: str
    user: int
    client: str
    redirect_uri: str
    level: int
    expires: datetime
    used: bool = False


class File(Struct, kw_only=True):
    """An uploaded file; only what is said about it is kept."""

    id: int
    organization: int
    original_name: str
    mime_type: str | None
    uploaded: datetime
    url: str
    more: dict[str, Any] = {}
