"""What pages show and only a whole look at the district can tell: made by the job that reconciles, read by pages."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import SQLModel

from zetkin_sync.records.declared import Keep, Source, district_key, key, stored


class Picture(SQLModel, table=True):
    """One finished view of a district: areas, callouts, reach. Counts, places and events; no person."""

    district: int = district_key()
    name: str = key("which view", source=Source.OURS, keep=Keep.STANDING)
    computed: datetime = stored("when it was made", source=Source.OURS, keep=Keep.STANDING)
    body: str = stored(
        "the view, JSON: counts, areas, events, messages", source=Source.OURS, keep=Keep.STANDING
    )
