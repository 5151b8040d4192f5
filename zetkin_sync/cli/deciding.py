"""`plans`: see what is proposed, approve it, reject it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from zetkin_sync.apply.decide import decide
from zetkin_sync.apply.execute import Carried
from zetkin_sync.changes import Plan, from_json
from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import district_of, opened, who
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.records import PlanState, StoredPlan
from zetkin_sync.runner import Installation
from zetkin_sync.sending import hands
from zetkin_sync.store import plans as stored

_SAY = printing.say
app = typer.Typer(no_args_is_help=True, add_completion=False, help=_SAY("Proposals: see, approve, reject."))
District = Annotated[
    str | None, typer.Option("--district", help=_SAY("Which district, when there are several."))
]
AsJson = Annotated[bool, typer.Option("--json", help=_SAY("Print JSON."))]
Number = Annotated[int, typer.Argument(help=_SAY("The proposal's number."))]
Fingerprint = Annotated[str, typer.Argument(help=_SAY("Its fingerprint, as `show` prints it."))]


@app.command("list")
def list_plans(
    district: District = None, every: Annotated[bool, typer.Option("--all")] = False, as_json: AsJson = False
) -> None:
    """Proposals that wait for a decision; with --all the decided ones too."""
    with opened() as installation:
        root = district_of(installation, district).root
        states = () if every else (PlanState.PROPOSED, PlanState.REFUSED, PlanState.APPROVED)
        found = stored.plans(installation.store, district=root, states=states)
        if as_json:
            printing.print_json([summary(p) for p in found])
            return
        if not found:
            printing.line(say("Nothing waits for a decision."))
            return
        printing.table(
            [say("No."), say("Action"), say("Changes"), say("State"), say("Expires"), say("Fingerprint")],
            (
                (
                    str(p.id),
                    p.action,
                    p.changes,
                    stored.state_word(p.state),
                    printing.language.moment(p.expires),
                    p.fingerprint,
                )
                for p in found
            ),
            numbers=[2],
        )


@app.command()
def show(plan: Number, as_json: AsJson = False) -> None:
    """One proposal whole: every change with its reason."""
    with opened() as installation:
        row, value = _plan(installation, plan)
        if as_json:
            printing.print_json({**summary(row), "changes": [_change(c) for c in value.changes]})
            return
        printing.line(
            say(
                "Proposal {plan}: {action}, {state}",
                plan=plan,
                action=row.action,
                state=stored.state_word(row.state),
            )
        )
        printing.line(
            say("Fingerprint {fingerprint}, expires {when}", fingerprint=row.fingerprint, when=row.expires)
        )
        printing.table([say("What"), say("How many")], value.counts.items(), numbers=[1])
        for why in value.refused:
            printing.line(why, style="bold red")
        for left in value.left_out:
            printing.line(say("Left out: {why}", why=left.why), style="yellow")
        printing.table(
            [say("What"), say("Person"), say("Why")],
            ((c.verb, None if c.person is None else str(c.person), c.reason) for c in value.changes),
        )


@app.command()
def approve(
    plan: Number,
    fingerprint: Fingerprint,
    why: Annotated[str | None, typer.Option(help=_SAY("Your reason."))] = None,
    as_json: AsJson = False,
) -> None:
    """Approve exactly this proposal."""
    decided(plan, fingerprint, approve=True, why=why, as_json=as_json)


@app.command()
def reject(
    plan: Number,
    fingerprint: Fingerprint,
    why: Annotated[str, typer.Option(help=_SAY("Your reason."))],
    as_json: AsJson = False,
) -> None:
    """Reject exactly this proposal."""
    decided(plan, fingerprint, approve=False, why=why, as_json=as_json)


@app.command()
def cancel(plan: Number, as_json: AsJson = False) -> None:
    """Take an approved proposal back: what is not sent or done yet is not."""
    from zetkin_sync.apply.watch import cancel_plan  # noqa: PLC0415 - other commands start faster

    with opened() as installation:
        row, _ = _plan(installation, plan)
        with hands(installation, row.district) as ours:
            carried = cancel_plan(ours, plan)
        show_carried(plan, carried, as_json=as_json)


def decided(plan: int, fingerprint: str, *, approve: bool, why: str | None, as_json: bool) -> None:
    """Decide and say what it came to."""
    with opened() as installation:
        state = decide(
            installation.store,
            plan,
            fingerprint=fingerprint,
            who=who(),
            approve=approve,
            why=why,
            at=installation.store.now(),
        )
        if as_json:
            row, _ = _plan(installation, plan)
            printing.print_json({**summary(row), "approvals": _approvals(installation, plan)})
        elif approve:
            printing.line(say("Proposal {plan}: {state}", plan=plan, state=stored.state_word(state)))
        else:
            printing.line(say("Proposal {plan} is rejected; nothing is done.", plan=plan))


def show_carried(plan: int, carried: Carried, *, as_json: bool) -> None:
    """What became of the effects of a proposal."""
    if as_json:
        counts = dict(sorted(carried.counts.items()))
        printing.print_json(
            {"plan": plan, "counts": counts, "notes": [printing.say(n) for n in carried.notes]}
        )
        return
    printing.table([say("What"), say("How many")], sorted(carried.counts.items()), numbers=[1])
    for note in carried.notes:
        printing.line(note, style="yellow")


def _approvals(installation: Installation, plan: int) -> list[dict[str, Any]]:
    found = stored.approvals(installation.store, plan)
    return [{"who": a.who, "verdict": a.verdict, "why": a.why, "at": a.at} for a in found]


def _plan(installation: Installation, number: int) -> tuple[StoredPlan, Plan]:
    row = stored.plan_of(installation.store, number)
    if row is None or row.district not in installation.by_root:
        raise NeedsHuman(
            say("There is no proposal {plan}.", plan=number), say("See `zetkin-sync plans list --all`.")
        )
    return row, from_json(row.body)


def summary(row: StoredPlan) -> dict[str, Any]:
    """A proposal for programs."""
    value = from_json(row.body)
    return {
        "plan": row.id,
        "action": row.action,
        "state": row.state,
        "fingerprint": row.fingerprint,
        "created": row.created,
        "expires": row.expires,
        "counts": value.counts,
        "people": value.recipients,
        "approvals_needed": row.approvals_needed,
        "refused": [printing.say(m) for m in value.refused],
        "left_out": [{"organization": o.organization, "why": printing.say(o.why)} for o in value.left_out],
    }


def _change(change: Any) -> dict[str, Any]:
    return {
        "key": change.key,
        "verb": change.verb,
        "organization": change.organization,
        "person": change.person,
        "payload": change.payload,
        "why": printing.say(change.reason),
    }
