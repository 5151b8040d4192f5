"""Words that several mails share: states, forecasts, roles of lists and jobs, changes with their sign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from zetkin_sync.goals.forecast import Outlook
from zetkin_sync.language import Message, Share, say, say_n
from zetkin_sync.records.assessments import GoalState
from zetkin_sync.records.ledger import RunState
from zetkin_sync.reports.content import Tone

STATES: Mapping[str, Message] = {
    GoalState.MET: say("met"),
    GoalState.ON_TRACK: say("on track"),
    GoalState.BEHIND: say("behind"),
    GoalState.MISSED: say("missed"),
    GoalState.UNKNOWN: say("unknown"),
    GoalState.NOT_APPLICABLE: say("not arranged this year"),
}

COUNTED: Mapping[str, Message] = {
    GoalState.MET: say_n("{n} met", "{n} met", 0),
    GoalState.ON_TRACK: say_n("{n} on track", "{n} on track", 0),
    GoalState.BEHIND: say_n("{n} behind", "{n} behind", 0),
    GoalState.MISSED: say_n("{n} missed", "{n} missed", 0),
    GoalState.UNKNOWN: say_n("{n} unknown", "{n} unknown", 0),
}

TONES: Mapping[str, Tone] = {
    GoalState.MET: Tone.GOOD,
    GoalState.ON_TRACK: Tone.GOOD,
    GoalState.BEHIND: Tone.BAD,
    GoalState.MISSED: Tone.BAD,
}

OUTLOOKS: Mapping[str, Message] = {
    Outlook.SECURED: say("Forecast: secured."),
    Outlook.LIKELY: say("Forecast: likely."),
    Outlook.UNCERTAIN: say("Forecast: uncertain."),
    Outlook.UNLIKELY: say("Forecast: unlikely."),
    Outlook.IMPOSSIBLE: say("Forecast: no longer possible."),
}

RUN_STATES: Mapping[str, Message] = {
    RunState.QUEUED: say("waiting"),
    RunState.RUNNING: say("running"),
    RunState.OK: say("done"),
    RunState.PARTIAL: say("partly done"),
    RunState.FAILED: say("failed"),
    RunState.SKIPPED: say("skipped"),
}

LISTS: Mapping[str, Message] = {
    "organizations": say("associations"),
    "people": say("people"),
    "tags": say("tags"),
    "taggings": say("who has which tag"),
    "officials": say("officials"),
    "events": say("events (Zetkin calls them actions)"),
    "participations": say("who took part"),
    "responses": say("sign-ups"),
    "area_assignees": say("who walks in areas"),
    "area_assignments": say("area assignments"),
    "area_stats": say("figures of area assignments"),
    "assigned_tasks": say("tasks given out"),
    "bulk_jobs": say("bulk changes"),
    "call_assignments": say("call assignments"),
    "call_stats": say("figures of call assignments"),
    "callers": say("callers"),
    "calls": say("calls"),
    "drawn_areas": say("areas drawn in Zetkin"),
    "duplicate_people": say("people who may stand twice"),
    "duplicates": say("possible duplicates"),
    "email_blocked": say("whom Zetkin sends no email to"),
    "email_configs": say("senders of emails"),
    "email_links": say("links in emails"),
    "email_recipients": say("recipients of emails"),
    "email_stats": say("figures of emails"),
    "email_themes": say("looks of emails"),
    "emails": say("emails"),
    "event_stats": say("figures of events"),
    "event_types": say("event types"),
    "fields": say("fields of people"),
    "join_forms": say("forms to join by"),
    "join_submissions": say("filled-in forms to join by"),
    "journey_instances": say("journeys under way"),
    "journey_people": say("people in journeys"),
    "journeys": say("journeys"),
    "lists": say("lists"),
    "places": say("places"),
    "projects": say("projects"),
    "reminders": say("reminders"),
    "survey_answers": say("answers in surveys"),
    "survey_options": say("options in surveys"),
    "survey_submissions": say("filled-in surveys"),
    "surveys": say("surveys"),
    "tasks": say("tasks"),
}

JOBS: Mapping[str, Message] = {
    "pull_zetkin": say("The reading of Zetkin"),
    "reconcile": say("The check against the plan"),
    "apply_changes": say("Carrying out approved proposals"),
    "read_bounces": say("The reading of returned mail"),
    "plan_callouts": say("The planning of callouts"),
    "send_status": say("The weekly mails"),
    "send_month": say("The monthly mails"),
    "send_decisions": say("The mails about proposals"),
    "send_alarms": say("The mails about jobs that stand still"),
    "send_day_after": say("The mails about attendance"),
    "send_after_meetings": say("The mails after annual meetings"),
    "send_results": say("The mails about runs that somebody asked for"),
    "read_shared_mailbox": say("The reading of the shared mailbox"),
    "retention": say("The removal of what is old"),
    "make_backup": say("The backup"),
}

OLD: Mapping[str, Message] = {
    "pull_zetkin": say("All figures from Zetkin are from {when}."),
    "reconcile": say("The goals stand as they did {when}."),
    "read_bounces": say("The figures about returned mail are from {when}."),
    "apply_changes": say("Approved proposals have not been carried out since {when}."),
    "plan_callouts": say("No callouts have been planned since {when}."),
}


def job_name(job: str) -> Message:
    """What people call a job; its own name when nobody has named it."""
    return JOBS.get(job) or say("The job {job}", job=job)


def list_name(resource: str) -> Message:
    """What people call one of Zetkin's lists."""
    return LISTS.get(resource) or say("{name}", name=resource)


def since_words(since: date, today: date) -> Message:
    """The day that changes are counted from, as people say it."""
    if today - since == timedelta(days=7):
        return say("since last week")
    return say("since {day}", day=since)


def signed(number: float) -> Message:
    """A change with its sign: +11 or −2."""
    whole = int(number) if float(number).is_integer() else round(number, 1)
    return say("+{n}", n=whole) if number > 0 else say("{n}", n=whole)


def points(change: float) -> Message:
    """A change of a share in percentage points."""
    return say("{points} percentage points", points=signed(round(100 * change)))


def amount(value: float, figure: str) -> Message:
    """A figure as its kind is written: a share, a number, days or hours."""
    if figure == "share":
        return say("{share}", share=Share(value))
    whole = int(value) if float(value).is_integer() else round(value, 1)
    if figure in ("days", "hours"):
        n = round(value)
        return say_n("{n} day", "{n} days", n) if figure == "days" else say_n("{n} hour", "{n} hours", n)
    return say("{n}", n=whole)


def listed(items: Sequence[Message]) -> Message:
    """A few things in a row, as one sentence writes them."""
    if len(items) == 1:
        return items[0]
    head = items[0]
    for each in items[1:-1]:
        head = say("{head}, {next}", head=head, next=each)
    return say("{head} and {last}", head=head, last=items[-1])
