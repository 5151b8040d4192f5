"""`reconcile`: assess and propose now; `--after-restore`: look up everything that is open, then let it send again."""

from __future__ import annotations

from typing import Annotated

import typer

from zetkin_sync.apply.after_restore import look_up
from zetkin_sync.apply.hands import Hands
from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import opened
from zetkin_sync.cli.running import AsJson, District, sync
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.records import EVERY_DISTRICT, RESTORED
from zetkin_sync.runner import Installation, connection
from zetkin_sync.store import controls, epoch

_SAY = printing.say


def reconcile(
    after_restore: Annotated[
        bool,
        typer.Option(
            "--after-restore", help=_SAY("The database was restored: look up what is open in Zetkin.")
        ),
    ] = False,
    district: District = None,
    as_json: AsJson = False,
) -> None:
    """Hold what is known against the plan, or look up what a restored database cannot know."""
    if not after_restore:
        sync("reconcile", district=district, accept_absence=None, as_json=as_json)
        return
    with opened() as installation:
        _after_restore(installation)


def _after_restore(installation: Installation) -> None:
    store = installation.store
    if controls.switch(store, district=EVERY_DISTRICT, name=RESTORED) is None:
        printing.line(say("The database was not restored, or this has been done already."))
        return
    left = 0
    for configuration in installation.configurations:
        zetkin = connection(installation, configuration.root, "zetkin")
        try:
            hands = Hands(
                zetkin=zetkin,
                store=store,
                district=configuration.root,
                now=store.now,
                still_ours=lambda: True,
                zone=configuration.district.zone,
            )
            found = look_up(hands, restored=epoch.restored_at(store))
        finally:
            zetkin.close()
        printing.line(say("{title}:", title=configuration.district.title), style="bold")
        printing.table([say("What"), say("How many")], sorted(found.counts.items()), numbers=[1])
        for note in found.notes:
            printing.line(f"  • {printing.say(note)}")
        left += found.left
    if left:
        raise NeedsHuman(
            say("{n} effects could not be looked up yet; nothing is sent.", n=left),
            say("Run it again in a quarter of an hour, or when Zetkin answers."),
        )
    controls.turn_off(store, district=EVERY_DISTRICT, name=RESTORED)
    printing.line(
        say("Everything that was open has been looked up. The service may send again."), style="green"
    )
