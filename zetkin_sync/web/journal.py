"""What was done, seen or refused through the page: an entry in the access log and a log line without a person."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from zetkin_sync.log import logger
from zetkin_sync.privacy import log_id
from zetkin_sync.store import access
from zetkin_sync.store.access import Deed

if TYPE_CHECKING:
    from zetkin_sync.web.view import View

_ENTERED = ("logged_in", "logged_out")
_SEEN = ("saw", "downloaded")


def note(
    view: View,
    what: str,
    *,
    subject: str = "",
    people: Collection[int] = (),
    why: str = "",
    who: str | None = None,
    **facts: Any,
) -> None:
    """Write down what somebody did or was refused.

    `facts` are keys of the log's allow-list. Whoever is not known is in the service's log only: an unknown
    visitor must not be able to fill the access log.
    """
    viewer = who or (view.viewer.who if view.viewer else None)
    key = view.installation.settings.hash_key
    asked = log_id(key.get_secret_value().encode(), "user", viewer) if viewer and key else None
    where = f"{view.row.module}.{view.row.function}"
    log = logger().bind(district=view.district, endpoint=where, asked=asked, **facts)
    (log.warning if what == "refused" else log.info)(f"page.{what}")
    if viewer is None:
        return
    with view.store.writing() as session:
        access.note(
            session,
            district=view.district,
            who=viewer,
            deed=_deed(what),
            what=f"page {where}",
            why=why or str(facts.get("why_code") or what),
            at=view.store.now(session.connection()),
            subject=subject,
            people=people,
        )


def _deed(what: str) -> Deed:
    if what == "refused":
        return Deed.REFUSED
    if what in _ENTERED:
        return Deed.ENTERED
    return Deed.SAW if what in _SEEN else Deed.CHANGED
