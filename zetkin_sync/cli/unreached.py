"""`bounces reach`, `cases` and `solved`: how many members mail reaches, whose cases are open, and closing one by hand."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer

from zetkin_sync.bounces.figures import Reach, reach, restored, solved_in_time
from zetkin_sync.bounces.verdict import Reason
from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import district_of, opened, who
from zetkin_sync.context import known_facts
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import Message, Share, from_json, say
from zetkin_sync.records.facts import Facts
from zetkin_sync.store import bounce_facts
from zetkin_sync.store import cases as stored

_SAY = printing.say
_District = Annotated[
    str | None, typer.Option("--district", help=_SAY("Which district, when there are several."))
]
_Json = Annotated[bool, typer.Option("--json", help=_SAY("As JSON."))]
_WEEK = timedelta(days=7)


def show_reach(
    unit: Annotated[
        str | None, typer.Option("--unit", help=_SAY("Only one association, by its title."))
    ] = None,
    district: _District = None,
    as_json: _Json = False,
) -> None:
    """Count members by whether mail reaches them."""
    with opened() as installation:
        configuration = district_of(installation, district)
        facts = known_facts(installation.store, configuration, now=installation.store.now())
        with installation.store.reading() as session:
            alerts = [from_json(a.what) for a in stored.alerts(session, district=configuration.root)]
            newest = bounce_facts.newest_email(session, district=configuration.root)
    if facts.reach is None:
        printing.line(say("No mailbox and no mail provider has been heard yet: nothing is known."))
        raise typer.Exit(printing.PARTIAL)
    chosen = None if unit is None else _unit(facts, unit)
    counted = reach(facts.people, dict(facts.reach), unit=chosen, blocked=facts.blocked)
    mine = [c for c in facts.cases or () if chosen in (None, c.unit)]
    good, of = solved_in_time(mine, today=facts.today)
    found: dict[str, Any] = {
        **asdict(counted),
        "working": counted.working,
        "working_share": counted.working_share,
        "unknown_share": counted.unknown_share,
        "cases_open": sum(c.closed is None for c in mine),
        "restored_this_week": restored(mine, since=facts.today - _WEEK, until=facts.today),
        "solved_in_30_days": [good, of],
        "zetkin_newest_email": None
        if newest is None
        else {
            "email": newest.email,
            "targets": newest.targets,
            "blocked": newest.blocked,
            "no_email": newest.no_email,
            "unsubscribed": newest.unsubscribed,
            "blacklisted": newest.blacklisted,
        },
        "alerts": [printing.say(alert) for alert in alerts],
    }
    if as_json:
        printing.print_json(found)
        return
    printing.table([say("What"), say("How many")], _rows(counted, found), numbers=[1])
    if newest is not None:
        printing.line(
            say(
                "Zetkin's own count for its newest email: {blocked} of {targets} could not get it "
                "(without address {no_email}, declined {unsubscribed}, blocked {blacklisted}).",
                blocked=newest.blocked,
                targets=newest.targets,
                no_email=newest.no_email,
                unsubscribed=newest.unsubscribed,
                blacklisted=newest.blacklisted,
            )
        )
    for alert in alerts:
        printing.line(say("To look at on our side: {what}", what=alert), style="yellow")


def _rows(counted: Reach, found: dict[str, Any]) -> list[tuple[Message, object]]:
    good, of = found["solved_in_30_days"]
    return [
        (say("members"), counted.members),
        (say("with an address that nothing speaks against"), counted.working),
        (say("their share"), _share(counted.working_share)),
        (say("without an address"), counted.without_address),
        (say("whom mail does not reach"), counted.unreachable),
        (say("who reported us as spam"), counted.complained),
        (say("doubtful"), counted.doubtful),
        (say("of whom nothing is known"), counted.unknown),
        (say("of these, blocked in Zetkin, reason unknown"), counted.blocked),
        (say("without any channel: no working address, no phone, no post"), counted.without_channel),
        (say("open cases"), found["cases_open"]),
        (say("reached again this week"), found["restored_this_week"]),
        (say("cases solved within 30 days"), say("{good} of {of}", good=good, of=of)),
    ]


def _share(share: float | None) -> object:
    return None if share is None else say("{share}", share=Share(share))


def _unit(facts: Facts, title: str) -> int:
    found = next((o.id for o in facts.organizations if o.title == title), None)
    if found is None:
        raise ConfigError(
            say("There is no association called {title}.", title=title),
            say("Write its title as it stands in Zetkin."),
        )
    return found


def show_cases(district: _District = None, as_json: _Json = False) -> None:
    """List the open cases, the oldest first: ids, never names."""
    with opened() as installation:
        configuration = district_of(installation, district)
        titles = configuration.titles
        now = installation.store.now()
        with installation.store.reading() as session:
            rows = [
                {
                    "case": c.id,
                    "person": c.person,
                    "association": titles.get(c.organization, str(c.organization)),
                    "reason": c.reason,
                    "code": c.status,
                    "days": (now - c.opened).days,
                }
                for c in stored.cases(session, district=configuration.root, opened_only=True)
            ]
    if as_json:
        printing.print_json(rows)
        return
    printing.table(
        [say("Case"), say("Association"), say("Member's id"), say("Why"), say("Code"), say("Days")],
        (
            (
                r["case"],
                r["association"],
                r["person"],
                Reason(str(r["reason"])).sentence,
                r["code"] or "–",
                r["days"],
            )
            for r in rows
        ),
        numbers=[0, 2, 5],
    )


def solved(
    case: Annotated[int, typer.Argument(help=_SAY("The case's number."))], district: _District = None
) -> None:
    """Close a case because the member is reached in another way; it is not opened again for that address."""
    with opened() as installation:
        configuration = district_of(installation, district)
        stored.agree_other_channel(
            installation.store,
            district=configuration.root,
            case=case,
            who=who(),
            now=installation.store.now(),
        )
    printing.line(say("Case {case} is closed: another way is agreed on.", case=str(case)))
