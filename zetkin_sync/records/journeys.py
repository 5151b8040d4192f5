"""Journeys: cases that are followed, as states and times, never what they are about (API.md §4.15)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from zetkin_sync.records.declared import key, stored
from zetkin_sync.records.mirrored import Mirror, Mirrored


class Journey(Mirror, table=True):
    """A kind of case."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("journeys")

    id: int = key("the kind of case")
    title: str = stored("what people call it")
    open: int = stored("how many are open", default=0)
    closed: int = stored("how many are closed", default=0)


class JourneyInstance(Mirror, table=True):
    """One case."""

    __tablename__ = "journey_instance"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("journey_instances")

    id: int = key("the case")
    journey: int = stored("its kind")
    created: datetime | None = stored("when it began", default=None)
    updated: datetime | None = stored("when it last moved", default=None)
    closed: datetime | None = stored("when it ended", default=None)
    deadline: datetime | None = stored("when its next step is due", default=None)


class JourneyPerson(Mirror, table=True):
    """A person in a case: whom it is about, who follows it, or both."""

    __tablename__ = "journey_person"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("journey_people", parented=True)

    instance: int = key("the case")
    person: int = key("who", person=True)
    role: str = stored("subject, assignee or both")
