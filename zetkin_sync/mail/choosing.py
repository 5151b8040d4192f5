"""How often each reader gets which mail, as configured and as chosen since; and choosing it, which also undoes a stop.

A stop needs no login, because the law and mail programs want it so. Undoing one does: who holds an old mail must not
be able to have the mails sent again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zetkin_sync.configuration import Configuration
from zetkin_sync.language import Message, say
from zetkin_sync.mail.readers import known_as, often_of
from zetkin_sync.records.mail import MailKind, Often
from zetkin_sync.reports.content import titled
from zetkin_sync.reports.readers import ASSOCIATION, COMMITTEE, ROLES, USUAL
from zetkin_sync.settings import Settings
from zetkin_sync.store import access, mailings
from zetkin_sync.store.access import Deed
from zetkin_sync.store.engine import Store

WORDS: dict[Often, Message] = {
    Often.USUAL: say("as usual"),
    Often.FORTNIGHT: say("every second week"),
    Often.MONTH: say("once a month"),
    Often.NEVER: say("never"),
}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One reader and one kind of mail. `recipient` is the address's keyed hash, `chosen` says that it was chosen.

    `name` is the association's or the committee's title, None for the district's own readers.
    """

    recipient: bytes
    role: str
    unit: int
    name: str | None
    title: Message
    kind: MailKind
    often: Often
    chosen: bool

    @property
    def choices(self) -> tuple[Often, ...]:
        """What there is to choose from: only the weekly mail comes at longer intervals."""
        return tuple(Often) if self.kind is MailKind.WEEKLY else (Often.USUAL, Often.NEVER)


def wishes(store: Store, configuration: Configuration, settings: Settings) -> Iterator[Wish]:
    """Every configured reader's kinds of mail, in the configuration's order."""
    chosen = mailings.choices(store, district=configuration.root)
    for recipient in configuration.recipients:
        own = recipient.unit if recipient.role in (ASSOCIATION, COMMITTEE) else None
        identity, *former = known_as(recipient, settings)
        kinds = recipient.kinds or USUAL[recipient.role]
        for kind in (*kinds, MailKind.RESULT) if recipient.asks else kinds:
            yield Wish(
                recipient=identity,
                role=recipient.role,
                unit=configuration.unit_of(recipient),
                name=own,
                title=Message(ROLES[recipient.role].text, {"unit": titled(own)} if own else {}),
                kind=kind,
                often=often_of(recipient, settings, chosen).get(kind, Often.USUAL),
                chosen=any((who, kind) in chosen for who in (identity, *former)),
            )


def choose(store: Store, wish: Wish, often: Often, *, district: int, who: str, what: str) -> bool:
    """Have a reader get a kind of mail so often from now on, with its entry in the access log.

    False when that is what had been chosen already. `who` and `what` are as in `access.note`.
    """
    with store.writing() as session:
        now = store.now(session.connection())
        is_new = mailings.choose(
            session,
            district=district,
            recipient=wish.recipient,
            kind=wish.kind,
            often=often,
            made_by=who,
            at=now,
        )
        if is_new:
            access.note(
                session,
                district=district,
                who=who,
                deed=Deed.CHANGED,
                what=what,
                why=f"how often: {often}",
                at=now,
                subject=f"mail:{wish.kind}:{wish.role}:{wish.unit}",
            )
    return is_new
