"""Envelopes, errors, tokens and who is signed in (API.md §1, §2)."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from msgspec import Struct

from tests.contract.schemas.forms import Named, Precise, Ref, Somebody, Spaced, Strict

T = TypeVar("T")


class Envelope(Strict, Generic[T]):
    data: T


class Pagination(Strict):
    page: int
    size: int
    total: int


class ListMeta(Strict):
    fields: dict[str, Any]
    filters: list[Any]
    ordering: list[Any]
    pagination: Pagination


class ItemMeta(Strict):
    fields: dict[str, Any]


class ListV2(Strict, Generic[T]):
    data: list[T]
    meta: ListMeta
    related: dict[str, Any]
    success: Literal[True]


class ItemV2(Strict, Generic[T]):
    data: T
    meta: ItemMeta
    related: dict[str, Any]
    success: Literal[True]


class Titled(Strict):
    title: str
    description: str


class OnlyTitled(Strict):
    title: str


class Error(Strict):
    error: Titled


class ShortError(Strict):
    error: OnlyTitled


class OAuthError(Strict):
    error: str
    error_description: str


class Complaint(Strict):
    loc: list[str]
    msg: str
    type: str


class Unprocessable(Strict):
    detail: list[Complaint]


class BearerToken(Struct, kw_only=True, forbid_unknown_fields=True):
    access_token: str
    expires_in: int
    token_type: Literal["bearer"]
    refresh_token: str | None = None


class SessionUser(Strict):
    id: int
    first_name: str
    last_name: str
    email: str
    email_is_verified: bool
    phone: str | None
    phone_is_verified: bool
    is_verified: bool
    lang: str | None
    joined: Spaced
    last_login: Spaced


class User(SessionUser):
    username: str
    is_superuser: bool


class ApiKey(Strict):
    id: int
    client_id: str
    grant: str
    scope: list[str]
    ip_whitelist: list[str]


class SessionV2(Strict):
    created: Precise
    level: int
    user_id: int
    factors: list[str]


class Session(Strict):
    created: Precise
    level: int
    factors: list[Literal["email_password", "phone_otp", "api_key"]]
    user: SessionUser


class Membership(Strict):
    organization: Ref
    profile: Named
    role: Literal["organizer", "admin"] | None
    follow: bool
    inherited: bool


class Official(Somebody):
    role: Literal["organizer", "admin"]
