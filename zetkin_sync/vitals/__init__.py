"""How the service does, as values: read from the database once, then judged (`alarms`) and shown (`metrics`, /health)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from zetkin_sync.configuration import Configuration
from zetkin_sync.due import longest_pause, newest_due
from zetkin_sync.leases import LEASE
from zetkin_sync.records import EVERY_DISTRICT, Control
from zetkin_sync.settings import Settings
from zetkin_sync.store import controls, epoch, schema, vital_signs
from zetkin_sync.store.engine import Store
from zetkin_sync.store.vital_signs import Counted, Waiting
from zetkin_sync.vitals.disk import Room, room
from zetkin_sync.vitals.token import expiry

PULL = "pull_zetkin"
LATE = timedelta(minutes=2)
DOUBT = timedelta(hours=1)
PUT_ASIDE = timedelta(days=14)  # what was parked longer ago has been told of for a fortnight
UNPROVEN = timedelta(days=2)


@dataclass(frozen=True)
class Slot:
    """A slot that ought to have a row in the ledger and has none."""

    district: int
    job: str
    due: datetime


@dataclass(frozen=True)
class Reading:
    """When a district was last read whole, and how often it should be."""

    read: datetime | None
    period: timedelta | None


@dataclass(frozen=True, kw_only=True)
class Vitals:
    """Everything at one instant."""

    now: datetime
    ready: bool
    titles: Mapping[int, str]
    unwritten: Sequence[Slot] = ()
    untaken: Sequence[Waiting] = ()
    unkept: Sequence[Waiting] = ()
    in_doubt: Mapping[int, Counted] = field(default_factory=dict)
    parked: Mapping[int, Counted] = field(default_factory=dict)
    braked: Mapping[int, Counted] = field(default_factory=dict)
    readings: Mapping[int, Reading] = field(default_factory=dict)
    done: Mapping[tuple[int, str], tuple[str, datetime]] = field(default_factory=dict)
    runs: Mapping[tuple[int, str, str], int] = field(default_factory=dict)
    intents: Mapping[tuple[int, str], int] = field(default_factory=dict)
    mails: Mapping[tuple[int, str, str], int] = field(default_factory=dict)
    switches: Sequence[Control] = ()
    latest: datetime | None = None  # an instant at which a run was ended: the clock has been there
    expires: datetime | None = None  # of the key to Zetkin
    room: Room | None = None  # free space where the database is
    broken: Sequence[str] = ()  # districts whose configuration has mistakes; the last good one goes on


def read_vitals(
    store: Store,
    configurations: Sequence[Configuration],
    *,
    settings: Settings,
    broken: Sequence[Path] = (),
) -> Vitals:
    """Ask the database, the disk and the settings. Raises Trouble when the database does not answer."""
    now = store.now()
    titles = {c.root: c.district.short or c.district.title for c in configurations}
    if not schema.is_current(store):
        return Vitals(now=now, ready=False, titles=titles)
    districts = set(titles)
    switches = [s for d in (EVERY_DISTRICT, *districts) for s in controls.own_switches(store, district=d)]
    return Vitals(
        now=now,
        ready=True,
        titles=titles,
        unwritten=_unwritten(store, configurations, now=now),
        untaken=[w for w in vital_signs.untaken(store, now=now, patience=LATE) if w.district in districts],
        unkept=vital_signs.unkept(store, now=now, patience=2 * LEASE),
        in_doubt=vital_signs.in_doubt(store, before=now - DOUBT),
        parked=vital_signs.parked(store, after=now - PUT_ASIDE),
        braked=vital_signs.braked(store, ripe_before=now - UNPROVEN),
        readings=_readings(store, configurations, now=now),
        done=vital_signs.last_done(store),
        runs=vital_signs.counts(store),
        intents=vital_signs.intents(store),
        mails=vital_signs.mails(store),
        switches=switches,
        latest=vital_signs.newest_moment(store),
        expires=expiry(settings),
        room=room(settings),
        broken=[path.name for path in broken],
    )


def _unwritten(store: Store, configurations: Sequence[Configuration], *, now: datetime) -> list[Slot]:
    """The newest slot of each job, when it is late and nobody has asked for it."""
    since, paused = epoch.restored_at(store), controls.paused_jobs(store)
    found = []
    for each in configurations:
        for name, entry in each.schedule.jobs.items():
            due = newest_due(entry, each.district.zone, until=now - LATE)
            if due is None or now - due > entry.grace or (each.root, name) in paused:
                continue
            if since is not None and due <= since:
                continue
            if not vital_signs.asked_since(store, district=each.root, job=name, due=due):
                found.append(Slot(each.root, name, due))
    return found


def _readings(store: Store, configurations: Sequence[Configuration], *, now: datetime) -> dict[int, Reading]:
    read = vital_signs.read_at(store)
    found = {}
    for each in configurations:
        entries = [e for n, e in each.schedule.jobs.items() if (e.module or n) == PULL]
        if entries:
            pauses = [p for e in entries if (p := longest_pause(e, each.district.zone, around=now))]
            found[each.root] = Reading(read.get(each.root), min(pauses, default=None))
    return found
