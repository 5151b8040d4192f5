"""Let go of what need not be kept: people who are proven gone, and whatever is older than retention.toml says.

Runs every hour, so that somebody who has left Zetkin is erased within a day of the proof even when some runs
fail. What was removed stands in the run's counts, table by table.
"""

from __future__ import annotations

from datetime import timedelta

from zetkin_sync.context import Context, Outcome
from zetkin_sync.language import say
from zetkin_sync.store import access, erasing, erasures, retention
from zetkin_sync.store.access import Deed

_SWEEP_FOR = timedelta(days=1)  # a sweep that failed is made up for


def run(context: Context) -> Outcome:
    """Erase who is gone, remove what is old, cut and sign the access log, clear the free pages."""
    settings, store, district = context.settings, context.store, context.district
    gone = erasing.departed(store, district=district)
    rows = 0
    for number, person in enumerate(gone):
        context.progress(say("Erasing who is no longer in Zetkin"), number, len(gone))
        if not context.still_ours():
            break
        rows += _erase(context, person)
    erasures.settle(store, settings.erasure_path, keys=lambda: settings.keys)
    context.progress(say("Removing what is old"), 0, 0)
    days, now = context.configuration.retention.days, context.now()
    with store.writing() as session:
        before = now - timedelta(days=days["access"])
        cut = access.cut(session, district=district, key=settings.key, before=before, at=now)
        access.checkpoint(session, district=district, key=settings.key, at=now)
    removed = retention.remove_old(store, days, district=district, now=now)
    if erasures.any_since(store, now - _SWEEP_FOR):
        erasing.sweep(store)
    counts = {"people_erased": len(gone), "rows_erased": rows, "access_entry": cut, **removed}
    return Outcome(counts={name: n for name, n in counts.items() if n})


def _erase(context: Context, person: int) -> int:
    """One person, in one transaction, with its entry in the access log."""
    with context.store.writing() as session:
        now = context.now()
        access.note(
            session,
            district=context.district,
            who="service",
            deed=Deed.DELETED,
            what="job retention",
            people=[person],
            why="no longer in Zetkin",
            at=now,
        )
        erased = erasing.erase(
            session,
            district=context.district,
            person=person,
            key=context.settings.key,
            who="service",
            reason="vanished",
            at=now,
            barred=False,
        )
    return erased.rows
