"""Where a mail's stop link leads: a page with a button, and the one click of RFC 8058 that mail programs make."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from zetkin_sync.mail.stopping import look, unsubscribe
from zetkin_sync.records import MailKind
from zetkin_sync.reports.envelope import KINDS
from zetkin_sync.reports.stop_token import ONE_CLICK
from zetkin_sync.web.rendering import page
from zetkin_sync.web.view import Viewed

router = APIRouter()

FIELD, _, VALUE = ONE_CLICK.partition("=")


@router.get("/mail/stop/{token}")
def ask_to_stop(view: Viewed, token: str) -> Response:
    """What the button would stop. Opening the page stops nothing: mail scanners open links too."""
    asked = look(token, view.installation.settings.keys)
    return page(
        view,
        "stop.html.j2",
        kind=KINDS[MailKind(asked.kind)],
        token=token,
        field=FIELD,
        value=VALUE,
        done=None,
    )


@router.post("/mail/stop/{token}")
def stop_mail(view: Viewed, token: str, said: Annotated[str, Form(alias=FIELD)] = "") -> Response:
    """Stop this kind of mail for this reader. The signed token is all that is asked for, and all that it opens.

    The body says so, as RFC 8058 §3.1 has it: a scanner that posts to whatever it finds stops nothing.
    """
    if said != VALUE:
        return ask_to_stop(view, token)
    done = unsubscribe(view.store, token, view.installation.settings.keys)
    return page(view, "stop.html.j2", kind=KINDS[done.kind], token=token, field=FIELD, value=VALUE, done=done)
