"""Send each reader the week's status, once, in their language, from what was last read whole.

A ledger row for each recipient and week says sent, skipped or parked, and why. A recipient whose mail fails
does not hold up the others.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from zetkin_sync.changes import from_json as plan_of
from zetkin_sync.context import Context, Outcome
from zetkin_sync.errors import ConfigError, OutcomeUnknown, Permanent, Temporary, Trouble
from zetkin_sync.language import Language, Message, from_json, say, say_n
from zetkin_sync.privacy import address_hash
from zetkin_sync.records import GoalState, Mailing, MailState, PlanState, Run, RunState
from zetkin_sync.records.facts import Facts
from zetkin_sync.reports.content import Broken, GoalLine, Source, StatusMail, Task
from zetkin_sync.reports.envelope import build, message_id
from zetkin_sync.reports.render import render
from zetkin_sync.store import assessments, ledger, mailings, plans

KIND = "weekly"
_ORDER = {
    state: place
    for place, state in enumerate(("missed", "behind", "unknown", "on_track", "met", "not_applicable"))
}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
READ: dict[str, Message] = {
    "people": say("People"),
    "events": say("Events (Zetkin calls them actions)"),
    "taggings": say("Tags"),
}


def run(context: Context) -> Outcome:
    """Mails to those whose weekday is today. Option `everyone` sends whatever the day."""
    facts = context.facts()
    slot = f"{facts.today:%G-W%V}"
    today = WEEKDAYS[facts.today.weekday()]
    counts: Counter[str] = Counter()
    notes: list[Message] = []
    for recipient in context.configuration.recipients:
        if recipient.weekday != today and not context.options.get("everyone"):
            continue
        unit = context.configuration.unit_of(recipient)
        language = Language(recipient.language, context.configuration.district.zone)
        content = status_mail(context, facts, unit=unit, role=recipient.role, language=language)
        state, why = _send_one(context, recipient, content, slot=slot, unit=unit)
        counts[state] += 1
        if why is not None and state in ("parked", "refused", "waiting"):
            notes.append(say("{role}: {why}", role=recipient.role, why=why))
    return Outcome(state=RunState.PARTIAL if notes else RunState.OK, counts=dict(counts), notes=tuple(notes))


def _send_one(
    context: Context, recipient: Any, content: StatusMail, *, slot: str, unit: int
) -> tuple[str, Message | None]:
    key = context.settings.key
    language = Language(recipient.language, context.configuration.district.zone)
    identity = address_hash(key, recipient.address)
    sender = context.settings.mail_from or ""
    if not sender:
        raise ConfigError(
            say("ZETKIN_SYNC_MAIL_FROM is not set."),
            say("Set it to the address that status mails come from."),
        )
    row = Mailing(
        district=context.district,
        kind=KIND,
        slot=slot,
        role=recipient.role,
        unit=unit,
        recipient=identity,
        language=recipient.language,
        state=MailState.SENDING,
        at=context.now(),
    )
    mail = render(content, language)
    row.subject, row.html, row.text = mail.subject, mail.html, mail.text
    row.message_id = message_id(kind=KIND, slot=slot, recipient=identity, domain=sender.rpartition("@")[2])
    reserved = mailings.begin(context.store, row)
    if reserved is None:
        return "already", None
    if recipient.is_placeholder and not context.options.get("placeholders"):
        why = say("The address is a placeholder; fill in recipients.toml.")
        mailings.end(context.store, reserved, state=MailState.SKIPPED, at=context.now(), why=why)
        return "skipped", why
    message = build(
        mail,
        sender=sender,
        sender_name=context.configuration.district.title,
        recipient=recipient.address,
        reply_to=context.configuration.district.reply_to,
        list_name=context.configuration.district.title,
        language=recipient.language,
        identity=row.message_id,
        at=context.now(),
    )
    try:
        context.mailer.send(message, envelope_from=sender, recipient=recipient.address)
    except Temporary as trouble:
        mailings.release(context.store, reserved)
        return "waiting", trouble.what
    except OutcomeUnknown as trouble:
        return _ended(context, reserved, MailState.PARKED, trouble)
    except Permanent as trouble:
        return _ended(context, reserved, MailState.REFUSED, trouble)
    mailings.end(context.store, reserved, state=MailState.SENT, at=context.now())
    return "sent", None


def _ended(context: Context, row: int, state: MailState, trouble: Trouble) -> tuple[str, Message]:
    mailings.end(context.store, row, state=state, at=context.now(), why=trouble.what)
    return str(state), trouble.what


def status_mail(context: Context, facts: Facts, *, unit: int, role: str, language: Language) -> StatusMail:
    """What one reader should know this week."""
    monday = facts.today - timedelta(days=facts.today.weekday())
    page = context.settings.page_url.rstrip("/")
    goals = goal_lines(context, facts, unit=unit, language=language)
    return StatusMail(
        unit=context.configuration.titles.get(unit, context.configuration.district.title),
        week=int(f"{facts.today:%V}"),
        first=monday,
        last=monday + timedelta(days=6),
        headline=_headline(goals),
        tasks=_tasks(context, page),
        broken=_broken(context, facts, page),
        goals=goals,
        sources=_sources(facts),
        why_you=say("You get this mail as {role}.", role=role),
        page=page,
    )


def goal_lines(context: Context, facts: Facts, *, unit: int, language: Language) -> tuple[GoalLine, ...]:
    """The goals as last assessed that somebody can act on, lagging first; what is only shown is left out."""
    goals = {(p.plan.id, g.id): g for p in context.plans for g in p.plan.goals}
    page = context.settings.page_url.rstrip("/")
    found = []
    for row in assessments.held(context.store, district=context.district, day=facts.today, unit=unit):
        goal = goals.get((row.plan, row.goal))
        if goal is None or row.shown:
            continue
        behind = row.state in (GoalState.BEHIND, GoalState.MISSED)
        found.append(
            GoalLine(
                title=goal.title.text(language.code),
                finding=from_json(row.finding),
                state=row.state,
                step=say("{step}", step=goal.step.text(language.code)) if behind and goal.step else None,
                done=row.numerator,
                of=row.denominator,
                decided=goal.target_from != "suggestion",
                link=f"{page}/goals/{row.goal}",
            )
        )
    return tuple(sorted(found, key=lambda g: _ORDER[g.state]))


def _headline(goals: tuple[GoalLine, ...]) -> Message:
    first = next((g for g in goals if g.of), None)
    if first is None:
        return say("No goal has been assessed yet.")
    return say("{title}: {done} of {of}", title=first.title, done=first.done, of=first.of)


def _tasks(context: Context, page: str) -> tuple[Task, ...]:
    waiting = plans.plans(context.store, district=context.district, states=[PlanState.PROPOSED])
    found = []
    for row in waiting:
        plan = plan_of(row.body)
        found.append(
            Task(
                what=say_n(
                    "A proposal concerns {n} person: {action}",
                    "A proposal concerns {n} people: {action}",
                    plan.recipients,
                    action=row.action,
                ),
                detail=say_n("{n} change in Zetkin.", "{n} changes in Zetkin.", row.changes),
                deadline=row.expires,
                label=say("Read and decide"),
                link=f"{page}/plans/{row.id}",
            )
        )
    return tuple(found)


def _broken(context: Context, facts: Facts, page: str) -> tuple[Broken, ...]:
    """Runs that failed and organizations whose lists could not be read, once each."""
    found: list[Broken] = []
    titles = {o.id: o.title for o in facts.organizations}
    failing: dict[int, Message] = {}
    for fresh in facts.freshness:
        if not fresh.complete and fresh.why is not None:
            failing.setdefault(fresh.organization, from_json(fresh.why))
    for organization, why in sorted(failing.items()):
        found.append(
            Broken(
                what=say(
                    "{title} could not be read from Zetkin.",
                    title=titles.get(organization, str(organization)),
                ),
                detail=say("{why} Its figures are from the last time it could.", why=why),
            )
        )
    newest: dict[str, Run] = {}
    for each in ledger.runs(context.store, district=context.district, limit=100):
        newest.setdefault(each.job, each)
    for job, each in sorted(newest.items()):
        if each.state == RunState.FAILED:
            notes = ledger.notes_of(each)
            found.append(
                Broken(
                    what=say("The job {job} fails since {when}.", job=job, when=each.finished),
                    detail=notes[0] if notes else None,
                    link=f"{page}/runs/{each.id}",
                )
            )
    return tuple(found)


def _sources(facts: Facts) -> tuple[Source, ...]:
    found = []
    for resource, name in READ.items():
        times = [f.read for f in facts.freshness if f.resource == resource and f.read is not None]
        found.append(Source(name=name, read=min(times) if times else None))
    return tuple(found)
