"""What the invented district keeps beside Zetkin: five registers as its office would save them, and some answers.

Three other registers it has never uploaded, and most questions nobody has answered: those goals stay unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from random import Random

from zetkin_sync import statements
from zetkin_sync.demo.district import catalogue
from zetkin_sync.errors import Permanent
from zetkin_sync.language import say
from zetkin_sync.runner import Installation

Rows = list[Sequence[object]]

_ANSWERS: Sequence[tuple[str, str, int]] = (  # goal, answer, how many days ago
    ("education-strategy", "done", 400),
    ("education-plan", "not_done", 60),
    ("antiracist-handbook", "not_done", 30),
    ("channels-reviewed", "done", 200),
    ("zetkin-reviewed", "done", 90),
    ("support-routines", "not_done", 45),
    ("jarva-week", "done", 150),
    ("feminist-forum", "not_held", 200),
    ("district-priorities", "done", 300),
)


def take_in(installation: Installation, *, seed: int, today: date, who: str) -> None:
    """Upload every register and give every answer, as somebody at the office would. Raises Permanent."""
    configuration = installation.configurations[0]
    dice = Random(seed)  # noqa: S311 - an invented district, the same for the same seed
    for name, (headings, rows) in files(dice, today=today, titles=set(configuration.titles.values())).items():
        text = "\r\n".join(";".join(map(str, line)) for line in (headings, *rows))
        found = statements.upload(
            installation.store,
            configuration,
            installation.settings,
            register=name,
            data=text.encode("cp1252"),  # as an older Excel saves
            filename=f"{name}.csv",
            who=who,
        )
        if found.errors or not found.taken:
            raise Permanent(say("The demo's register {name} was not understood.", name=name))
    for goal, verdict, ago in _ANSWERS:
        on = today - timedelta(ago)
        statements.attest(installation.store, configuration, goal=goal, verdict=verdict, on=on, who=who)


def files(dice: Random, *, today: date, titles: set[str]) -> Mapping[str, tuple[Sequence[str], Rows]]:
    """Each register's headings and rows, about the associations in `titles`."""
    associations = [a for a in catalogue.associations() if a.title in titles]
    makers: Mapping[str, tuple[Sequence[str], Callable[..., Rows]]] = {
        "activity_fund": (("Datum", "Förening", "Område", "Status", "Belopp", "Nr"), _fund),
        "premises": (("Förening", "Egen lokal", "Möter behoven", "Önskar lokal", "Datum"), _premises),
        "committees": (
            ("Utskott", "Sammankallande utsedd", "Mandat t.o.m.", "Medlemmar", "Sida"),
            _committees,
        ),
        "support": (("Datum", "Förening", "Slag", "Område"), _support),
        "support_requests": (("Inkommen", "Förening", "Vad", "Besvarad", "Beviljad", "Avslutad"), _requests),
    }
    return {name: (headings, make(dice, associations, today)) for name, (headings, make) in makers.items()}


def _fund(dice: Random, associations: list[catalogue.Association], today: date) -> Rows:
    """Two years' budgets, and applications: paid, granted, waiting or declined."""
    rows: Rows = []
    for year, budget in ((today.year - 1, "250 000"), (today.year, "300 000,00")):
        rows.append((f"{year}-01-01", "", "", "Budget", budget, f"{year}-00"))
        for number in range(1, 23):
            day = date(year, 1, 15) + timedelta(dice.randrange(330))
            if day > today or not associations:
                continue
            who = dice.choice(associations)
            areas = [a.title for a in catalogue.areas() if a.association == who.title]
            waits = (today - day).days < 40
            state = (
                dice.choice(("Sökt", "Beviljad"))
                if waits
                else dice.choices(("Utbetald", "Avslag"), (6, 1))[0]
            )
            amount = f"{dice.randrange(3, 19)} {dice.choice(('000', '500'))}"
            rows.append(
                (day, who.title, dice.choice(areas) if areas else "", state, amount, f"{year}-{number:02}")
            )
    return rows


def _premises(dice: Random, associations: list[catalogue.Association], today: date) -> Rows:
    rows: Rows = []
    for association in associations:
        own = dice.random() < 0.35
        for day in (date(2023, 1, 20), today.replace(day=1) - timedelta(days=60)):
            fits = dice.choice(("ja", "ja", "nej")) if own else ""
            rows.append(
                (
                    association.title,
                    "ja" if own else "nej",
                    fits,
                    "" if own else dice.choice(("ja", "nej")),
                    day,
                )
            )
            own = own or dice.random() < 0.1
    return rows


def _committees(dice: Random, _associations: list[catalogue.Association], today: date) -> Rows:
    until = date(today.year + 1, 4, 30)
    return [
        (name, "nej" if n in (1, 4) else "ja", until if n != 4 else date(today.year, 4, 30), 4 + 3 * n, "ja")
        for n, name in enumerate(catalogue.COMMITTEES)
    ]


def _support(dice: Random, associations: list[catalogue.Association], today: date) -> Rows:
    """Visits and other help in the last year; some associations are never visited."""
    rows: Rows = []
    for association in associations:
        areas = [a.title for a in catalogue.areas() if a.association == association.title]
        for _ in range(dice.choice((0, 0, 1, 1, 2, 3))):
            day = today - timedelta(dice.randrange(1, 330))
            kind = dice.choice(("besök", "besök", "ansvariga", "material"))
            rows.append((day, association.title, kind, dice.choice(areas) if areas else ""))
    return list(dict.fromkeys(rows))


def _requests(dice: Random, associations: list[catalogue.Association], today: date) -> Rows:
    rows: Rows = []
    for association in dice.sample(associations, k=min(14, len(associations))):
        day = today - timedelta(dice.randrange(3, 300))
        answered = day + timedelta(dice.choice((0, 1, 2, 3, 6, 12)))
        if answered > today:
            rows.append((day, association.title, "tryck", "", "", ""))
            continue
        closed = answered + timedelta(dice.randrange(2, 30))
        what = dice.choice(("ljudanläggning", "tryck", "lokal", "besök"))
        granted = dice.choice(("ja", "ja", "nej"))
        rows.append((day, association.title, what, answered, granted, closed if closed <= today else ""))
    return rows
