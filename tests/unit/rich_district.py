"""A district where everything has been done and written down, for walking through the whole plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from tests.unit.goals_facts import (
    DISTRICT,
    TODAY,
    attestation,
    district,
    event,
    monthly,
    person,
    priority,
    row,
    tag,
    with_events,
    with_register,
)
from zetkin_sync.goals import Plan
from zetkin_sync.records.facts import (
    AreaFact,
    CalloutFact,
    CaseFact,
    EmailFact,
    EventFact,
    Facts,
    JourneyFact,
    OfficialFact,
    ParticipationFact,
    ThreadFact,
)

ASSOCIATIONS = (11, 12, 13, 14, 31, 32)
COMMITTEES = (
    "internfeminism",
    "antirasism",
    "välfärd",
    "miljö och klimat",
    "fackliga frågor",
    "bostadsaktivism",
    "internationell solidaritet",
)
PEOPLE = range(1, 121)


def rich(plan: Plan, today: date = TODAY) -> Facts:
    """Six associations, 120 people, two years of events, every register, and everything at its best."""
    facts = district(today=today)
    facts = replace(
        facts,
        areas=(*facts.areas, AreaFact(id="kommun-1", title="Kommunen", kind="kommun")),
        priorities=(
            *facts.priorities,
            *(priority(a, "klimat", kind="theme") for a in ASSOCIATIONS),
            *(priority(a, "unga", kind="audience") for a in ASSOCIATIONS),
            priority(DISTRICT, "a11"),
        ),
        people=tuple(_person(i) for i in PEOPLE),
        tags=_tags(),
        officials=tuple(OfficialFact(organization=a, person=a, role="admin") for a in ASSOCIATIONS),
        unreachable=frozenset({1}),
        cases=(CaseFact(unit=11, opened=_ago(60), closed=_ago(50), how="ny adress"),),
        emails=_emails(),
        callouts=_callouts(),
        journeys=(JourneyFact(title="Mentor", person=5, opened=_ago(60), closed=_ago(50)),),
        threads=(ThreadFact(mailbox="info", asked=_at(_ago(9)), answered=_at(_ago(8))),),
        earlier={"no-email": 0.5},
    )
    facts = with_events(facts, *_events(today))
    facts = replace(facts, participations=tuple(_bookings(facts.events, today)))
    facts = _with_registers(facts)
    return replace(facts, attestations=_attestations(plan, today))


def _ago(days: int) -> date:
    return TODAY - timedelta(days)


def _at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def _person(i: int) -> object:
    units = () if i > 110 else (ASSOCIATIONS[i % 6],)
    joined = {"medlem_sedan": "2026-05-01"} if i < 21 else {"medlem_sedan": "2020-01-01"}
    return person(i, *units, has_email=i % 12 != 0, has_phone=True, fields=joined)


def _tags() -> tuple[object, ...]:
    """One person of each association in each role, all with the course."""
    one = {i: str(ASSOCIATIONS[i % 6]) for i in range(1, 7)}
    roles = (
        "ordförande",
        "gruppledare",
        "anställd",
        "internfeministiskt ansvarig",
        "antirasistiskt ansvarig",
    )
    return (
        *(tag(f"Roll: {role}", dict(one)) for role in roles),
        tag("Roll: nyckelperson", {8: "11"}),
        tag("DS-kontakt", dict(one)),
        tag("Ledarskapsutb. klar", dict.fromkeys(range(1, 7))),
        tag("Ansvarigutb. klar", dict.fromkeys(range(1, 7))),
        tag("Aktivistnätverket", dict.fromkeys(range(1, 31))),
    )


def _emails() -> tuple[EmailFact, ...]:
    titles = (
        "Ledarskapsutbildning i maj",
        "Grundutbildning i ideologi",
        "Organisationsutbildning",
        "Välkommen!",
    )
    return tuple(
        EmailFact(
            id=i, organization=DISTRICT, title=title, sent=_at(date(2026, 6, i + 1)), people=frozenset(PEOPLE)
        )
        for i, title in enumerate(titles)
    )


def _callouts() -> tuple[CalloutFact, ...]:
    start = _at(_ago(20))
    acute = CalloutFact(
        id=2, unit=11, triggered=start, sent=start + timedelta(hours=5), asked=9, signed_up=6, came=5
    )
    return (CalloutFact(id=1, unit=11, sent=_at(_ago(30)), asked=20, signed_up=12, came=9), acute)


def _events(today: date) -> list[EventFact]:
    found: list[EventFact] = []
    full = {
        "place": 1,
        "place_title": "Torget",
        "contact": 5,
        "has_info": True,
        "required": 2,
        "available": 3,
    }
    for association in ASSOCIATIONS:
        found += monthly(association, 22, today=today, **full)
        area = f"a{association}"
        for days, kind in (
            (4, "Torgmöte"),
            (5, "Medlemsmöte"),
            (6, "Studiecirkel"),
            (7, "Social träff"),
            (8, "Flygblad"),
        ):
            found.append(event(association, _ago(days), area=area, type=kind, title=kind, **full))
        partner = event(association, _ago(30), area=area, title="Torgmöte (Samarr: Ung Vänster)", **full)
        found.append(partner)
    found += _district_events(full)
    kommun = {"areas": ("kommun-1",), "located": "located"}
    return [*found, _replaced(event(11, _ago(3), title="Torgmöte", **full), **kommun)]


def _district_events(full: dict[str, object]) -> list[EventFact]:
    here = {**full, "published": datetime(2024, 1, 1, tzinfo=UTC)}
    types = (
        ("Ordförandeträff", "Ordförandeträff"),
        ("Gruppledarträff", "Gruppledarträff"),
        ("Kurs för parlamentariker", "Utbildning"),
        ("Kurs för förtroendevalda", "Utbildning"),
        ("Grundkurs för aktivister", "Utbildning"),
        ("Ideologikurs", "Utbildning"),
        ("Styrelseutbildning med Zetkin", "Styrelseutbildning"),
        ("Digital ringkväll", "Digital kväll"),
        ("Dörrknackning", "Dörrknackning"),
        ("Affischering", "Affischering"),
        ("Demonstration (Samarr: facket)", "Demonstration"),
        ("Demonstration (Samarr: Hyresgästföreningen)", "Demonstration"),
        ("Demonstration (Samarr: klimatrörelsen)", "Demonstration"),
        ("Prova på feministiskt självförsvar", "Feministiskt självförsvar"),
        ("Mansgrupp", "Mansgrupp"),
        ("Ung Vänster och distriktet", "Möte"),
    )
    found = [
        event(DISTRICT, _ago(12 + i), area="a11", title=t, type=k, **here) for i, (t, k) in enumerate(types)
    ]
    found += [event(DISTRICT, date(2026, 2, 3), area="a11", title=t, type=k, **here) for t, k in types]
    for name in COMMITTEES:
        project = {"project": f"Utskott: {name}"}
        found.append(
            event(DISTRICT, _ago(10), area="a11", title="Kurs", type="Studiecirkel", **project, **here)
        )
    days = (
        (date(2026, 3, 8), "8 mars"),
        (date(2026, 5, 1), "1 maj"),
        (date(2026, 8, 1), "Pride"),
        (date(2026, 12, 3), "3 december"),
        (date(2026, 12, 2), "Om slaveriet"),
        (date(2026, 11, 10), "Feministiskt forum"),
        (date(2026, 6, 2), "Järvaveckan"),
        (date(2026, 11, 21), "Socialistiskt forum"),
        (date(2026, 7, 2), "Sommarläger"),
        (date(2024, 6, 8), "EU-valet"),
        (date(2024, 1, 1), "Kungsgatan"),
        (date(2025, 3, 1), "Öppet hus"),
    )
    for day, title in days:
        there = {"place_title": "Kungsgatan 84"} if day.year == 2025 else {}
        found.append(event(DISTRICT, day, area="a11", title=title, type="Demonstration", **{**here, **there}))
    return found


def _replaced(event_: EventFact, **more: object) -> EventFact:
    import msgspec

    return msgspec.structs.replace(event_, **more)


def _bookings(events: tuple[EventFact, ...], today: date) -> list[ParticipationFact]:
    """Everybody comes to something this autumn, the newcomers in June; attendance is recorded the same day."""
    found = []
    for n, e in enumerate(events):
        if e.starts.date() > today:
            continue
        at = e.ends.replace(tzinfo=UTC)
        some = range(1, 121) if e.starts.date() >= date(2026, 11, 1) else (7 + n % 30,)
        if e.starts.date().year == 2026 and e.starts.month == 6:
            some = range(1, 21)
        found += [ParticipationFact(event=e.id, person=p, attended=at) for p in some]
    return found


def _with_registers(facts: Facts) -> Facts:
    lately, year = _ago(20), date(2026, 3, 1)
    group = {"unit_kind": "municipal_groups", "unit_title": "Kommunen", "held": True}
    registers = {
        "roles": [
            row(f"r{i}", role=r, **group)
            for i, r in enumerate(("internfeministiskt ansvarig", "antirasistiskt ansvarig"))
        ],
        "support": [
            *(
                row(f"a{a}", unit=a, area="a11", on=lately, kind="ansvariga", state="given")
                for a in ASSOCIATIONS
            ),
            *(row(f"b{a}", unit=a, area="a11", on=lately, kind="besök", state="given") for a in ASSOCIATIONS),
        ],
        "premises": [
            row("p1", unit=11, on=date(2022, 12, 1), own=True, meets_needs=True),
            row("p2", unit=12, on=lately, own=True, meets_needs=True),
        ],
        "cooperation": [
            row(f"c{c}", on=lately, category=c, kind="stöd")
            for c in ("rörelser", "jurister", "fack", "hyresgäster", "klimat", "feminism")
        ],
        "probes": [
            row("d", on=lately, side="district", delivered=True),
            *(row(f"p{a}", unit=a, on=lately, side="association", delivered=True) for a in ASSOCIATIONS),
        ],
        "support_requests": [row("s", on=lately, answered=_ago(18), closed=_ago(15))],
        "survey": [
            row(f"{q}{a}", unit=a, on=lately, question=q, yes=True)
            for q in ("aktivitetsfonden", "studier", "puls")
            for a in ASSOCIATIONS
        ],
        "fund": [
            row("f1", unit=11, area="a11", on=year, amount=900.0, state="paid"),
            row("f2", unit=12, area="a12", on=year, amount=300.0, state="paid"),
            row("f0", unit=12, area="a12", on=date(2025, 3, 1), amount=300.0, state="paid"),
        ],
        "committees": [row(c, mandate=True) for c in COMMITTEES],
    }
    for name, rows in registers.items():
        facts = with_register(facts, name, *rows)
    return facts


def _attestations(plan: Plan, today: date) -> tuple[object, ...]:
    said = [attestation(g.id, "done", _ago(30)) for g in plan.goals if g.metric == "attested"]
    told = attestation("slavery-day", "date_set", date(2026, 12, 2), at=datetime(2026, 5, 1, tzinfo=UTC))
    return (*said, told)
