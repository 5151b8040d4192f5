"""How often each reader of a unit gets which mail, and choosing it: where "change how often" in every mail leads."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from zetkin_sync.configuration import Role
from zetkin_sync.language import say
from zetkin_sync.mail import choosing
from zetkin_sync.mail.choosing import WORDS, Wish
from zetkin_sync.records import MailKind, Often
from zetkin_sync.reports.envelope import KINDS
from zetkin_sync.web.refusals import not_found
from zetkin_sync.web.rendering import page, redirect
from zetkin_sync.web.view import View, Viewed

router = APIRouter()


@router.get("/often")
def often(view: Viewed, unit: Annotated[int | None, Query(ge=1, le=2**53)] = None) -> Response:
    """The unit's readers, each with their kinds of mail."""
    about = view.unit(unit)
    readers = [(title, [*found]) for title, found in groupby(_wishes(view, about), key=lambda w: w.title)]
    may = view.may(Role.APPROVER, about)
    return page(view, "often.html.j2", about=about, readers=readers, may=may, kinds=KINDS, words=WORDS)


@router.post("/often")
def choose(
    view: Viewed,
    *,
    unit: Annotated[int, Form(ge=1, le=2**53)],
    reader: Annotated[str, Form(max_length=64)],
    kind: Annotated[MailKind, Form()],
    how: Annotated[Often, Form()],
) -> Response:
    """Have a reader get a kind of mail so often from now on; `reader` is the address's keyed hash."""
    about = view.unit(unit)
    wish = next((w for w in _wishes(view, about) if (w.recipient.hex(), w.kind) == (reader, kind)), None)
    if wish is None or how not in wish.choices:
        raise not_found()
    choosing.choose(view.store, wish, how, district=view.district, who=view.me.who, what="page often.choose")
    told = say("{kind} to {reader}: {how}.", kind=KINDS[kind], reader=wish.title, how=WORDS[how])
    return redirect(view, f"/often?unit={about}", told)


def _wishes(view: View, unit: int) -> list[Wish]:
    found = choosing.wishes(view.store, view.configuration, view.installation.settings)
    return [wish for wish in found if wish.unit == unit]
