"""Send the board the month's state of the whole plan, on the first of its weekdays in the month."""

from __future__ import annotations

from datetime import date, timedelta

from zetkin_sync.context import Context, Outcome
from zetkin_sync.language import say
from zetkin_sync.mail.readers import addressees
from zetkin_sync.mail.running import Running
from zetkin_sync.records import MailKind
from zetkin_sync.reports.kinds.monthly import monthly
from zetkin_sync.store import mailings

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LATE = timedelta(days=6)
NOT_ASSESSED = say("No goal has been assessed yet.")


def run(context: Context) -> Outcome:
    """Options: `everyone` sends the last month's now; `per_minute`; `area_events`."""
    running = Running.begun(context)
    today = running.gathering.today
    readers = list(addressees(running.known, MailKind.MONTHLY))
    for number, to in enumerate(readers):
        due = today if context.options.get("everyone") else due_day(to.weekday, today)
        context.progress(to.reader.title, number + 1, len(readers))
        if due is None:
            continue
        running.go_on()
        slot = f"{due:%Y-%m}"
        if mailings.is_settled(running.known.store, running.delivery.row(to, MailKind.MONTHLY, slot)):
            running.delivery.counts["already"] += 1
            continue
        mail = monthly(
            running.gathering.situation(since=due_before(to.weekday, due), months=True), to.reader, due=due
        )
        if mail is None:
            running.delivery.skip(to, MailKind.MONTHLY, slot, NOT_ASSESSED)
        else:
            running.delivery.send(to, MailKind.MONTHLY, slot, mail)
    return running.outcome()


def due_day(weekday: str, today: date) -> date | None:
    """The first such weekday of the month, when it has come and is less than a week past."""
    due = first_weekday(weekday, today)
    return due if due <= today <= due + LATE else None


def due_before(weekday: str, due: date) -> date:
    """The day of the mail a month earlier."""
    return first_weekday(weekday, due.replace(day=1) - timedelta(days=1))


def first_weekday(weekday: str, month: date) -> date:
    first = month.replace(day=1)
    return first + timedelta(days=(WEEKDAYS.index(weekday) - first.weekday()) % 7)
