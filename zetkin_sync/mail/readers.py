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
from zetkin_sync.store import mailings


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


def keep_choices(known: Known) -> None:
    """Write what was chosen under the former key under the present one, so that it holds when that is gone."""
    present, *former = known.settings.keys
    chosen = mailings.choices(known.store, district=known.district) if former else {}
    for recipient in known.configuration.recipients:
        identity = address_hash(present, recipient.address)
        for (who, kind), often in chosen.items():
            theirs = who in [address_hash(key, recipient.address) for key in former]
            if theirs and (identity, kind) not in chosen:
                mailings.choose(
                    known.store,
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
    """One recipient; `chosen` is what readers have chosen themselves, which goes before the configuration.

    While the key is being changed, what was chosen under the former one holds too.
    """
    identity, *former = (address_hash(key, recipient.address) for key in known.settings.keys)
    often = {
        MailKind(kind): mine
        for who in (*former, identity)
        for (whose, kind), mine in (chosen or {}).items()
        if whose == who
    }
    return Addressee(
        address=recipient.address,
        identity=identity,
        reader=reader(recipient, known),
        kinds=recipient.kinds or USUAL[recipient.role],
        weekday=recipient.weekday,
        is_placeholder=recipient.is_placeholder,
        often={MailKind.WEEKLY: recipient.often, **often},
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
