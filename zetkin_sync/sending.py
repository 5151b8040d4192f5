"""The hands by which a person's command acts at once: to cancel, to undo, to stop what is scheduled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from zetkin_sync.apply import watch
from zetkin_sync.apply.execute import Carried
from zetkin_sync.apply.hands import Hands
from zetkin_sync.errors import Trouble
from zetkin_sync.records import EVERY_DISTRICT, STOP
from zetkin_sync.runner import Installation, connection
from zetkin_sync.store import controls


@contextmanager
def hands(installation: Installation, district: int) -> Iterator[Hands]:
    """Hands for one district, connected to its Zetkin while the block runs."""
    zetkin = connection(installation, district, "zetkin")
    try:
        yield Hands(
            zetkin=zetkin,
            store=installation.store,
            district=district,
            now=installation.store.now,
            still_ours=lambda: True,
            zone=installation.of(district).district.zone,
        )
    finally:
        zetkin.close()


def stop(installation: Installation, *, district: int | None, who: str, why: str | None = None) -> Carried:
    """Stop all writing, of one district or of all, and take back at once what Zetkin was to send later.

    The switch comes first: from then on no write begins. What Zetkin does not confirm is listed, tried again at
    every run of `apply_changes`, and an alarm until then.
    """
    store = installation.store
    where = EVERY_DISTRICT if district is None else district
    controls.turn_on(store, district=where, name=STOP, who=who, why=why)
    carried = Carried()
    for root in installation.by_root if district is None else [district]:
        if not watch.has_scheduled(store, district=root):
            continue
        try:
            with hands(installation, root) as ours:
                found = watch.follow(ours)
        except Trouble as trouble:  # the switch holds all the same
            carried.counts["not_confirmed"] += 1
            carried.notes.append(trouble.what)
        else:
            carried.counts.update(found.counts)
            carried.notes.extend(found.notes)
    return carried
