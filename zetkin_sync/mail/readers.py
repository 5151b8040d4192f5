"""From config/recipients.toml to readers: who they are, what they may be sent, and how often they want it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from zetkin_sync.configuration import Recipient
from zetkin_sync.mail.gathering import Known
from zetkin_sync.privacy import address_hash
from zetkin_sync.records.mail import MailKind, Often
from zetkin_sync.reports import stop_token
from zetkin_sync.reports.readers import ASSOCIATION, COMMITTEE, DECIDE, USUAL, Pages, Reader
from zetkin_sync.settings import Settings
from zetkin_sync.store import mailings
from zetkin_sync.store.renewing import renew_recipient


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """A reader with an address. `identity` is the address's keyed hash; `often` is read when the run begins."""

    address: str
    identity: bytes
    reader: Reader
    kinds: tuple[MailKind, ...]
    weekday: str
    is_placeholder: bool
    often: Mapping[MailKind, Often]

    def wants(self, kind: MailKind) -> Often:
        """How often this reader wants a kind of mail."""
        return self.often.get(kind.stopped_as, Often.USUAL)

    def for_kind(self, kind: MailKind, known: Known) -> Addressee:
        """With the address that stops this kind of mail."""
        stop = stop_token.Stop(district=known.district, kind=kind, recipient=self.identity)
        token = stop_token.make(known.settings.key, stop)
        address = self.reader.pages.at("mail", "stop", token)
        return replace(self, reader=replace(self.reader, stop=address))


def pages(known: Known) -> Pages:
    """Where links lead."""
    return Pages(root=known.settings.page_url, zetkin=known.settings.zetkin_app or "")


def addressees(known: Known, kind: MailKind) -> Iterator[Addressee]:
    """Everybody whom the configuration lets have a kind of mail, in its order."""
    chosen = mailings.choices(known.store, district=known.district)
    for recipient in known.configuration.recipients:
        found = addressee(recipient, known, chosen)
        if kind.stopped_as in found.kinds:
            yield found.for_kind(kind, known)


def known_as(recipient: Recipient, settings: Settings) -> list[bytes]:
    """The address's keyed hash, then what it was under the former keys while the key is being changed."""
    return [address_hash(key, recipient.address) for key in settings.keys]


def often_of(
    recipient: Recipient, settings: Settings, chosen: Mapping[tuple[bytes, str], Often]
) -> dict[MailKind, Often]:
    """What readers have chosen themselves goes before the configuration; what they chose last before what they did
    under a former key."""
    identity, *former = known_as(recipient, settings)
    return {MailKind.WEEKLY: recipient.often} | {
        MailKind(kind): mine
        for who in (*former, identity)
        for (whose, kind), mine in chosen.items()
        if whose == who
    }


def keep_known(known: Known) -> None:
    """While the key is being changed, carry over what was chosen and what was sent, so that it holds when the former
    key is gone: who stopped a mail gets none, and nobody gets the same one again."""
    if len(known.settings.keys) == 1:
        return
    chosen = mailings.choices(known.store, district=known.district)
    for recipient in known.configuration.recipients:
        identity, *former = known_as(recipient, known.settings)
        with known.store.writing() as session:
            for before in former:
                renew_recipient(session, before, identity, district=known.district)
            for (who, kind), often in chosen.items():
                if who in former and (identity, kind) not in chosen:
                    mailings.choose(
                        session,
                        district=known.district,
                        recipient=identity,
                        kind=MailKind(kind),
                        often=often,
                        made_by="key change",
                        at=known.now(),
                    )


def addressee(
    recipient: Recipient, known: Known, chosen: Mapping[tuple[bytes, str], Often] | None = None
) -> Addressee:
    """One recipient; `chosen` is what readers have chosen themselves."""
    return Addressee(
        address=recipient.address,
        identity=known_as(recipient, known.settings)[0],
        reader=reader(recipient, known),
        kinds=recipient.kinds or USUAL[recipient.role],
        weekday=recipient.weekday,
        is_placeholder=recipient.is_placeholder,
        often=often_of(recipient, known.settings, chosen or {}),
    )


def reader(recipient: Recipient, known: Known) -> Reader:
    """The reader that a recipient is."""
    configuration = known.configuration
    unit = configuration.unit_of(recipient)
    title = configuration.titles.get(unit, configuration.district.title)
    if recipient.role == COMMITTEE and recipient.unit:
        title = recipient.unit
    return Reader(
        role=recipient.role,
        unit=unit,
        name=title,
        language=recipient.language,
        pages=pages(known),
        whole=recipient.role != ASSOCIATION,
        decides=recipient.role in DECIDE if recipient.decides is None else recipient.decides,
        goals=recipient.goals,
    )
