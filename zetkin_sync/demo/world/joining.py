"""Join forms, what came in through them, and bulk jobs (API.md §4.16, §4.18)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct


class JoinForm(Struct, kw_only=True):
    """A form that anybody with its token may send in."""

    id: int
    organization: int
    title: str
    submit_token: str
    description: str | None = None
    fields: list[str] = []
    tags: list[int] = []
    embeddable: bool = True
    renderable: bool = True
    requires_email_verification: bool = False
    org_access: str = "sameorg"


class JoinSubmission(Struct, kw_only=True):
    """What somebody sent in; it is listed once its address has been confirmed."""

    id: int
    organization: int
    form: int
    submitted: datetime
    person_data: dict[str, Any]
    state: str = "pending"
    accepted: datetime | None = None
    person: int | None = None
    listed: bool = True


class BulkJob(Struct, kw_only=True):
    """A bulk operation as the log shows it."""

    id: int
    organization: int
    user: int
    accepted: datetime
    status: str = "pending"
    completed: datetime | None = None
    error: str | None = None
    report: dict[str, Any] | None = None
