"""`calendar`: the days that the plan names, what is to be done when, and areas where nothing happens."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from zetkin_sync import plugins
from zetkin_sync.cli import printing
from zetkin_sync.cli.goals import AsJson, District
from zetkin_sync.cli.opening import district_of, opened
from zetkin_sync.configuration import Configuration
from zetkin_sync.context import known_facts
from zetkin_sync.goals import BoundPlan, Observed
from zetkin_sync.goals.calendar import Commitment, commitments
from zetkin_sync.goals.white_spots import WhiteSpot, white_spots
from zetkin_sync.goals.words import state_of
from zetkin_sync.language import say, say_n
from zetkin_sync.reports import ical
from zetkin_sync.reports.days import days, entries
from zetkin_sync.runner import Installation
from zetkin_sync.store import logins

_SAY = printing.say


def calendar(
    district: District = None,
    as_json: AsJson = False,
    as_ics: Annotated[
        bool, typer.Option("--ics", help=_SAY("Print the days as a file for a calendar (iCalendar)."))
    ] = False,
    end_links: Annotated[
        bool,
        typer.Option("--end-links", help=_SAY("Let every link to the calendar open nothing any more.")),
    ] = False,
) -> None:
    """The days that the plan names, what is to be done when, and the priority areas where nothing happens."""
    with opened() as installation:
        configuration = district_of(installation, district)
        if end_links:
            ended = logins.drop_calendar_links(installation.store, district=configuration.root)
            printing.line(say_n("{n} link was ended.", "{n} links were ended.", ended))
            return
        facts = known_facts(installation.store, configuration, now=installation.store.now())
        observed = Observed(facts)
        if as_ics:
            _print_ics(installation, configuration, observed)
            return
        found: list[tuple[BoundPlan, list[Commitment]]] = []
        spots: list[WhiteSpot] = []
        for bound in plugins.bound_plans(configuration):
            found.append((bound, commitments(observed, bound)))
            spots += white_spots(observed, events=bound.plan.events.get("outward", bound.plan.events["all"]))
        if as_json:
            printing.print_json(
                {
                    "days": [_day_as_dict(c) for _, some in found for c in some],
                    "white_spots": [_spot_as_dict(s, observed) for s in spots],
                }
            )
            return
        for bound, some in found:
            printing.line(bound.plan.title, style="bold")
            printing.table(
                [say("Day"), say("What"), say("State"), say("Next step"), say("Due")],
                (_day_row(c) for c in some),
            )
        if spots:
            printing.line(say("Priority areas where nothing has happened for 30 days"), style="bold")
            printing.table(
                [say("Area"), say("Days"), say("Association"), say("What would help")],
                ((s.title, s.days, s.association and observed.title(s.association), s.step) for s in spots),
                numbers=[1],
            )


def _print_ics(installation: Installation, configuration: Configuration, observed: Observed) -> None:
    plans = plugins.bound_plans(configuration)
    found = entries(
        days(observed, plans),
        plans,
        district=configuration.root,
        language=printing.language,
        page=installation.settings.page_url,
    )
    content = ical.written(
        found,
        title=configuration.district.title,
        language=printing.language.code,
        at=installation.store.now(),
    )
    sys.stdout.buffer.write(content)


def _day_row(found: Commitment) -> tuple[object, ...]:
    step = found.next_step
    day = say("no date yet") if found.day is None else printing.language.long_day(found.day)
    title = found.goal.title.text(printing.language.code)
    return (
        day,
        title,
        state_of(found.assessed) if found.judged else None,
        step and step.what,
        step and printing.language.day(step.due),
    )


def _day_as_dict(found: Commitment) -> dict[str, Any]:
    return {
        "goal": found.goal.id,
        "title": found.goal.title.text(printing.language.code),
        "day": found.day,
        "state": found.assessed.state.value if found.judged else None,
        "events": list(found.events),
        "has_contact": found.contact,
        "needed": found.needed,
        "booked": found.booked,
        "steps": [{"due": s.due, "what": _SAY(s.what), "done": s.done} for s in found.steps],
    }


def _spot_as_dict(spot: WhiteSpot, observed: Observed) -> dict[str, Any]:
    return {
        "area": spot.area,
        "title": spot.title,
        "days": spot.days,
        "last_event": spot.last_event,
        "association": spot.association,
        "association_title": None if spot.association is None else observed.title(spot.association),
        "next_event": spot.event,
        "metres": spot.metres,
        "step": _SAY(spot.step),
    }
