"""What a mail or a provider's event says, before it is known whose it is."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from zetkin_sync.bounces.addresses import clean
from zetkin_sync.bounces.guard import guard
from zetkin_sync.bounces.mime import split_headers
from zetkin_sync.bounces.proof import Identities, Proof, prove
from zetkin_sync.bounces.providers import public_domain
from zetkin_sync.bounces.reasons import decide, kind_of
from zetkin_sync.bounces.thresholds import Thresholds
from zetkin_sync.bounces.tokens import Purpose, Token, utc_day
from zetkin_sync.bounces.verdict import Failure, Kind, Reading, Reason, Side
from zetkin_sync.configuration import Configuration
from zetkin_sync.language import Message
from zetkin_sync.ports import DeliveryEvent
from zetkin_sync.privacy import address_hash, keyed_hash
from zetkin_sync.records import ProbeState
from zetkin_sync.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What intake must know of a district. `keys`: the present hash key first, then the former ones."""

    district: int
    keys: tuple[bytes, ...]
    thresholds: Thresholds = field(default_factory=Thresholds)
    identities: Identities = field(default_factory=Identities)
    own: frozenset[str] = frozenset()

    def hashes(self, address: str) -> tuple[bytes, ...]:
        return tuple(address_hash(key, address) for key in self.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One thing said about one address, before it is known whose it is. `hashes` are candidates, best first."""

    key: bytes
    hashes: tuple[bytes, ...]
    day: date
    source: str
    proof: Proof
    kind: Kind = Kind.NONE
    reason: Reason = Reason.UNDETERMINED
    status: str | None = None
    delivery: str | None = None
    provider: str | None = None
    prefix: bytes | None = None
    arrived: bool = False


@dataclass
class Taken:
    """What a mail or a call comes to: sightings, what it was, answers to probes, status mails that came back."""

    sightings: list[Sighting] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    probes: dict[int, tuple[ProbeState, str | None, str | None]] = field(default_factory=dict)
    status_mails: dict[int, Message] = field(default_factory=dict)


def rules_of(configuration: Configuration, settings: Settings) -> Rules:
    """What intake must know, from the configuration."""
    wanted = configuration.bounces
    own = {r.address.lower() for r in configuration.recipients} | wanted.ours
    if settings.mail_from:
        own.add(settings.mail_from.lower())
    return Rules(
        district=configuration.root,
        keys=settings.keys,
        thresholds=wanted.thresholds,
        identities=wanted.sending.identities,
        own=frozenset(own),
    )


def of_mail(raw: bytes, reading: Reading, *, received: datetime, source: str, rules: Rules) -> Taken:
    """What a mail says, ready to be stored. `received` is when the mailbox got it."""
    day = received.astimezone(UTC).date()
    proof, token = prove(
        reading.returned,
        (*reading.delivered_to, reading.stamp or ""),
        keys=rules.keys,
        identities=rules.identities,
        today=day,
        valid_days=rules.thresholds.token_days,
    )
    taken = Taken()
    taken.counts[str(reading.kind)] += 1
    if token is not None and token.purpose is Purpose.PROBE:
        taken.probes[token.delivery] = _probe_answer(reading)
        return taken
    if token is not None and token.purpose is Purpose.STATUS:
        if reading.worst is not None and reading.kind in (Kind.HARD, Kind.SOFT):
            taken.status_mails[token.delivery] = reading.worst.reason.sentence
        return taken
    if reading.kind not in (Kind.HARD, Kind.SOFT, Kind.COMPLAINT):
        return taken
    body = hashlib.sha256(split_headers(guard(raw).data)[1]).digest()
    for failure in _about(reading, token, rules):
        if any(address.lower() in rules.own for address in (failure.address, *failure.aliases)):
            taken.counts["own"] += 1
            continue
        said = f"{reading.message_id}:{failure.address.lower()}:{failure.kind.failed}:{failure.reason}"
        taken.sightings.append(
            Sighting(
                key=keyed_hash(rules.keys[0], f"mail:{said}:{body.hex()}"),
                hashes=tuple(h for a in (failure.address, *failure.aliases) for h in rules.hashes(a)),
                prefix=token.recipient if token is not None else None,
                day=day,
                source=source,
                proof=proof,
                kind=failure.kind,
                reason=failure.reason,
                status=failure.status,
                delivery=f"t{token.delivery}" if token is not None else None,
                provider=public_domain(failure.address),
            )
        )
    return taken


def _about(reading: Reading, token: Token | None, rules: Rules) -> tuple[Failure, ...]:
    """The failures that the proof covers: with a token only the member it was made for."""
    if token is None or len(reading.failures) < 2:
        return reading.failures
    return tuple(
        f
        for f in reading.failures
        if any(h.startswith(token.recipient) for a in (f.address, *f.aliases) for h in rules.hashes(a))
    )


def _probe_answer(reading: Reading) -> tuple[ProbeState, str | None, str | None]:
    if reading.bounced and reading.worst is not None:
        return ProbeState.RETURNED, str(reading.worst.reason), reading.worst.status
    if reading.kind in (Kind.NONE, Kind.AUTOREPLY):
        return ProbeState.ARRIVED, None, None
    return ProbeState.SENT, None, None


def of_events(events: Iterable[DeliveryEvent], *, provider: str, rules: Rules) -> Taken:
    """What a verified provider says, ready to be stored."""
    taken = Taken()
    for event in events:
        taken.counts[event.what] += 1
        address = clean(event.address)
        if address is None or event.what not in ("failed", "complained", "arrived"):
            continue
        if address.lower() in rules.own:
            taken.counts["own"] += 1
            continue
        kind, reason, status = _verdict(event)
        taken.sightings.append(
            Sighting(
                key=event_key(rules, provider, event),
                hashes=rules.hashes(address),
                day=utc_day(event.at),
                source=f"webhook:{provider}",
                proof=Proof.PROVIDER,
                kind=kind,
                reason=reason,
                status=status,
                delivery=event.delivery[:64] if event.delivery else None,
                provider=public_domain(address),
                arrived=event.what == "arrived",
            )
        )
    return taken


def event_key(rules: Rules, provider: str, event: DeliveryEvent) -> bytes:
    """Recognises a provider's event; keyed, for its id may hold an address."""
    return keyed_hash(rules.keys[0], f"webhook:{provider}:{event.id}")


def _verdict(event: DeliveryEvent) -> tuple[Kind, Reason, str | None]:
    """The server's words first; the provider's own class where they are silent, or where it says it is us."""
    if event.what == "arrived":
        return Kind.NONE, Reason.UNDETERMINED, None
    if event.what == "complained":
        return Kind.COMPLAINT, Reason.COMPLAINT, None
    decision = decide(said=event.said, status=event.status)
    reason = decision.reason
    named = Reason(event.reason) if event.reason in set(Reason) else None
    if named is not None and (
        reason is Reason.UNDETERMINED or (named.side is Side.OURS and reason.side is not Side.OURS)
    ):
        reason = named
    return kind_of(reason, decision.status), reason, decision.status
