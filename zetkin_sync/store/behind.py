"""The records behind a figure, as a page lists them: events by their titles and days, and how a figure moved."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlmodel import col, select

from zetkin_sync.records import Assessment, Event
from zetkin_sync.store.engine import Store


def events_of(store: Store, ids: Collection[int], *, district: int, most: int = 200) -> list[Event]:
    """These events as they were last read, the newest first; what is no longer there is left out."""
    query = (
        select(Event)
        .where(Event.district == district, col(Event.id).in_(sorted(ids)))
        .order_by(col(Event.starts).desc(), col(Event.id))
        .limit(most)
    )
    with store.reading() as session:
        return list({event.id: event for event in session.exec(query)}.values())


def course_of(
    store: Store, *, district: int, plan: str, goal: str, unit: int, since: date
) -> list[Assessment]:
    """A goal's rows for one unit from a day on, oldest first: one for each day on which something changed."""
    query = (
        select(Assessment)
        .where(
            Assessment.district == district,
            Assessment.plan == plan,
            Assessment.goal == goal,
            Assessment.unit == unit,
            Assessment.day >= since,
        )
        .order_by(col(Assessment.day))
    )
    with store.reading() as session:
        return list(session.exec(query))
