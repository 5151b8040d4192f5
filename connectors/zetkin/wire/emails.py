"""Emails, what came of them, senders and looks; texts and addresses are never read."""

from __future__ import annotations

import msgspec

from connectors.zetkin.wire.shapes import Id, Ref, Row, envelope, id_of, listing
from connectors.zetkin.wire.times import instant

_UNSUBSCRIBE = b"unsub_org_url"  # the variable of a theme's footer (API.md §4.13)


class Email(msgspec.Struct, gc=False):
    """An email as far as it is read; the writing half looks at drafts with it."""

    id: Id
    title: str = ""
    campaign: Ref | None = None
    target: Ref | None = None
    config: Ref | None = None
    theme: Ref | None = None
    locked: str | None = None
    published: str | None = None
    processed: str | None = None


class _Blocked(msgspec.Struct, gc=False):
    any: int = 0
    blacklisted: int = 0
    no_email: int = 0
    unsubscribed: int = 0


class Stats(msgspec.Struct, gc=False):
    """An email's figures."""

    num_target_matches: int = 0
    num_locked_targets: int | None = None
    num_blocked: _Blocked = msgspec.field(default_factory=_Blocked)
    num_sent: int = 0
    num_opened: int = 0
    num_clicks: int = 0


class _Recipient(msgspec.Struct, gc=False):
    person: Ref | None
    status: str
    sent: str | None = None
    opened: str | None = None


class _Link(msgspec.Struct, gc=False):
    id: Id
    url: str = ""


class _Config(msgspec.Struct, gc=False):
    id: Id
    no_reply: bool = False


class _Theme(msgspec.Struct, gc=False):
    id: Id
    frame_mjml: msgspec.Raw = msgspec.Raw(b"null")


emails = listing(
    Email,
    lambda e: (
        e.id,
        e.title,
        id_of(e.campaign),
        id_of(e.target),
        id_of(e.config),
        id_of(e.theme),
        instant(e.locked),
        instant(e.published),
        instant(e.processed),
    ),
)
configs = listing(_Config, lambda c: (c.id, c.no_reply))
themes = listing(_Theme, lambda t: (t.id, _UNSUBSCRIBE in bytes(t.frame_mjml)))
one_stats = envelope(Stats).decode
_recipients = envelope(list[_Recipient]).decode
_people = envelope(list[Ref]).decode
_links = envelope(list[_Link]).decode


def blocked(body: bytes) -> list[Row]:
    """Ids of people, as a search gives them."""
    return [(one.id,) for one in _people(body).data]


def stats(email: int, body: bytes) -> list[Row]:
    """What one email reached."""
    s: Stats = one_stats(body).data
    blocked = s.num_blocked
    return [
        (
            email,
            s.num_target_matches,
            s.num_locked_targets,
            blocked.any,
            blocked.blacklisted,
            blocked.no_email,
            blocked.unsubscribed,
            s.num_sent,
            s.num_opened,
            s.num_clicks,
        )
    ]


def recipients(email: int, body: bytes) -> list[Row]:
    """Whom one email went to; somebody who has been deleted since is left out."""
    return [
        (email, r.person.id, r.status, instant(r.sent), instant(r.opened))
        for r in _recipients(body).data
        if r.person
    ]


def links(email: int, body: bytes) -> list[Row]:
    """The links of one email."""
    return [(email, link.id, link.url) for link in _links(body).data]
