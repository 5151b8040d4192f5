"""`undo`: put back what a run, or a proposal, changed in Zetkin, where it is still as we left it."""

from __future__ import annotations

from typing import Annotated

import typer

from zetkin_sync.apply.undo import undo as take_back
from zetkin_sync.cli import printing
from zetkin_sync.cli.deciding import AsJson
from zetkin_sync.cli.opening import opened, who
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.sending import hands
from zetkin_sync.store import ledger, outbox, plans
from zetkin_sync.store.engine import Store

_SAY = printing.say


def undo(
    run: Annotated[int | None, typer.Argument(help=_SAY("The run of apply_changes that is undone."))] = None,
    plan: Annotated[int | None, typer.Option("--plan", help=_SAY("Undo this proposal instead."))] = None,
    as_json: AsJson = False,
) -> None:
    """Put back what was changed in Zetkin where it is still so; say what is not."""
    with opened() as installation:
        numbers = [plan] if plan is not None else _plans_of(installation.store, run)
        rows = []
        for number in numbers:
            row = plans.plan_of(installation.store, number)
            if row is None or row.district not in installation.by_root:
                raise NeedsHuman(
                    say("There is no proposal {plan}.", plan=number),
                    say("See `zetkin-sync plans list --all`."),
                )
            with hands(installation, row.district) as ours:
                undone = take_back(ours, number, who=who())
            rows.append((number, undone))
        if as_json:
            printing.print_json(
                [
                    {
                        "plan": number,
                        "counts": dict(sorted(undone.carried.counts.items())),
                        "notes": [_SAY(note) for note in undone.carried.notes],
                        "kept": [_SAY(why) for why in undone.kept],
                    }
                    for number, undone in rows
                ]
            )
            return
        for number, undone in rows:
            printing.line(say("Proposal {plan}", plan=number), style="bold")
            printing.table([say("What"), say("How many")], sorted(undone.carried.counts.items()), numbers=[1])
            for note in (*undone.carried.notes, *undone.kept):
                printing.line(note, style="yellow")


def _plans_of(store: Store, run: int | None) -> list[int]:
    """The proposals that a run carried out, newest first."""
    found = None if run is None else ledger.run_of(store, run)
    if found is None or found.started is None:
        raise NeedsHuman(say("There is no such run."), say("See `zetkin-sync runs apply_changes`."))
    numbers = outbox.plans_moved(store, district=found.district, first=found.started, last=found.finished)
    if not numbers:
        raise NeedsHuman(say("Run {run} changed nothing in Zetkin.", run=found.id or 0))
    return numbers
