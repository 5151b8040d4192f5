"""`/mail/stop/TOKEN`: the one address in a mail that acts without a login, and only when it is posted to (RFC 8058).

Opening it shows a page with a button: mail programs and scanners open every link. The POST stops that kind of
mail for that recipient, whatever cookie comes with it, and nothing else. Give it to a router with
`unsubscribe_routes(installation)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from zetkin_sync.errors import Permanent
from zetkin_sync.language import Language, Message, say
from zetkin_sync.log import logger
from zetkin_sync.mail.stopping import look, unsubscribe
from zetkin_sync.reports.envelope import KINDS
from zetkin_sync.reports.stop_token import ONE_CLICK
from zetkin_sync.runner import Installation
from zetkin_sync.web.rendering import environment

FIELD, _, VALUE = ONE_CLICK.partition("=")


def unsubscribe_routes(installation: Callable[[], Installation]) -> APIRouter:
    """The routes; `installation` gives the present configuration."""
    router = APIRouter()

    @router.api_route("/mail/stop/{token}", methods=["GET", "HEAD"])
    def ask(token: str) -> Response:
        """What would be stopped, and a button. Nothing is stopped by looking."""
        present = installation()
        try:
            asked = look(token, present.settings.keys)
        except Permanent as trouble:
            return _not_ours(present, trouble)
        return _page(
            _language(present, asked.district),
            what=say("Stop this mail?"),
            do=say("It is about: {kind}. Other mails from us still come.", kind=KINDS[asked.kind]),
            button=say("Stop it"),
        )

    @router.post("/mail/stop/{token}")
    def stop(token: str, said: Annotated[str, Form(alias=FIELD)] = "") -> Response:
        """Stop it. Twice is once. The button and a mail program's one click say the same."""
        present = installation()
        if said != VALUE:
            return ask(token)
        try:
            stopped = unsubscribe(present.store, token, present.settings.keys)
        except Permanent as trouble:
            return _not_ours(present, trouble)
        logger().info("mail.stopped", kind=str(stopped.kind), district=stopped.district)
        return _page(
            _language(present, stopped.district),
            what=say("The mail is stopped."),
            do=say(
                "You get no more of it ({kind}). To get it again, answer one of our mails or ask the district's office.",
                kind=KINDS[stopped.kind],
            ),
        )

    return router


def _not_ours(installation: Installation, trouble: Permanent) -> Response:
    return _page(_language(installation, None), status=404, what=trouble.what, do=trouble.do)


def _language(installation: Installation, district: int | None) -> Language:
    """The district's own language: the token does not say which the reader has."""
    configurations = installation.configurations
    own = next((c for c in configurations if c.root == district), configurations[0])
    return Language(own.district.language)


def _page(
    language: Language, *, what: Message, do: Message, button: Message | None = None, status: int = 200
) -> Response:
    template = environment().get_template("stop_mail.html.j2")
    said = {"what": language.say(what), "do": language.say(do), "button": button and language.say(button)}
    return HTMLResponse(template.render(lang=language.code, field=FIELD, value=VALUE, **said), status)
