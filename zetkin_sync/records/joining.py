"""How people join, and what is double: join forms, join submissions, duplicates, bulk jobs (API.md §4.16–18)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from zetkin_sync.records.declared import key, stored
from zetkin_sync.records.mirrored import Mirror, Mirrored


class JoinForm(Mirror, table=True):
    """A form by which people join."""

    __tablename__ = "join_form"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("join_forms")

    id: int = key("the form")
    title: str = stored("what people call it")
    tags: str = stored("which tags it puts on, JSON of ids", default="[]")


class JoinSubmission(Mirror, table=True):
    """Somebody who wants to join; a person once the submission is accepted."""

    __tablename__ = "join_submission"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("join_submissions")

    id: int = key("the submission")
    form: int | None = stored("by which form", default=None)
    person: int | None = stored("who it became", person=True, default=None)
    state: str = stored("pending or accepted")
    submitted: datetime | None = stored("when", default=None)
    accepted: datetime | None = stored("when", default=None)


class Duplicate(Mirror, table=True):
    """People whom Zetkin believes to be one; never merged by machine."""

    __tablename__ = "duplicate"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("duplicates")

    id: int = key("the suspicion")
    state: str = stored("pending, dismissed or merged")
    dismissed: datetime | None = stored("when", default=None)
    merged: datetime | None = stored("when", default=None)


class DuplicatePerson(Mirror, table=True):
    """One of the people who may be the same."""

    __tablename__ = "duplicate_person"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("duplicate_people", parented=True)

    duplicate: int = key("the suspicion")
    person: int = key("who", person=True)


class BulkJob(Mirror, table=True):
    """A change of many people at once, by whoever made it."""

    __tablename__ = "bulk_job"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("bulk_jobs")

    id: int = key("the job")
    state: str = stored("pending, in_progress, completed or error")
    account: int | None = stored("which user account made it", default=None)
    accepted: datetime | None = stored("when", default=None)
    completed: datetime | None = stored("when", default=None)
