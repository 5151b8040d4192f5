"""The organizers' page: one FastAPI application over the store, put together from the authorization table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from zetkin_sync import __version__, plugins
from zetkin_sync.errors import Trouble
from zetkin_sync.language import Language, Message
from zetkin_sync.log import logger
from zetkin_sync.ports import Login
from zetkin_sync.runner import Installation
from zetkin_sync.web.authorization import BY_FUNCTION, BY_TABLE, TABLE, USUAL_BODY, Row
from zetkin_sync.web.data import add_listing
from zetkin_sync.web.guard import Guard
from zetkin_sync.web.health import health_routes
from zetkin_sync.web.listing import Listing
from zetkin_sync.web.origin import origin_of
from zetkin_sync.web.refusals import BY_STATUS, NotLoggedIn, status_of
from zetkin_sync.web.rendering import STATIC, address, environment, here, page
from zetkin_sync.web.view import View, view_of
from zetkin_sync.web.webhooks import webhook_routes

_PAGES = "zetkin_sync.web.pages"
_FOR_PROGRAMS = ("/api/", "/data/", "/openapi.json", "/webhooks/")


def create_app(
    installation: Installation | Callable[[], Installation], *, login: Login | None = None
) -> FastAPI:
    """The page of an installation, or of one whose configuration is read again (`Live`).

    Raises ConfigError when the page's address is not safe, RuntimeError when a route has no row in the table.
    """
    present = installation if callable(installation) else lambda: installation
    settings = present().settings
    app = FastAPI(
        title="zetkin_sync",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.installation = present
    app.state.origin = origin_of(settings)
    app.state.login = login or (
        plugins.login("zetkin")(settings) if settings.zetkin_login_client_id else None
    )
    mounted = [pair for module in dict.fromkeys(row.module for row in TABLE) for pair in _mount(app, module)]
    app.include_router(health_routes(present), include_in_schema=False)
    app.include_router(webhook_routes(present), include_in_schema=False)
    app.mount("/static", _Forever(directory=STATIC), name="static")
    for kind, answer in (
        (NotLoggedIn, _to_login),
        (Trouble, _in_words),
        (HTTPException, _by_status),
        (RequestValidationError, _misunderstood),
        (Exception, _fault),
    ):
        app.add_exception_handler(kind, answer)
    app.add_middleware(
        Guard,
        origin=app.state.origin,
        limit_of=_limits(mounted),
        refuse=lambda status: _plainly(app, status),
    )
    return app


def _mount(app: FastAPI, name: str) -> list[tuple[APIRoute, Row]]:
    """A page module's functions and lists; every one of them has its row, and every row its function."""
    module = import_module(f"{_PAGES}.{name}")
    router: APIRouter = module.router
    found: list[tuple[APIRoute, Row]] = []
    for route in router.routes:
        assert isinstance(route, APIRoute)
        function = route.endpoint.__name__
        row = BY_FUNCTION.get((name, function))
        if row is None:
            raise RuntimeError(f"{name}.{function} has no row in zetkin_sync/web/authorization.py")
        route.name = f"{name}.{function}"
        found.append((route, row))
    missing = {row.function for row in TABLE if row.module == name} - {row.function for _, row in found}
    if missing:
        raise RuntimeError(f"pages/{name}.py has no {', '.join(sorted(missing))}")
    lists = APIRouter()
    for listing in getattr(module, "LISTINGS", ()):
        assert isinstance(listing, Listing)
        add_listing(lists, listing, BY_TABLE[listing.name])
    app.include_router(lists, dependencies=[Depends(view_of)])
    app.include_router(router, dependencies=[Depends(view_of)], include_in_schema=False)
    return found


def _limits(mounted: Iterable[tuple[APIRoute, Row]]) -> Callable[[str], int]:
    """How many bytes a body may have, by its address: the table's, where it says more than is usual."""
    larger = [(route.path_regex, row.body) for route, row in mounted if row.body != USUAL_BODY]

    def limit_of(path: str) -> int:
        return max((most for pattern, most in larger if pattern.match(path)), default=USUAL_BODY)

    return limit_of


class _Forever(StaticFiles):
    """Files under an address that has their digest in it: it changes with them."""

    def lookup_path(self, path: str) -> Any:
        return super().lookup_path(path.partition("/")[2])

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers["cache-control"] = "public, max-age=31536000, immutable"
        return answer


# -- what is said when something is not done


def _to_login(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotLoggedIn)
    if request.url.path.startswith(_FOR_PROGRAMS):
        return JSONResponse({"what": "Nobody is logged in.", "do": "Log in at /login."}, 401)
    onward = here(request) if request.method == "GET" else "/"
    why = "elsewhere" if error.elsewhere else None
    return RedirectResponse(address("/login", next=None if onward == "/" else onward, why=why), 303)


def _in_words(request: Request, error: Exception) -> Response:
    assert isinstance(error, Trouble)
    status = status_of(error)
    if status >= 500:
        logger().warning(
            "page.trouble", status=status, error=type(error).__name__, endpoint=_endpoint(request)
        )
    return _answer(request, status, error.what, error.do)


def _by_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    what, do = BY_STATUS.get(error.status_code, BY_STATUS[400])
    return _answer(request, error.status_code, what, do)


def _misunderstood(request: Request, _error: Exception) -> Response:
    return _answer(request, 422, *BY_STATUS[422])


def _fault(request: Request, error: Exception) -> Response:
    logger().error("page.fault", exc_info=error, endpoint=_endpoint(request))
    return _answer(request, 500, *BY_STATUS[500])


def _endpoint(request: Request) -> str:
    route = request.scope.get("route")
    return str(getattr(route, "name", "")) or "?"


def _answer(request: Request, status: int, what: Message, do: Message) -> Response:
    view: View | None = getattr(request.state, "view", None)
    language = view.language if view else _language(request)
    if request.url.path.startswith(_FOR_PROGRAMS):
        return JSONResponse({"what": language.say(what), "do": language.say(do)}, status)
    if view is not None:
        try:
            return page(view, "refused.html.j2", status=status, what=what, do=do)
        except Trouble:  # the database is what is wrong
            logger().warning("page.trouble", status=status)
    return HTMLResponse(_bare(language, what, do), status)


def _language(request: Request) -> Language:
    asked = request.headers.get("accept-language", "")[:2].lower()
    return Language(asked if asked in ("sv", "en") else "sv")


def _bare(language: Language, what: Message, do: Message) -> str:
    """The page that needs nothing: no session, no database."""
    return (
        environment()
        .get_template("bare.html.j2")
        .render(lang=language.code, what=language.say(what), do=language.say(do))
    )


def _plainly(app: FastAPI, status: int) -> Any:
    """An answer before the application has seen the request."""
    language = Language(app.state.installation().configurations[0].district.language)
    what, do = BY_STATUS[status]
    if status == 421:
        return PlainTextResponse(f"{language.say(what)} {language.say(do)}\n", status)
    return HTMLResponse(_bare(language, what, do), status)
