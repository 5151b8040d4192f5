"""Tasks and the people they are given to (API.md §4.12)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from zetkin_sync.records.declared import key, stored
from zetkin_sync.records.mirrored import Mirror, Mirrored


class Task(Mirror, table=True):
    """Something that people can do by themselves; `kind` is Zetkin's type."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("tasks")

    id: int = key("the task")
    title: str = stored("what people call it; ours carry our mark")
    kind: str = stored("what is to be done: offline, visit_link, share_link, demographic")
    project: int | None = stored("its project", default=None)
    target: int | None = stored("the smart search of who gets it", default=None)
    published: datetime | None = stored("is it given out", default=None)
    deadline: datetime | None = stored("when it should be done", default=None)
    expires: datetime | None = stored("when it is over", default=None)


class AssignedTask(Mirror, table=True):
    """A task given to a person."""

    __tablename__ = "assigned_task"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("assigned_tasks", parented=True)

    task: int = key("the task")
    person: int = key("who has it", person=True)
    state: str = stored("assigned, completed, expired, overdue or ignored")
    assigned: datetime | None = stored("since when", default=None)
    completed: datetime | None = stored("when it was done", default=None)
    ignored: datetime | None = stored("when it was put aside", default=None)
