"""Weeks of an invented district, as mails are made from them: a usual one, a quiet, a broken, a first, and Zetkin down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from zetkin_sync.goals.plan import EvidenceClass, Goal, TargetFrom, Words
from zetkin_sync.language import Language, Message, say, say_n
from zetkin_sync.records.assessments import GoalState
from zetkin_sync.records.mail import MailKind
from zetkin_sync.reports.content import Mail, Source
from zetkin_sync.reports.kinds.after_meeting import after_meeting
from zetkin_sync.reports.kinds.day_after import day_after
from zetkin_sync.reports.kinds.decision import decision
from zetkin_sync.reports.kinds.monthly import monthly
from zetkin_sync.reports.kinds.stalled import stalled, well_again
from zetkin_sync.reports.kinds.weekly import quiet, weekly
from zetkin_sync.reports.parts.tasks import waiting
from zetkin_sync.reports.readers import (
    ASSOCIATION,
    BOARD,
    COMMITTEE,
    DECIDE,
    NETWORK,
    OFFICE,
    REGION,
    ROLES,
    USUAL,
    Pages,
    Reader,
)
from zetkin_sync.reports.situation import (
    AreaFigure,
    CalloutFigure,
    Decision,
    EventGap,
    GoalFigure,
    JobStanding,
    MailTrouble,
    Meeting,
    Month,
    ReachFigure,
    Reason,
    Recording,
    Situation,
    Standing,
    Unit,
    Unread,
)
from zetkin_sync.reports.words import job_name

ZONE = ZoneInfo("Europe/Stockholm")
DUE = date(2026, 11, 23)  # a Monday
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
READ = datetime(2026, 11, 23, 4, 31, tzinfo=UTC)
DISTRICT, NORRBY, SJOSTAD, HAGALUND, VARD = 1, 11, 12, 13, 31
UNITS = {
    u.id: u
    for u in (
        Unit(id=DISTRICT, title="Exempeldistriktet", kind="district"),
        Unit(id=NORRBY, title="Partiföreningen Norrby", kind="geographic", parent=DISTRICT),
        Unit(id=SJOSTAD, title="Partiföreningen Sjöstad", kind="geographic", parent=DISTRICT),
        Unit(id=HAGALUND, title="Partiföreningen Hagalund", kind="geographic", parent=DISTRICT),
        Unit(id=VARD, title="Branschföreningen Vård", kind="branch", parent=DISTRICT),
    )
}
PAGES = Pages(root="https://sidan.example.org", zetkin="https://app.zetkin.org")
MET, ON_TRACK, BEHIND, MISSED, UNKNOWN = (
    GoalState.MET,
    GoalState.ON_TRACK,
    GoalState.BEHIND,
    GoalState.MISSED,
    GoalState.UNKNOWN,
)
_ALL = (OFFICE, BOARD, ASSOCIATION, REGION)


def goal(
    number: int,
    id_: str,
    sv: str,
    en: str,
    *,
    metric: str = "regular_activity",
    readers: tuple[str, ...] = _ALL,
    step: tuple[str, str] | None = None,
    **more: object,
) -> Goal:
    """One commitment of the invented plan."""
    given = {
        "target": 0.75,
        "period": "year",
        "target_from": TargetFrom.PLAN,
        "evidence": (EvidenceClass.ZETKIN,),
        "owner": (OFFICE,),
        **more,
    }
    return Goal(
        number=number,
        id=id_,
        title=Words(sv=sv, en=en),
        quote=sv,
        definition=Words(sv=sv, en=en),
        metric=metric,
        readers=readers,
        step=Words(sv=step[0], en=step[1]) if step else None,
        **given,  # type: ignore[arg-type]
    )


ACTIVITY = goal(
    1,
    "regular-activity",
    "Föreningar med regelbunden utåtriktad verksamhet",
    "Associations that are regularly active outward",
    step=("Ring de föreningar som saknar minst.", "Call the associations that lack the least."),
)
MEETINGS = goal(
    2,
    "square-meetings",
    "Torgmöten",
    "Square meetings",
    metric="occasions",
    figure="count",
    target=40.0,
    step=("Boka de torgmöten som saknas före jul.", "Book the meetings that are missing before Christmas."),
)
EDUCATION = goal(
    3,
    "leaders-educated",
    "Ordföranden har gått ledarskapsutbildningen",
    "Chairs have taken the leadership course",
    metric="role_education",
    readers=(OFFICE, BOARD, COMMITTEE),
    step=("Bjud in personligen till nästa kurstillfälle.", "Invite personally to the next course."),
)
ATTENDANCE = goal(
    4,
    "attendance",
    "Närvaro antecknas",
    "Attendance is noted",
    metric="coverage",
    readers=(OFFICE, BOARD, ASSOCIATION, NETWORK),
    target_from=TargetFrom.SUGGESTION,
    step=("Påminn aktivitetens kontakt dagen efter.", "Remind the event's contact the day after."),
)
REACHED = goal(
    5,
    "reached",
    "Medlemmar som nås av mejl",
    "Members reached by mail",
    metric="people_share",
    readers=(OFFICE, BOARD, ASSOCIATION, NETWORK),
    target=0.95,
)
FUND = goal(
    6,
    "fund",
    "Halva fonden till prioriterade områden",
    "Half the fund to prioritised areas",
    metric="ledger_share",
    readers=(OFFICE, BOARD),
    target=0.5,
    evidence=(EvidenceClass.OUTSIDE,),
)
CAMP = goal(
    7,
    "summer-camp",
    "Sommarläger",
    "Summer camp",
    metric="kinds_held",
    readers=(OFFICE, BOARD, COMMITTEE, REGION),
    figure="count",
    target=1.0,
)
ROLE = goal(
    8,
    "contact-person",
    "Kontaktperson i styrelsen",
    "Contact person on the board",
    metric="role_filled",
    readers=(OFFICE, BOARD, ASSOCIATION),
    target=1.0,
)


def counted(state: GoalState, done: int, of: int, target: float = 0.75, **more: object) -> Standing:
    """So many of so many, with what is needed for a share of them."""
    needed = -(-round(target * of * 1000) // 1000) - done
    return Standing(
        state=state,
        finding=say("{done} of {of}", done=done, of=of),
        value=done / of,
        numerator=done,
        denominator=of,
        target=target,
        more_needed=needed if needed > 0 else None,
        **more,  # type: ignore[arg-type]
    )


def number(state: GoalState, value: float, target: float, **more: object) -> Standing:
    """A number held against another."""
    return Standing(
        state=state,
        finding=say_n("{n} held", "{n} held", int(value)),
        value=value,
        target=target,
        more_needed=int(target - value) if target > value else None,
        **more,  # type: ignore[arg-type]
    )


def unknown(why: Message) -> Standing:
    return Standing(state=UNKNOWN, finding=why)


def months(state: GoalState, active: int, need: int) -> Standing:
    """An association's months with outward activity."""
    finding = (
        say("active in {active} of {of} months", active=active, of=12)
        if active >= need
        else say("active in {active} of {of} months, {n} more needed", active=active, of=12, n=need - active)
    )
    return Standing(state=state, finding=finding, value=active, target=float(need))


def figure(goal_: Goal, unit: int, now: Standing, before: Standing | None) -> GoalFigure:
    return GoalFigure(goal=goal_, plan="plan-2026", unit=unit, now=now, before=before)


def _goals() -> dict[int, tuple[GoalFigure, ...]]:
    not_uploaded = unknown(say("the register {name} has not been uploaded", name="fund"))
    nobody = Standing(state=BEHIND, finding=say("nobody is named"), value=0)
    somebody = Standing(state=MET, finding=say("somebody is named"), value=1)
    return {
        DISTRICT: (
            figure(
                ACTIVITY,
                DISTRICT,
                counted(BEHIND, 31, 57, outlook="uncertain"),
                counted(BEHIND, 28, 57, outlook="unlikely"),
            ),
            figure(MEETINGS, DISTRICT, number(ON_TRACK, 31, 40), number(BEHIND, 20, 40)),
            figure(EDUCATION, DISTRICT, counted(BEHIND, 30, 52), counted(BEHIND, 29, 52)),
            figure(ATTENDANCE, DISTRICT, counted(BEHIND, 222, 641), counted(BEHIND, 230, 640)),
            figure(
                REACHED, DISTRICT, counted(MET, 9612, 9998, target=0.95), counted(MET, 9620, 10_010, 0.95)
            ),
            figure(FUND, DISTRICT, not_uploaded, not_uploaded),
            figure(CAMP, DISTRICT, number(MISSED, 0, 1), number(MISSED, 0, 1)),
            figure(ROLE, DISTRICT, counted(BEHIND, 55, 57, target=1.0), counted(BEHIND, 54, 57, target=1.0)),
        ),
        NORRBY: (
            figure(ACTIVITY, NORRBY, months(BEHIND, 5, 6), months(BEHIND, 4, 6)),
            figure(MEETINGS, NORRBY, number(MET, 3, 2), number(BEHIND, 1, 2)),
            figure(ATTENDANCE, NORRBY, counted(BEHIND, 7, 20), counted(BEHIND, 7, 19)),
            figure(REACHED, NORRBY, counted(MET, 168, 171, 0.95), counted(MET, 167, 171, 0.95)),
            figure(ROLE, NORRBY, nobody, nobody),
        ),
        SJOSTAD: (figure(ACTIVITY, SJOSTAD, months(BEHIND, 3, 6), months(BEHIND, 3, 6)),),
        HAGALUND: (
            figure(ACTIVITY, HAGALUND, months(MET, 8, 6), months(MET, 8, 6)),
            figure(ROLE, HAGALUND, somebody, somebody),
        ),
    }


def _areas() -> dict[int, tuple[AreaFigure, ...]]:
    rinken = AreaFigure(id="rinken", title="Rinken", held=0, before=2, owners=(NORRBY, SJOSTAD))
    all_ = (
        rinken,
        AreaFigure(id="strand", title="Strandtorget", held=0, before=0, next=date(2026, 12, 2)),
        AreaFigure(id="kvarn", title="Kvarnbacken", held=1, before=3, next=date(2026, 11, 28)),
        AreaFigure(id="hamn", title="Hamnen", held=4, before=4, next=date(2026, 11, 25)),
        AreaFigure(id="park", title="Parkstaden", held=6, before=5, next=date(2027, 1, 11)),
    )
    return {DISTRICT: all_, NORRBY: (rinken, all_[3])}


def _reach() -> dict[int, ReachFigure]:
    return {
        DISTRICT: ReachFigure(
            unit=DISTRICT,
            unreachable=386,
            new=18,
            restored=12,
            reasons=(
                Reason(what=say("The address does not exist."), count=301),
                Reason(what=say("The mailbox is full."), count=62),
                Reason(what=say("The recipient's server refuses our mail by its own rules."), count=20),
                Reason(what=say("The mail is too large."), count=3),
            ),
            unknown=0.11,
        ),
        NORRBY: ReachFigure(
            unit=NORRBY,
            unreachable=3,
            new=1,
            restored=2,
            reasons=(
                Reason(what=say("The address does not exist."), count=2, change=1),
                Reason(what=say("The mailbox is full."), count=1, change=0),
            ),
        ),
    }


def _jobs() -> tuple[JobStanding, ...]:
    return tuple(
        JobStanding(job=name, what=job_name(name), last_well=READ, run=100 + i, episode="7")
        for i, name in enumerate(("pull_zetkin", "reconcile", "read_bounces", "send_status"))
    )


BOUNCES_STALLED = JobStanding(
    job="read_bounces",
    what=job_name("read_bounces"),
    failures=9,
    failing_since=datetime(2026, 11, 20, 13, 5, tzinfo=UTC),
    last_well=datetime(2026, 11, 20, 11, 2, tzinfo=UTC),
    why=say("The server does not answer."),
    run=412,
    stalled=datetime(2026, 11, 21, 4, 0, tzinfo=UTC),
    episode="405",
)


def usual() -> Situation:
    """A week with something of everything, in which everything works."""
    decisions = (
        Decision(
            plan=41,
            what=say("Tag activists who live in a priority area"),
            reasons=(say_n("{n} person gets a tag.", "{n} people get a tag.", 64),),
            left_out=(say("{title} could not be read from Zetkin.", title="Partiföreningen Sjöstad"),),
            people=64,
            changes=66,
            created=datetime(2026, 11, 22, 17, 0, tzinfo=UTC),
            expires=datetime(2026, 11, 24, 17, 0, tzinfo=UTC),
            units=frozenset((NORRBY, SJOSTAD)),
            approvals=2,
        ),
        Decision(
            plan=42,
            what=say("Mark members whom mail does not reach"),
            people=9,
            changes=9,
            created=datetime(2026, 11, 22, 17, 0, tzinfo=UTC),
            expires=datetime(2026, 11, 29, 17, 0, tzinfo=UTC),
            units=frozenset((NORRBY,)),
        ),
    )
    return Situation(
        district=UNITS[DISTRICT],
        now=NOW,
        zone=ZONE,
        today=DUE,
        since=DUE - timedelta(days=7),
        units=UNITS,
        goals=_goals(),
        decisions=decisions,
        jobs=_jobs(),
        areas=_areas(),
        callouts=(
            CalloutFigure(
                callout=7,
                title="Bokbord vid Kvarnbacken",
                sent=date(2026, 11, 17),
                asked=48,
                signed_up=9,
                came=7,
                units=frozenset((NORRBY,)),
            ),
            CalloutFigure(
                callout=8,
                title="Dörrknackning i Parkstaden",
                sent=date(2026, 11, 21),
                asked=31,
                signed_up=3,
                units=frozenset((NORRBY, SJOSTAD)),
            ),
        ),
        reach=_reach(),
        gaps=(
            EventGap(
                event=9001,
                organization=NORRBY,
                unit=NORRBY,
                title="Torgmöte vid Strandtorget",
                starts=datetime(2026, 11, 22, 13, 0),
                booked=6,
            ),
            EventGap(
                event=9002,
                organization=NORRBY,
                unit=NORRBY,
                title="Studiecirkel",
                starts=datetime(2026, 11, 22, 18, 0),
                booked=1,
            ),
        ),
        meetings=(Meeting(event=8001, unit=NORRBY, day=date(2026, 11, 22)),),
        recording={
            DISTRICT: Recording(
                ended=208, with_attendance=73, upcoming=175, without_place=15, without_contact=27
            )
        },
        months=(
            Month(first=date(2026, 8, 1), met=2, judged=7),
            Month(first=date(2026, 9, 1), met=2, judged=8),
            Month(first=date(2026, 10, 1), met=1, judged=8),
        ),
        sources={
            u: (
                Source(what=say("people"), read=READ),
                Source(what=say("events (Zetkin calls them actions)"), read=READ + timedelta(minutes=3)),
            )
            for u in UNITS
        },
    )


def quiet_week() -> Situation:
    """Nothing changed, nothing waits, everything works."""
    calm = usual()
    return replace(
        calm,
        goals={u: tuple(replace(f, before=f.now) for f in some) for u, some in calm.goals.items()},
        decisions=(),
        areas={u: tuple(replace(a, held=5, before=5) for a in some) for u, some in calm.areas.items()},
        callouts=(),
        reach={u: replace(r, new=0, restored=0) for u, r in calm.reach.items()},
        gaps=(),
    )


def broken_week() -> Situation:
    """A job stands still, seven associations could not be read, mails did not arrive for certain."""
    whole = usual()
    refused = say(
        "Zetkin does not let us do {endpoint}: {title} (our request {request}).",
        endpoint="GET /v1/orgs/{id}/people",
        title="Forbidden",
        request="zs-4915aa10",
    )
    names = ("Norrby", "Sjöstad", "Hagalund", "Lillån", "Storån", "Bruket", "Ängen")
    lists = (say("people"), say("tags"))
    return replace(
        whole,
        jobs=tuple(BOUNCES_STALLED if j.job == "read_bounces" else j for j in whole.jobs),
        unread=tuple(
            Unread(
                unit=NORRBY + i,
                title=f"Partiföreningen {name}",
                why=refused,
                read=datetime(2026, 11, 16, 4, 30, tzinfo=UTC) if i else None,
                lists=lists,
            )
            for i, name in enumerate(names)
        ),
        reach={
            **whole.reach,
            DISTRICT: replace(
                whole.reach[DISTRICT],
                ours=(say("A mail to the public address of {unit} did not arrive.", unit="Distriktet"),),
            ),
        },
        mails=(
            MailTrouble(
                state="parked",
                role=ASSOCIATION,
                unit="Partiföreningen Sjöstad",
                why=say(
                    "The mail server broke off while it took the mail; nobody knows whether it was delivered."
                ),
                at=datetime(2026, 11, 16, 6, 0, tzinfo=UTC),
            ),
            MailTrouble(
                state="refused",
                role=REGION,
                unit="",
                why=say(
                    "The mail server refused {what} ({status}).",
                    what=say("the recipient"),
                    status="550 5.1.1",
                ),
                at=datetime(2026, 11, 16, 6, 1, tzinfo=UTC),
            ),
        ),
    )


def first_week() -> Situation:
    """The first mail: there is nothing to compare with."""
    whole = usual()
    return replace(
        whole,
        first_time=True,
        goals={u: tuple(replace(f, before=None) for f in some) for u, some in whole.goals.items()},
        callouts=(),
        reach={},
        decisions=(),
        months=(),
    )


def zetkin_down() -> Situation:
    """Zetkin has not answered since Thursday: everything is told from the last good reading."""
    whole = usual()
    read = datetime(2026, 11, 19, 4, 34, tzinfo=UTC)
    pull = replace(
        whole.jobs[0],
        failures=11,
        failing_since=datetime(2026, 11, 19, 11, 31, tzinfo=UTC),
        last_well=read,
        why=say(
            "Zetkin answered {status} to {endpoint} (our request {request}).",
            status=502,
            endpoint="GET /v1/orgs/{id}/actions",
            request="zs-77aa0c12",
        ),
        run=377,
        stalled=datetime(2026, 11, 20, 4, 31, tzinfo=UTC),
        episode="361",
        waiting=(job_name("reconcile"),),
    )
    return replace(
        whole,
        jobs=(pull, *whole.jobs[2:]),
        decisions=(),
        sources={u: (Source(what=say("people"), read=read),) for u in UNITS},
    )


def reader(role: str, language: str) -> Reader:
    """The reader of a role; an association's board is Norrby's."""
    own = role == ASSOCIATION
    name = {ASSOCIATION: UNITS[NORRBY].title, COMMITTEE: "Studier"}.get(role, UNITS[DISTRICT].title)
    return Reader(
        role=role,
        unit=NORRBY if own else DISTRICT,
        name=name,
        language=language,
        pages=PAGES,
        whole=not own,
        decides=role in DECIDE,
        goals=(EDUCATION.id, CAMP.id) if role == COMMITTEE else (),
        stop=f"{PAGES.root}/mail/stop/TOKEN",
    )


READERS = tuple(ROLES)


def week(situation: Situation, language: str) -> Iterator[Mail]:
    """The weekly mail of every reader, the sign of life where there is nothing to tell."""
    for role in READERS:
        each = reader(role, language)
        yield weekly(situation, each, due=DUE) or quiet(situation, each, due=DUE, weeks=4)


def occasions(language: str) -> Iterator[Mail]:
    """Every other kind of mail, to every role that is usually sent it."""
    whole = usual()
    month = replace(whole, since=date(2026, 11, 2), today=date(2026, 12, 7))
    for role in READERS:
        each, kinds = reader(role, language), USUAL[role]
        if MailKind.DECISION in kinds:
            first = waiting(whole, each)[0]
            yield decision(whole, each, first, again=False)
            yield decision(whole, each, first, again=True)
        if MailKind.STALLED in kinds:
            yield stalled(whole, each, BOUNCES_STALLED)
            late = replace(BOUNCES_STALLED, failures=0, failing_since=None, why=None)
            yield stalled(whole, each, late)
            yield well_again(whole, each, whole.jobs[2])
        if MailKind.MONTHLY in kinds:
            found = monthly(month, each, due=date(2026, 12, 7))
            assert found is not None
            yield found
        if MailKind.AFTER_MEETING in kinds:
            yield after_meeting(whole, each, whole.meetings[0])
        if MailKind.DAY_AFTER in kinds:
            for gaps in (whole.gaps[:1], whole.gaps):
                told = day_after(replace(whole, gaps=gaps), each)
                assert told is not None
                yield told


WEEKS = {
    "usual": usual,
    "quiet": quiet_week,
    "broken": broken_week,
    "first": first_week,
    "zetkin-down": zetkin_down,
}


def mails(name: str, language: str) -> list[Mail]:
    """The mails of one week by its name, or `occasions`."""
    return list(occasions(language) if name == "occasions" else week(WEEKS[name](), language))


def languages() -> Mapping[str, Language]:
    return {code: Language(code, ZONE) for code in ("sv", "en")}
