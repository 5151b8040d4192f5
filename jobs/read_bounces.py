"""Read the bounce mailboxes: who can no longer be reached and why, who is reached again, what fails on our side.

Each batch is one transaction of events, states and cursor, so a killed run is simply read on from where it was
committed. A mailbox that does not answer does not hold up the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from zetkin_sync.bounces.probes import probe_mail
from zetkin_sync.bounces.reader import read
from zetkin_sync.context import Context, Outcome
from zetkin_sync.errors import ConfigError, OutcomeUnknown, Permanent, Temporary, Trouble
from zetkin_sync.intake import (
    Rules,
    Taken,
    answer_probes,
    conclude,
    note_returned,
    of_mail,
    put,
    rejudge,
    rules_of,
)
from zetkin_sync.language import Message, say
from zetkin_sync.ports import FoundMail, Mailbox
from zetkin_sync.privacy import address_hash
from zetkin_sync.records import Probe, ProbeState, RunState
from zetkin_sync.store import bounces as stored
from zetkin_sync.store import cases as stored_cases

MAILBOX = "mailbox"
_BATCH_BYTES = 8_000_000
_ALWAYS = (
    "mails",
    "new",
    "known_before",
    "unmatched",
    "set_aside",
    "probes_sent",
    "probes_answered",
    "cases_opened",
    "cases_closed",
    "restored",
    "alerts",
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def run(context: Context) -> Outcome:
    """Every mailbox, then the week's probes, then cases and alerts. Option `probes` sends them whatever the day."""
    rules = rules_of(context.configuration, context.settings)
    counts: Counter[str] = Counter()
    notes: list[Message] = []
    roles = mailbox_roles(context)
    silent = 0
    for role in roles:
        before = counts["mails"]
        try:
            for part in read_mailbox(context, role, rules=rules):
                counts += part
        except Trouble as trouble:
            notes.append(say("{mailbox}: {why}", mailbox=role, why=trouble.what))
            silent += counts["mails"] == before
    sent, troubles = send_probes(context, rules)
    counts += sent
    notes += troubles
    with context.store.writing() as session:
        counts += conclude(session, context.configuration, rules=rules, now=context.now())
    state = RunState.PARTIAL if notes else RunState.OK
    if roles and silent == len(roles):
        state = RunState.FAILED
    return Outcome(state=state, counts={**dict.fromkeys(_ALWAYS, 0), **counts}, notes=tuple(notes))


def mailbox_roles(context: Context) -> list[str]:
    """The roles in [connectors] that are mailboxes: `mailbox`, `mailbox_office` …"""
    return sorted(r for r in context.configuration.district.connectors if r.split("_")[0] == MAILBOX)


# -- mailboxes


def read_mailbox(context: Context, role: str, *, rules: Rules) -> Iterator[Counter[str]]:
    """Read what is new, batch by batch; what each batch came to. What was read before a trouble is kept."""
    mailbox: Mailbox = context.connect(role)
    with context.store.reading() as session:
        after = stored.cursor(session, district=rules.district, mailbox=role) or None
    batch: list[tuple[FoundMail, Taken | Message]] = []
    size = done = 0
    trouble: Trouble | None = None
    mails = mailbox.mails(after)
    while True:
        mail = None
        try:
            mail = next(mails, None)
        except Trouble as error:
            trouble = error
        if mail is not None:
            batch.append((mail._replace(raw=b""), _taken(context, mail, role, rules)))
            size += len(mail.raw)
        full = len(batch) >= context.configuration.bounces.batch or size > _BATCH_BYTES
        first = mail is None and after is None and not done and trouble is None
        if (batch and (full or mail is None)) or first:  # an empty mailbox has been read, too
            done += len(batch)
            yield _commit(context, mailbox, role, batch, rules)
            context.progress(say("Reading {mailbox}", mailbox=role), done=done)
            batch, size = [], 0
        if mail is None:
            break
    if trouble is not None:
        raise trouble


def _taken(context: Context, mail: FoundMail, role: str, rules: Rules) -> Taken | Message:
    if mail.trouble is not None:
        return mail.trouble
    try:
        reading = read(mail.raw)
        received = mail.received or context.now()
        return of_mail(mail.raw, reading, received=min(received, context.now()), source=role, rules=rules)
    except Exception:  # a poisoned mail is set aside; it must not hold up the others
        context.log.exception("bounces.unreadable", mailbox=role)
        return say("The program met a fault in reading this mail.")


def _commit(
    context: Context,
    mailbox: Mailbox,
    role: str,
    batch: list[tuple[FoundMail, Taken | Message]],
    rules: Rules,
) -> Counter[str]:
    """Store a batch with its cursor, then let the mailbox move what was taken."""
    if not context.still_ours():
        raise Temporary(say("Another worker has taken the run."))
    counts: Counter[str] = Counter(mails=len(batch))
    now = context.now()
    with context.store.writing() as session:
        sightings = []
        for mail, taken in batch:
            if isinstance(taken, Message):
                counts["set_aside"] += 1
                stored.set_aside(
                    session, district=rules.district, mailbox=role, place=mail.place, why=taken, now=now
                )
                continue
            counts += taken.counts
            sightings += taken.sightings
            counts["probes_answered"] += answer_probes(session, taken, rules=rules, now=now)
            counts["status_mails_returned"] += note_returned(session, taken, rules=rules, now=now)
        counts += put(session, sightings, rules=rules, now=now)
        if counts.pop("to_judge", 0):
            rejudge(session, rules=rules, now=now)
        place = mailbox.position() or ""
        stored.move_cursor(session, district=rules.district, mailbox=role, place=place, now=now)
    mailbox.settle([m.place for m, taken in batch if isinstance(taken, Taken) and _is_report(taken)])
    return counts


def _is_report(taken: Taken) -> bool:
    return any(taken.counts[kind] for kind in ("hard", "soft", "delay", "complaint")) or bool(taken.probes)


# -- probes


def send_probes(context: Context, rules: Rules) -> tuple[Counter[str], list[Message]]:
    """The weekly mail with our token to each public address, on its weekday, once a week."""
    wanted = context.configuration.bounces.probe
    local = context.now().astimezone(context.configuration.district.zone).date()
    counts: Counter[str] = Counter()
    notes: list[Message] = []
    if _WEEKDAYS[local.weekday()] != wanted.weekday and not context.options.get("probes"):
        return counts, notes
    for address in wanted.addresses:
        if address.is_placeholder and not context.options.get("placeholders"):
            continue
        sender = context.settings.mail_from
        if sender is None:
            raise ConfigError(
                say("ZETKIN_SYNC_MAIL_FROM is not set."), say("Set it to the address that probes come from.")
            )
        target = address_hash(rules.keys[0], address.address)
        probe = Probe(
            district=rules.district,
            slot=f"{local:%G-W%V}",
            target=target,
            unit=_unit(context, address.unit),
            state=ProbeState.SENT,
            sent=context.now(),
        )
        number = stored_cases.begin_probe(context.store, probe)
        if number is None:
            continue
        mail, envelope = probe_mail(
            key=rules.keys[0],
            number=number,
            target=target,
            sender=sender,
            recipient=address.address,
            return_domain=wanted.return_domain,
            at=context.now(),
        )
        try:
            context.mailer.send(mail, envelope_from=envelope, recipient=address.address)
            counts["probes_sent"] += 1
        except Temporary as trouble:
            stored_cases.drop_probe(context.store, number)
            notes.append(trouble.what)
        except Permanent:
            answers = {number: (ProbeState.RETURNED, "policy", None)}
            with context.store.writing() as session:
                stored_cases.answer_probes(session, answers, district=rules.district, now=context.now())
        except OutcomeUnknown:
            counts["probes_sent"] += 1  # if it did not leave, silence will say so
    return counts, notes


def _unit(context: Context, title: str | None) -> int:
    found = next((a.id for a in context.configuration.associations if a.title == title), None)
    return found if found is not None else context.district
