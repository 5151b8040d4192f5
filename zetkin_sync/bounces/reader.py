"""One mail of the bounce mailbox, read: each way of reading in turn, the surest first.

Complaint, delivery report, failed-recipients header, provider's notice, automatic answer, text. The first that
knows its mail decides. Nothing here raises on any bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from zetkin_sync.bounces import addresses, legacy
from zetkin_sync.bounces.autoreplies import is_autoreply, subject_is_autoreply
from zetkin_sync.bounces.complaints import complainers, feedback_fields, reason_of
from zetkin_sync.bounces.delivery_status import Action, Row
from zetkin_sync.bounces.guard import guard
from zetkin_sync.bounces.mime import split_mail
from zetkin_sync.bounces.notices import Notice, read_notice
from zetkin_sync.bounces.opened import STAMP, Opened, message_id
from zetkin_sync.bounces.reasons import decide, kind_of, reply_in, status_in
from zetkin_sync.bounces.signs import (
    away_said,
    delay_said,
    failure_said,
    subject_says_bounce,
    subject_says_delay,
)
from zetkin_sync.bounces.transcript import Note
from zetkin_sync.bounces.verdict import Failure, Kind, Reading, Reason, Returned
from zetkin_sync.language import say

_QUOTE = 300
_VERP = re.compile(r"[+-]([A-Za-z0-9][A-Za-z0-9._+-]{0,63})=([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)@")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,300})>")
_BLANKS = re.compile(r"\s+")
_QUOTED = re.compile(r"^(?:> ?)+")


def read(raw: bytes) -> Reading:
    """What a mail says of mails that did not arrive."""
    guarded = guard(raw)
    found = Opened(split_mail(guarded.data), guarded.data)
    reading = (
        _complaint(found)
        or _notice(found)
        or _report(found)
        or _failed_recipients(found)
        or _autoreply(found)
        or _text(found)
        or Reading(kind=Kind.NONE)
    )
    return replace(
        reading,
        returned=reading.returned if reading.source == "notice" else found.came_back,
        delivered_to=tuple(found.delivered_to),
        stamp=found.headers.raw(STAMP)[:200] or None,
        message_id=message_id(found.headers),
        cut=guarded.cut or found.mail.cut,
    )


# -- the ways of reading, the surest first


def _complaint(found: Opened) -> Reading | None:
    fields = feedback_fields(found.mail)
    if fields is None:
        return None
    reason = reason_of(fields)
    failures = tuple(
        Failure(address=a, kind=Kind.COMPLAINT, reason=reason) for a in complainers(fields, found.returned)
    )
    why = {
        Reason.COMPLAINT: say("The recipient reported our mail as spam (feedback report)."),
        Reason.AUTHENTICATION: say(
            "A report that our sending domain could not prove itself; nobody complained."
        ),
    }.get(reason, say("A report that our mail is no spam."))
    return Reading(kind=Kind.COMPLAINT, failures=failures, source="feedback", why=why)


def _notice(found: Opened) -> Reading | None:
    notice = read_notice(found.mail)
    reading = _noticed(found, notice) if notice is not None else None
    if notice is None or reading is None:
        return None
    sent = Returned(message_id=notice.message_id or None, sender=addresses.clean(notice.source))
    return replace(reading, returned=sent)


def _noticed(found: Opened, notice: Notice) -> Reading | None:
    if notice.kind is Kind.NONE:
        return Reading(
            kind=Kind.NONE, source="notice", why=say("A provider's notice of a mail that arrived.")
        )
    if notice.kind is Kind.COMPLAINT:
        return Reading(
            kind=Kind.COMPLAINT,
            failures=tuple(
                Failure(address=row.address, kind=Kind.COMPLAINT, reason=Reason.COMPLAINT)
                for row in notice.rows
            ),
            source="notice",
            why=say("The recipient reported our mail as spam (provider's notice)."),
        )
    if not notice.rows:  # its other addresses are our own: the words around them are not read
        return Reading(kind=Kind.NONE, source="notice", why=say("A provider's notice that names no address."))
    return _of_rows(found, list(notice.rows), source="notice")


def _report(found: Opened) -> Reading | None:
    if not found.rows:
        return None
    failed = [row for row in found.rows if row.action is Action.FAILED]
    if failed:
        return _of_rows(found, failed, source="report")
    delayed = [row for row in found.rows if row.action is Action.DELAYED]
    if delayed:
        return _of_rows(found, delayed, source="report", kind=Kind.DELAY)
    if any(row.action is Action.SUCCEEDED for row in found.rows):
        return Reading(kind=Kind.NONE, source="report", why=say("A report of a mail that arrived."))
    if delay_said(found.transcript.above) or subject_says_delay(found.subject):
        return _of_rows(found, found.rows, source="report", kind=Kind.DELAY)
    return _of_rows(found, found.rows, source="report")


def _of_rows(found: Opened, rows: list[Row], *, source: str, kind: Kind | None = None) -> Reading | None:
    """The reading of report rows; rows without an address take it from the text."""
    notes = {addresses.same(note.address): note for note in found.transcript.notes}
    named = [row for row in rows if row.address]
    if not named:
        chosen = _chosen(found)
        if not chosen:
            return None
        named = [replace(rows[0], address=note.address) for note in chosen]
    failures: dict[str, Failure] = {}
    mailed = {addresses.same(a) for a in found.mailed_to}
    for row in named:
        note = next(
            (notes[addresses.same(a)] for a in (row.address, *row.aliases) if addresses.same(a) in notes),
            None,
        )
        around = note.text if note else (found.transcript.above[:2_000] if len(named) == 1 else "")
        failure = _failure(row, around, kind)
        origin = note.expanded_from if note else None
        if (
            origin
            and addresses.same(origin) != addresses.same(row.address)
            and addresses.same(origin) in mailed
        ):
            failure = replace(failure, address=origin, aliases=(row.address, *row.aliases))
        known = failures.get(addresses.same(failure.address))
        if known is None or (known.kind is Kind.SOFT and failure.kind is Kind.HARD):
            failures[addresses.same(failure.address)] = failure
    return _reading(failures.values(), source=source)


def _failure(row: Row, around: str, kind: Kind | None) -> Failure:
    decision = decide(said=row.said, status=row.status, around=around)
    return Failure(
        address=addresses.undo_rewriting(row.address),
        kind=kind or kind_of(decision.reason, decision.status),
        status=decision.status,
        reason=decision.reason,
        quote=_quote(row.said or around),
        by=decision.by,
        aliases=row.aliases,
    )


def _reading(failures: Iterable[Failure], *, source: str) -> Reading:
    failed = tuple(failures)
    kinds = {failure.kind for failure in failed}
    kind = next(k for k in (Kind.HARD, Kind.SOFT, Kind.DELAY, Kind.COMPLAINT) if k in kinds)
    worst = next(failure for failure in failed if failure.kind is kind)
    if kind is Kind.DELAY:
        why = say("Not delivered yet; the server goes on trying. It said: {quote}", quote=worst.quote or "–")
    else:
        why = say("{reason} The server said: {quote}", reason=worst.reason.sentence, quote=worst.quote or "–")
    return Reading(kind=kind, failures=failed, source=source, why=why)


def _quote(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()[:_QUOTE]


def _failed_recipients(found: Opened) -> Reading | None:
    """Exim, Gmail and others name the failed recipients in a header of the report."""
    named = addresses.from_list(found.headers.all("x-failed-recipients"))
    if not named:
        return None
    notes = {addresses.same(note.address): note for note in found.transcript.notes}
    mailed = {addresses.same(a) for a in found.mailed_to}
    chosen = []
    for address in named:
        note = notes.get(addresses.same(address))
        if note is None:
            note = Note(address, 2, [found.transcript.above[:2_000]] if len(named) == 1 else [])
        chosen.append(_originally(note, mailed))
    return _of_notes(found, chosen, source="x-failed-recipients")


def _autoreply(found: Opened) -> Reading | None:
    if found.daemon or not (is_autoreply(found.headers) or _answers_away(found)):
        return None
    brought = found.brings_back or found.transcript.returned is not None or subject_says_bounce(found.subject)
    if brought and not subject_is_autoreply(found.subject) and failure_said(found.transcript.above):
        return None  # some servers mark their reports as replies
    return Reading(
        kind=Kind.AUTOREPLY, source="autoreply", why=say("An automatic answer: the address works.")
    )


def _answers_away(found: Opened) -> bool:
    """An answer that only says that somebody is away; old vacation programs mark it in no other way."""
    names = ("in-reply-to", "references")
    answers = any(name in found.headers for name in names) or found.headers.raw("precedence").lower() in (
        "bulk",
        "junk",
    )
    above = found.transcript.above
    return answers and away_said(above) and not failure_said(above)


def _text(found: Opened) -> Reading | None:
    """A report in words only. It must look like one, say that something failed, and name somebody.

    A mail system is believed at a word. Anybody else must bring the mail back, quote a server or list somebody
    who is not us, because phishing likes to look like a bounce.
    """
    above = found.transcript.above
    null_path = found.headers.raw("return-path").strip() == "<>"
    if found.daemon:
        believed = failure_said(above, loosely=True) or subject_says_bounce(found.subject)
    elif null_path or found.brings_back or subject_says_bounce(found.subject):
        proof = found.brings_back or found.returned is not None or reply_in(above) is not None
        listed = any(
            n.strength == 2 and addresses.same(n.address) not in found.ours for n in found.transcript.notes
        )
        believed = failure_said(above) and (proof or listed)
    else:
        believed = False
    chosen = _chosen(found) if believed else []
    return _of_notes(found, chosen, source="text") if chosen else None


def _chosen(found: Opened) -> list[Note]:
    """Whom the text names as failing: items of its list, checked against whom the returned mail was sent to."""
    notes = list(found.transcript.notes)
    mailed = {addresses.same(a) for a in found.mailed_to}
    others = [
        n for n in notes if addresses.same(n.address) not in found.ours or addresses.same(n.address) in mailed
    ]
    listed = [n for n in others if n.strength == 2]
    agreeing = [n for n in others if addresses.same(n.address) in mailed]
    chosen = listed or agreeing
    if not chosen and not found.mail.cut:
        temporary, permanent = legacy.ask(found.data)
        by_address = {addresses.same(n.address): n for n in notes}
        chosen = [
            by_address.get(addresses.same(a)) or Note(a, 2, [found.transcript.above[:2_000]])
            for a in (permanent or temporary)
            if addresses.same(a) not in found.ours
        ]
    if not chosen and len(others) == 1:
        chosen = others
    if not chosen and reply_in(found.transcript.above):
        chosen = [n for n in notes if n.strength == 2][:1]
    if not chosen:
        fallback = found.mailed_to if len(found.mailed_to) == 1 else _from_return_path(found)
        chosen = [Note(a, 1, [found.transcript.above[:2_000]]) for a in fallback]
    return [_originally(note, mailed) for note in chosen]


def _from_return_path(found: Opened) -> list[str]:
    """The member's address out of our own bounce address, where the list server put it (VERP)."""
    for address in found.delivered_to:
        match = _VERP.search(address)
        if match and addresses.is_address(f"{match.group(1)}@{match.group(2)}"):
            return [f"{match.group(1)}@{match.group(2)}"]
    return []


def _originally(note: Note, mailed: set[str]) -> Note:
    """The note under the address that was mailed, where the text says what it was expanded from."""
    origin = note.expanded_from
    if origin and addresses.same(origin) in mailed and addresses.same(note.address) not in mailed:
        return Note(origin, note.strength, note.said, note.address)
    return note


def _of_notes(found: Opened, notes: list[Note], *, source: str) -> Reading | None:
    above = found.transcript.above
    delayed = delay_said(above) or subject_says_delay(found.subject)
    failures = []
    for note in notes:
        alone = len(notes) == 1
        said = note.text
        if alone and status_in(said) is None and reply_in(said) is None:
            around = above[:3_000]
        else:
            around = "" if not alone else above[:3_000]
        row = Row(
            note.address, (note.expanded_from,) if note.expanded_from else (), Action.FAILED, None, said
        )
        failures.append(_failure(row, around, Kind.DELAY if delayed else None))
    return _reading(failures, source=source) if failures else None
