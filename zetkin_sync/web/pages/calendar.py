"""The days that the plan names: what is to be done when; as a file for a calendar, or as a link that it subscribes to.

A calendar program cannot log in. Its link is signed and somebody's own, opens nothing else, and what it opens holds
the plan's own words and days: nothing of how it stands, and no person. It ends when they say so, when their role
or account is found gone, and with the row of who they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import Response

from zetkin_sync.configuration import Configuration
from zetkin_sync.language import Language, from_json, say
from zetkin_sync.privacy import keyed_hash
from zetkin_sync.records import Actor
from zetkin_sync.reports import days, ical
from zetkin_sync.store import logins
from zetkin_sync.web.journal import note
from zetkin_sync.web.listing import Column, Filters, Kind, Linked, Listing
from zetkin_sync.web.origin import Origin
from zetkin_sync.web.refusals import not_found
from zetkin_sync.web.rendering import page, redirect
from zetkin_sync.web.rights import ACCOUNT
from zetkin_sync.web.standing import bound_plans, day_of, pictured
from zetkin_sync.web.view import View, Viewed

router = APIRouter()

TYPE = "text/calendar; charset=utf-8"


def _rows(view: View, _asked: Filters) -> Iterator[Sequence[Any]]:
    goals = {(p.plan.id, g.id): g for p in bound_plans(view) for g in p.plan.goals}
    body, _ = pictured(view, "days")
    for each in body.get("days", ()):
        goal = goals.get((each["plan"], each["goal"]))
        if goal is None:
            continue
        step = next((s for s in each["steps"] if not s["done"]), None)
        yield (
            day_of(each["day"]),
            Linked(goal.title.text(view.language.code), f"/goals/{goal.id}"),
            step and from_json(step["what"]),
            step and day_of(step["due"]),
            each["booked"],
            each["needed"],
        )


LISTING = Listing(
    name="days",
    title=say("Calendar"),
    columns=(
        Column("day", say("Day"), Kind.DAY),
        Column("goal", say("Goal")),
        Column("step", say("Next step")),
        Column("due", say("By when"), Kind.DAY),
        Column("booked", say("Booked"), Kind.NUMBER),
        Column("needed", say("Of"), Kind.NUMBER),
    ),
    rows=_rows,
)
LISTINGS = (LISTING,)


@router.get("/calendar")
def calendar(view: Viewed) -> Response:
    """The days with the next step of each; how to get them into a calendar of one's own."""
    _, computed = pictured(view, "days")
    mine = (
        a for a in logins.calendar_links(view.store) if (a.district, a.who) == (view.district, view.me.who)
    )
    return page(
        view,
        "calendar.html.j2",
        listing=LISTING,
        rows=list(_rows(view, Filters())),
        computed=computed,
        link=next((_link(view, actor) for actor in mine), None),
    )


@router.get("/calendar.ics")
def download(view: Viewed) -> Response:
    """The days as a file."""
    note(view, "downloaded", table=LISTING.name)
    return _file(view, view.language)


@router.post("/calendar/link")
def make_link(view: Viewed) -> Response:
    """A link for a calendar program, in the place of the one before."""
    logins.make_calendar_link(view.store, district=view.district, who=view.me.who)
    note(view, "calendar_link")
    return redirect(view, "/calendar", say("The link is made. An earlier one opens nothing any more."))


@router.post("/calendar/link/end")
def drop_link(view: Viewed) -> Response:
    """The link opens nothing any more."""
    logins.drop_calendar_links(view.store, district=view.district, who=view.me.who)
    note(view, "calendar_link_ended")
    return redirect(view, "/calendar", say("The link opens nothing any more."))


@router.get("/calendar/{token}/{code}.ics")
def feed(view: Viewed, token: str, code: Literal["sv", "en"]) -> Response:
    """What a calendar program subscribes to. Whoever has the link may read it: the plan's own words and days."""
    keys = view.installation.settings.keys
    links = logins.calendar_links(view.store)
    whose = next((a for a in links for key in keys if Origin.same(token, _token(a, key))), None)
    configuration = None if whose is None else view.installation.by_root.get(whose.district)
    if whose is None or configuration is None or _is_gone(whose, configuration):
        note(view, "refused", why_code="calendar_link")
        raise not_found()
    view.configuration = configuration
    return _file(view, Language(code, configuration.district.zone))


def _token(actor: Actor, key: bytes) -> str:
    """The link's secret part: it says nothing of whose it is, and nobody makes one without the key."""
    return keyed_hash(key, f"calendar {actor.district} {actor.who} {actor.calendar}").hex()


def _link(view: View, actor: Actor) -> str:
    settings = view.installation.settings
    return f"{settings.page_url.rstrip('/')}/calendar/{_token(actor, settings.key)}/{view.language.code}.ics"


def _is_gone(actor: Actor, configuration: Configuration) -> bool:
    """Was the account taken out of access.toml?"""
    kind, _, name = actor.who.partition(":")
    return f"{kind}:" == ACCOUNT and configuration.access.user(name) is None


def _file(view: View, language: Language) -> Response:
    body, computed = pictured(view, "days")
    found = days.entries(
        body.get("days", ()),
        bound_plans(view),
        district=view.district,
        language=language,
        page=view.installation.settings.page_url,
    )
    content = ical.written(
        found,
        title=view.configuration.district.title,
        language=language.code,
        at=computed or view.now,
    )
    return Response(
        content, media_type=TYPE, headers={"Content-Disposition": 'attachment; filename="calendar.ics"'}
    )
