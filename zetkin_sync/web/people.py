"""Names of people: asked of Zetkin with the viewer's own access when a page shows them, never stored, always noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zetkin_sync.errors import Trouble
from zetkin_sync.web.journal import note
from zetkin_sync.web.rights import token_of
from zetkin_sync.web.view import View


@dataclass(frozen=True)
class Shown:
    """A person on a page. Without a name: the viewer may not see it, or Zetkin did not give it just now."""

    id: int
    name: str | None
    address: str | None


def named(view: View, people: Sequence[int], *, organization: int, why: str) -> list[Shown]:
    """The people with their names, in the order given. That they were looked at stands in the access log."""
    if not people:
        return []
    note(view, "saw", people=people, why=why)
    names = _names(view, people, organization)
    root = (view.installation.settings.zetkin_app or "").rstrip("/")
    return [
        Shown(
            p,
            names.get(p),
            f"{root}/organize/{organization}/people/{p}" if root and view.me.sees_names else None,
        )
        for p in people
    ]


def _names(view: View, people: Sequence[int], organization: int) -> dict[int, str]:
    login = view.request.app.state.login
    if not view.me.sees_names or login is None or view.session is None:
        return {}
    token = token_of(view.installation, view.session)
    if token is None:
        return {}
    try:
        return dict(login.names(token, organization=organization, people=people))
    except Trouble:  # the page is of use without names, and says that there are none
        return {}
