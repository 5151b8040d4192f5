"""The database: does it answer, is its schema this program's, is it whole, is it the one we worked with?"""

from __future__ import annotations

from collections.abc import Iterator

from zetkin_sync.doctor.finding import Finding, advice, bad, good
from zetkin_sync.doctor.patient import Patient
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.records import EVERY_DISTRICT, RESTORED, STOP
from zetkin_sync.store import controls, epoch, schema


def look(patient: Patient) -> Iterator[Finding]:
    """Raises what the database says when it does not answer."""
    store = patient.store
    version = schema.version(store)
    if version is None:
        yield bad(say("The database has no tables yet."), say("Run `zetkin-sync migrate`."))
        return
    if version != schema.newest():
        known = schema.is_known(version)
        yield bad(
            say(
                "The database has the schema {version}; this program needs {newest}.",
                version=version,
                newest=schema.newest(),
            ),
            say("Run `zetkin-sync migrate`.")
            if known
            else say("It was made by a newer version: start that one, or restore the backup from before."),
        )
        return
    wrong = store.damage()
    if wrong is not None:
        raise NeedsHuman(
            say("The database is damaged."),
            say("Stop the service and restore the newest backup (docs/operations.md)."),
        )
    yield good(
        say(
            "The database answers and is whole ({kind}, schema {version}).",
            kind=store.dialect,
            version=version,
        )
    )
    found = epoch.instance(store)
    if found is not None and found.moved_to is not None:
        yield bad(
            say("This database was moved to {place}.", place=found.moved_to),
            say("Set DATABASE_URL to that one; two copies must never work at the same time."),
        )
    for switch in controls.switches(store, district=EVERY_DISTRICT):
        if switch.name == RESTORED:
            yield bad(
                say("The database was restored: nothing is sent."),
                say("Run `zetkin-sync reconcile --after-restore`."),
            )
        elif switch.name == STOP:
            yield advice(
                say("Everything is stopped by a person since {when}.", when=switch.since),
                say("Run `zetkin-sync go` when it may go on."),
            )
