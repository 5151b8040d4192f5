"""`callouts`: who is asked about what, why, and what comes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import msgspec
import typer

from zetkin_sync.callouts import letter
from zetkin_sync.callouts.asking import effect_of, explainer_of, needs_of
from zetkin_sync.callouts.effect import Tally
from zetkin_sync.callouts.why import GATES
from zetkin_sync.changes import Change, Plan, from_json
from zetkin_sync.cli import deciding, printing
from zetkin_sync.cli.deciding import AsJson, District, Fingerprint, summary
from zetkin_sync.cli.opening import district_of, opened
from zetkin_sync.cli.running import run_now, show_run
from zetkin_sync.context import known_facts
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import Message, say
from zetkin_sync.records import StoredPlan
from zetkin_sync.records.facts import Facts
from zetkin_sync.runner import Installation
from zetkin_sync.store import plans, rights

_SAY = printing.say
ACTION = "ask_network"
JOB = "plan_callouts"
app = typer.Typer(no_args_is_help=True, help=_SAY("Callouts: who is asked about what."))
Number = Annotated[int | None, typer.Argument(help=_SAY("The proposal's number; without it the newest one."))]


@app.command(help=_SAY("Plan the next wave now and put it up for decision; nothing is sent."))
def plan(district: District = None, as_json: AsJson = False) -> None:
    with opened() as installation:
        root = district_of(installation, district).root
        with printing.progress_bar(shown=not as_json) as watch:
            run = run_now(installation, district=root, job=JOB, watch=watch)
        found = _newest(installation, root)
        if run.state == "failed" or found is None:
            show_run(run, as_json=as_json)
            raise typer.Exit(printing.FAILED if run.state == "failed" else printing.OK)
        _show(found, as_json=as_json)


@app.command(
    help=_SAY("One proposal: its emails, how many get each, the text, and what it is expected to give.")
)
def show(number: Number = None, district: District = None, as_json: AsJson = False) -> None:
    with opened() as installation:
        _show(_stored(installation, number, district), as_json=as_json)


@app.command(help=_SAY("Which events need people now, and which a person must look at first."))
def need(district: District = None, as_json: AsJson = False) -> None:
    with opened() as installation:
        facts = _facts(installation, district)
        found = needs_of(facts)
        titles = {event.id: event.title for event in facts.events}
        if as_json:
            printing.print_json(
                {
                    "needs": [_plain(each) for each in found.needs],
                    "others": [
                        {"event": each.event, "why": _SAY(each.why), "mend": each.mend}
                        for each in found.others
                    ],
                }
            )
            return
        printing.table(
            [say("Event"), say("What"), say("When"), say("Open places"), say("Priority area")],
            (
                (
                    str(each.event),
                    titles[each.event],
                    printing.language.wall_clock(each.starts),
                    each.open,
                    "✓" if each.priority else "",
                )
                for each in found.needs
            ),
            numbers=[3],
        )
        for each in found.for_people:
            printing.line(
                say(
                    "Event {event}, {title}: {why}",
                    event=str(each.event),
                    title=titles[each.event],
                    why=each.why,
                ),
                style="yellow",
            )


@app.command(help=_SAY("Approve exactly this proposal."))
def approve(
    number: Annotated[int, typer.Argument(help=_SAY("The proposal's number."))],
    fingerprint: Fingerprint,
    why: Annotated[str | None, typer.Option(help=_SAY("Your reason."))] = None,
    as_json: AsJson = False,
) -> None:
    deciding.decided(number, fingerprint, approve=True, why=why, as_json=as_json)


@app.command(help=_SAY("Reject exactly this proposal."))
def reject(
    number: Annotated[int, typer.Argument(help=_SAY("The proposal's number."))],
    fingerprint: Fingerprint,
    why: Annotated[str, typer.Option(help=_SAY("Your reason."))],
    as_json: AsJson = False,
) -> None:
    deciding.decided(number, fingerprint, approve=False, why=why, as_json=as_json)


@app.command(help=_SAY("Take an approved proposal back: what is not sent yet is not sent."))
def cancel(
    number: Annotated[int, typer.Argument(help=_SAY("The proposal's number."))], as_json: AsJson = False
) -> None:
    deciding.cancel(number, as_json=as_json)


@app.command("why", help=_SAY("Why a person is, or is not, asked about an event."))
def why_asked(
    person: Annotated[int, typer.Argument(help=_SAY("The person's id in Zetkin."))],
    event: Annotated[int, typer.Argument(help=_SAY("The event's id in Zetkin."))],
    district: District = None,
    as_json: AsJson = False,
) -> None:
    with opened() as installation:
        found = explainer_of(_facts(installation, district)).explain(person, event)
        if as_json:
            printing.print_json(
                {
                    "person": person,
                    "event": event,
                    "asked": found.asked,
                    "verdict": _SAY(found.verdict),
                    "gates": [{"gate": p.gate, "open": p.open, "why": _SAY(p.why)} for p in found.passages],
                    "likely": None if found.likely is None else _SAY(found.likely),
                    "parts": None if found.parts is None else _plain(found.parts),
                    "line": None if found.line is None else _plain(found.line),
                }
            )
            return
        printing.line(say("Asked: {verdict}", verdict=found.verdict) if found.asked else found.verdict)
        printing.table(
            [say("Gate"), say("Open"), say("Why")],
            ((GATES[p.gate], say("yes") if p.open else say("no"), p.why) for p in found.passages),
        )
        if found.likely is not None:
            printing.line(say("Likely to come: {likely}", likely=found.likely))


@app.command(
    help=_SAY("What the callouts have come to: asked, signed up, came; who left; how the asking is shared.")
)
def effect(
    days: Annotated[int, typer.Option(min=1, help=_SAY("Callouts of so many days back."))] = 180,
    district: District = None,
    as_json: AsJson = False,
) -> None:
    with opened() as installation:
        facts = _facts(installation, district)
        found = effect_of(facts, since=facts.now - timedelta(days=days))
        if as_json:
            printing.print_json({**_plain(found), "total": tally_row(found.total)})
            return
        areas = {area.id: area.title for area in facts.areas}
        for heading, tallies in (
            (say("All"), (found.total,)),
            (say("Callout"), found.by_callout),
            (say("Area"), found.by_area),
            (say("Event type"), found.by_type),
        ):
            printing.table(
                [
                    heading,
                    say("Messages"),
                    say("Signed up"),
                    say("Came"),
                    say("Left"),
                    say("Messages per place"),
                ],
                (
                    (
                        areas.get(t.name or "", t.name or "–"),
                        t.messages,
                        t.signed_up,
                        t.came,
                        t.opted_out,
                        "–" if t.messages_per_place is None else round(t.messages_per_place, 1),
                    )
                    for t in tallies
                ),
                numbers=[1, 2, 3, 4, 5],
            )
        printing.line(
            say(
                "How unevenly messages are shared in the network (0 evenly, 1 all on one): {gini}. Not asked: {never}.",
                gini=round(found.gini, 2),
                never=found.never,
            )
        )
        for warning in found.warnings:
            printing.line(warning, style="yellow")


@app.command(help=_SAY("Write down that a person has left the network; no callouts from now on."))
def leave(
    person: Annotated[int, typer.Argument(help=_SAY("The person's id in Zetkin."))],
    district: District = None,
    as_json: AsJson = False,
) -> None:
    with opened() as installation, installation.store.writing() as session:
        root = district_of(installation, district).root
        new = rights.opt_out(session, [person], district=root, at=installation.store.now(), how="person")
    if as_json:
        printing.print_json({"person": person, "changed": bool(new)})
    else:
        printing.line(say("Written down: no callouts.") if new else say("They had left already."))


@app.command(help=_SAY("Take back that a person has left the network, because they have said yes again."))
def rejoin(
    person: Annotated[int, typer.Argument(help=_SAY("The person's id in Zetkin."))],
    district: District = None,
    as_json: AsJson = False,
) -> None:
    with opened() as installation, installation.store.writing() as session:
        was = rights.opt_in(session, person, district=district_of(installation, district).root)
    if as_json:
        printing.print_json({"person": person, "changed": bool(was)})
    else:
        printing.line(say("They may be asked again.") if was else say("They had not left."))


def tally_row(tally: Tally) -> dict[str, Any]:
    """A tally for programs, with what follows from it."""
    return {**_plain(tally), "messages_per_place": tally.messages_per_place}


def _facts(installation: Installation, district: str | None) -> Facts:
    return known_facts(installation.store, district_of(installation, district), now=installation.store.now())


def _newest(installation: Installation, root: int) -> StoredPlan | None:
    found = plans.plans(installation.store, district=root)
    return next((row for row in found if row.action == ACTION), None)


def _stored(installation: Installation, number: int | None, district: str | None) -> StoredPlan:
    if number is None:
        found = _newest(installation, district_of(installation, district).root)
        if found is None:
            raise NeedsHuman(
                say("No callout has been proposed yet."), say("Run `zetkin-sync callouts plan`.")
            )
        return found
    row = plans.plan_of(installation.store, number)
    if row is None or row.district not in installation.by_root:
        raise NeedsHuman(
            say("There is no proposal {plan}.", plan=number), say("See `zetkin-sync plans list --all`.")
        )
    return row


def _show(row: StoredPlan, *, as_json: bool) -> None:
    value: Plan = from_json(row.body)
    emails = [change for change in value.changes if change.verb == "send_email"]
    if as_json:
        printing.print_json(
            {
                **summary(row),
                "notes": [_SAY(note) for note in value.notes],
                "figures": value.figures,
                "emails": [_email_row(change) for change in emails],
            }
        )
        return
    printing.line(
        say(
            "Proposal {plan}: {action}, {state}",
            plan=row.id or 0,
            action=row.action,
            state=plans.state_word(row.state),
        )
    )
    printing.line(
        say("Fingerprint {fingerprint}, expires {when}", fingerprint=row.fingerprint, when=row.expires)
    )
    for note in (*value.notes, *value.refused):
        printing.line(note, style="bold red" if note in value.refused else None)
    for left in value.left_out:
        printing.line(say("Left out: {why}", why=left.why), style="yellow")
    for number, change in enumerate(emails, start=1):
        printing.line("")
        printing.line(
            say(
                "Email {n}, to {people} people: {subject}",
                n=number,
                people=len(change.payload["people"]),
                subject=change.payload["subject"],
            ),
            style="bold",
        )
        printing.line(change.reason)
        printing.line(letter.plain(change.payload["parts"]), style="dim")


def _email_row(change: Change) -> dict[str, Any]:
    return {
        "key": change.key,
        "mark": change.payload["mark"],
        "why": _SAY(change.reason),
        "people": change.payload["people"],
        "events": [event["id"] for event in change.payload["events"]],
        "subject": change.payload["subject"],
        "text": letter.plain(change.payload["parts"]),
        "not_after": change.payload["not_after"],
    }


def _plain(value: Any) -> Any:
    """Plain values for JSON; messages become sentences."""
    if isinstance(value, Message):
        return _SAY(value)
    if isinstance(value, msgspec.Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value
