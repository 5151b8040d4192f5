"""Pages from templates: one environment, escaped by default, with everything that a page says in the viewer's language."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from zetkin_sync import __version__
from zetkin_sync.configuration import Role
from zetkin_sync.language import Language, Message, Value, from_json, say, say_n, to_json
from zetkin_sync.store import logins
from zetkin_sync.web.authorization import TABLE, Of
from zetkin_sync.web.view import View

STATIC = Path(__file__).parent / "static"
_NO_BREAK = "\N{NO-BREAK SPACE}"


@cache
def environment() -> Environment:
    """The templates of zetkin_sync/web/templates."""
    made = Environment(
        loader=PackageLoader("zetkin_sync.web"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(static=static, version=__version__, Role=Role, has_page=has_page)
    return made


def has_page(module: str) -> bool:
    """Is there such a page? Others link to it only then."""
    return any(row.module == module for row in TABLE)


@cache
def static(name: str) -> str:
    """The address of a static file: it changes with the file, so a browser may keep it for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{digest}/{name}"


def page(view: View, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page. `values` is what the template needs besides what every page has (docs/page.md)."""
    told = take_told(view)
    html = environment().get_template(template).render({**_common(view), "told": told, **values})
    answer = HTMLResponse(html, status)
    keep_cookie(view, answer)
    return answer


def part(view: View, template: str, **values: Any) -> str:
    """A part of a page, for a stream."""
    return environment().get_template(template).render({**_common(view), "told": None, **values})


def _common(view: View) -> dict[str, Any]:
    voice = Voice(view.language)
    return {
        "view": view,
        "viewer": view.viewer,
        "csrf": view.session.csrf if view.session else "",
        "menu": list(_menu(view)),
        "lang": view.language.code,
        "zone": str(view.language.zone),
        "_": voice.fixed,
        "n_": voice.fixed_n,
        "say": voice.value,
        "clock": view.language.wall_clock,
        "moment": voice.moment,
        "day": view.language.day,
    }


def _menu(view: View) -> Iterator[tuple[str, Message, bool]]:
    """Address, words and whether we are there, for every page that the viewer may open."""
    if view.viewer is None:
        return
    here = view.request.url.path
    for row in TABLE:
        if row.menu is None or row.role is None:
            continue
        district = view.may(row.role)
        if not district and (
            row.of is Of.DISTRICT or not any(view.may(row.role, u) for u in view.viewer.grants)
        ):
            continue
        address = str(view.request.app.url_path_for(f"{row.module}.{row.function}"))
        yield address, row.menu, here == address or (address != "/" and here.startswith(f"{address}/"))


class Voice:
    """What a template says."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def fixed(self, text: str, /, **values: Any) -> str:
        """A sentence that stands in the template."""
        return self.language.say(say(text, **values))

    def fixed_n(self, singular: str, plural: str, n: int, /, **values: Any) -> str:
        """A sentence with two forms that stands in the template."""
        return self.language.say(say_n(singular, plural, n, **values))

    def value(self, value: Value | datetime | date) -> str:
        """Any value that may stand in a sentence or a table."""
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, date):
            return self.language.day(value).replace(" ", _NO_BREAK)
        return self.language.value(value)

    def moment(self, instant: datetime | None) -> str:
        return "–" if instant is None else self.language.moment(instant).replace(" ", _NO_BREAK)


def redirect(view: View, address: str, told: Message | None = None, *, bad: bool = False) -> RedirectResponse:
    """Post, redirect, get: after something was done the browser loads a page that says so."""
    if told is not None:
        tell(view, told, bad=bad)
    answer = RedirectResponse(address, 303)
    keep_cookie(view, answer)
    return answer


def tell(view: View, message: Message, *, bad: bool = False) -> None:
    """What the next page of this session says at its top."""
    if view.session is None:
        return
    pending = {**logins.pending_of(view.session), "told": [to_json(message), bad]}
    keep_pending(view, pending)


def take_told(view: View) -> tuple[Message, bool] | None:
    """The message that waits, taken away."""
    if view.session is None:
        return None
    pending = logins.pending_of(view.session)
    found = pending.pop("told", None)
    if found is None:
        return None
    keep_pending(view, pending)
    return from_json(found[0]), bool(found[1])


def keep_pending(view: View, pending: dict[str, Any]) -> None:
    """Remember something with the session."""
    assert view.session is not None
    view.session.pending = json.dumps(pending)
    logins.change(view.store, view.session.id, pending=view.session.pending)


def with_session(view: View) -> None:
    """Give a browser that has none a session, so that its forms have a token."""
    if view.session is None:
        view.new_cookie, view.session = logins.begin(view.store)


def keep_cookie(view: View, answer: Response) -> None:
    """Set the cookie of a session that has just begun."""
    if view.new_cookie is None:
        return
    origin = view.request.app.state.origin
    answer.set_cookie(
        origin.cookie, view.new_cookie, path="/", secure=origin.is_secure, httponly=True, samesite="lax"
    )


def here(request: Request) -> str:
    """Where a login goes on to: the present page, within this page only."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{quote(request.url.path)}{query}"


def address(path: str, **query: Any) -> str:
    """A path of ours with a query."""
    kept = {k: v for k, v in query.items() if v not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path
