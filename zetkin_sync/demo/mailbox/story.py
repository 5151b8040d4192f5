"""Who of the invented members cannot be reached, why, and which mails say so; written as a Maildir.

Four mailings went out. Some addresses are dead, some mailboxes full, and a mistake of the district's own spoiled
the last mailing at one provider. The same seed tells the same story.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from zetkin_sync.demo.mailbox import noise
from zetkin_sync.demo.mailbox.formats import FORMATS, Refusal, exchange_online, exim, gmail, postfix

AGO = {1: timedelta(days=24), 2: timedelta(days=14), 3: timedelta(days=5), 4: timedelta(days=2)}
"""The mailings by number, and how long ago they went out; the fourth is the spoiled one."""

Member = tuple[int, str]  # id and address

_DEAD = (
    ("5.1.1", 550, "User unknown"),
    ("5.1.1", 550, "The email account that you tried to reach does not exist"),
    ("5.1.10", 550, "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
    ("5.1.2", 550, "Domain not found"),
    ("5.1.1", 550, "No such user here"),
)
_FULL = ("5.2.2", 552, "The recipient's mailbox is full")
_CLOSED = ("5.2.1", 550, "The account that you tried to reach is disabled")
_OURS = ("5.7.23", 550, "SPF validation failed: the sending host is not allowed to send for the domain")
_SLOW = ("4.4.1", 450, "Connection timed out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What was put into the mailbox, and about whom, by id."""

    mails: int
    dead: tuple[int, ...]
    full: tuple[int, ...]
    ours: tuple[int, ...]


def tell(folder: Path, members: Iterable[Member], *, now: datetime, seed: int) -> Story:
    """Fill a Maildir with what came back until `now`. Each address belongs to one member."""
    teller = _Teller(sorted(members), now=now, seed=seed)
    dead, full, closed = teller.some(0.012, 12), teller.some(0.002, 3), teller.some(0.001, 2)
    ours, away = teller.some(0.004, 8), teller.some(0.002, 4)
    mails = [
        *teller.fail(dead, _DEAD, (2, 3)),
        *teller.fail(full, (_FULL,), (1, 2, 3)),
        *teller.fail(closed, (_CLOSED,), (1, 2, 3)),
        *teller.fail(teller.some(0.003, 3), _DEAD, (3,)),  # once is not enough
        *((w.at, (exchange_online, exim)[w.number % 2](w)) for w in teller.refusals(ours, _OURS, 4)),
        *((w.at, postfix(w)) for w in teller.refusals(teller.some(0.002, 3), _SLOW, 3, action="delayed")),
        *((w.at, noise.arrived(w)) for w in teller.refusals(away, _OURS, 3)),
        *teller.around(away, forged=[address for _, address in teller.some(0.03, 20)]),
    ]
    for person in teller.some(0.0005, 1):
        mails += [(w.at, noise.complaint(w)) for n in (2, 3) for w in teller.refusals([person], _OURS, n)]
    for again in teller.refusals(dead[:1], _DEAD[0], 3):
        mails += [(again.at, gmail(again))] * 3  # the same report, three times
    _write(folder, mails)
    ids = [tuple(sorted(person for person, _ in group)) for group in (dead, [*full, *closed], ours)]
    return Story(mails=len(mails), dead=ids[0], full=ids[1], ours=ids[2])


class _Teller:
    def __init__(self, members: Sequence[Member], *, now: datetime, seed: int) -> None:
        self._dice = Random(f"bounces {seed}")  # noqa: S311 - a story, no secret
        self._now = now
        self._size = len(members)
        self._left = iter(self._dice.sample(members, k=len(members)))
        self._number = 0

    def some(self, share: float, least: int) -> list[Member]:
        """A share of all members who were not taken yet, at least so many where there are."""
        wanted = max(least, round(self._size * share))
        return [member for member, _ in zip(self._left, range(wanted), strict=False)]

    def refusals(
        self, members: Iterable[Member], why: tuple[str, int, str], mailing: int, *, action: str = "failed"
    ) -> Iterator[Refusal]:
        code, reply, said = why
        for _, address in members:
            self._number += 1
            yield Refusal(
                address=address,
                number=self._number,
                mailing=mailing,
                at=self._at(mailing),
                code=code,
                reply=reply,
                said=said,
                action=action,
            )

    def fail(
        self, members: Iterable[Member], why: Sequence[tuple[str, int, str]], mailings: Sequence[int]
    ) -> Iterator[tuple[datetime, bytes]]:
        """Each member's mails of these mailings come back, from the same server each time."""
        for member in members:
            written, reason = self._dice.choice(list(FORMATS.values())), self._dice.choice(why)
            for mailing in mailings:
                for refusal in self.refusals([member], reason, mailing):
                    yield refusal.at, written(refusal)

    def around(self, away: Sequence[Member], *, forged: Sequence[str]) -> Iterator[tuple[datetime, bytes]]:
        """What else lies in such a mailbox, some of each."""
        for n, (_, address) in enumerate(away):
            yield self._at(3), noise.automatic_answer(address, n, self._at(3))
        for n in range(max(3, self._size // 800)):
            for made in (noise.newsletter, noise.swindle, noise.stranger):
                yield self._at(3), made(n, self._at(3))
        yield self._at(3), noise.forged(forged, self._at(3))

    def _at(self, mailing: int) -> datetime:
        """Some hours after the mailing went out, the same day."""
        return self._now - AGO[mailing] + timedelta(minutes=self._dice.randrange(480))


def _write(folder: Path, mails: Iterable[tuple[datetime, bytes]]) -> None:
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for number, (at, raw) in enumerate(sorted(mails, key=lambda m: m[0])):
        seconds = int(at.timestamp())
        path = folder / "new" / f"{seconds}.{number:05d}.mx.distriktet.example.org"
        path.write_bytes(raw)
        os.utime(path, (seconds, seconds))
