"""Send each reader the week's status, once, in their language, from what was last read whole.

Nothing empty is sent; after three weeks without news the fourth says so. A ledger row for each reader and
week says sent, skipped or parked, and why.
"""

from __future__ import annotations

from datetime import date, timedelta

from zetkin_sync.context import Context, Outcome
from zetkin_sync.language import Message, from_json, say
from zetkin_sync.mail.readers import Addressee, addressees
from zetkin_sync.mail.running import Running
from zetkin_sync.records import MailKind, MailState, Often
from zetkin_sync.reports.kinds.weekly import quiet, weekly
from zetkin_sync.store import mailings

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LATE = timedelta(days=3)
"""So long after the reader's weekday a mail that could not go is still sent."""

QUIET_WEEKS = 3
NOTHING_NEW = say("Nothing has changed and nothing waits.")
SIGN_OF_LIFE = say("Nothing has changed; a mail that says so was sent instead.")
NOT_THIS_WEEK = say("The reader wants this mail less often.")


def run(context: Context) -> Outcome:
    """Options: `everyone` sends to all now, whatever their weekday; `per_minute`; `area_events`."""
    running = Running.begun(context)
    everyone = bool(context.options.get("everyone"))
    readers = list(addressees(running.known, MailKind.WEEKLY))
    for number, reader in enumerate(readers):
        due = due_day(reader.weekday, running.gathering.today, now=everyone)
        if due is not None:
            running.go_on()
            send(running, reader, due=due)
        context.progress(reader.reader.title, number + 1, len(readers))
    return running.outcome()


def due_day(weekday: str, today: date, *, now: bool = False) -> date | None:
    """The day this week on which the reader's mail is due, when it has come and is not long past."""
    if now:
        return today
    due = today + timedelta(days=WEEKDAYS.index(weekday) - today.weekday())
    return due if due <= today <= due + LATE else None


def send(running: Running, to: Addressee, *, due: date) -> str:
    """This week's mail to one reader, or why there is none. Returns what became of it."""
    delivery, slot = running.delivery, f"{due:%G-W%V}"
    row = delivery.row(to, MailKind.WEEKLY, slot)
    if mailings.is_settled(running.known.store, row):
        delivery.counts["already"] += 1
        return "already"
    why = delivery.refused(to, MailKind.WEEKLY)
    if why is None and not is_turn(to.wants(MailKind.WEEKLY), due):
        why = NOT_THIS_WEEK
    if why is not None:
        return delivery.skip(to, MailKind.WEEKLY, slot, why)
    situation = running.gathering.situation(since=since(to.wants(MailKind.WEEKLY), due))
    mail = weekly(situation, to.reader, due=due)
    if mail is not None:
        return delivery.send(to, MailKind.WEEKLY, slot, mail)
    weeks = quiet_weeks(running, to)
    if weeks < QUIET_WEEKS:
        return delivery.skip(to, MailKind.WEEKLY, slot, NOTHING_NEW)
    calm = quiet(situation, to.reader, due=due, weeks=weeks + 1)
    sent = delivery.send(to, MailKind.QUIET, slot, calm)
    if sent != "waiting":
        delivery.skip(to, MailKind.WEEKLY, slot, SIGN_OF_LIFE)
    return sent


def is_turn(often: Often, due: date) -> bool:
    """Is it this reader's week? Every second one counted without regard to the year's end, or the month's first."""
    if often is Often.FORTNIGHT:
        return due.toordinal() // 7 % 2 == 0
    if often is Often.MONTH:
        return due.day <= 7
    return often is Often.USUAL


def since(often: Often, due: date) -> date:
    """The day of the mail before this one: what changed is counted from there."""
    if often is Often.FORTNIGHT:
        return due - timedelta(days=14)
    if often is Often.MONTH:
        first = (due.replace(day=1) - timedelta(days=1)).replace(day=1)
        return first + timedelta(days=(due.weekday() - first.weekday()) % 7)
    return due - timedelta(days=7)


def quiet_weeks(running: Running, to: Addressee) -> int:
    """How many weeks in a row nothing was sent because nothing had changed."""
    rows = mailings.mailings(
        running.known.store,
        district=running.known.district,
        limit=QUIET_WEEKS + 1,
        kind=MailKind.WEEKLY,
        recipient=to.identity,
        role=to.reader.role,
        unit=to.reader.unit,
    )
    count = 0
    for row in rows:
        if row.state != MailState.SKIPPED or not _says(row.why, NOTHING_NEW):
            break
        count += 1
    return count


def _says(why: str | None, message: Message) -> bool:
    return why is not None and from_json(why) == message
