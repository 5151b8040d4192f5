"""Sizes and times of mails: `python -m benchmarks mails [--recipients N]`. Processor time, since machines are shared."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from sqlmodel import SQLModel

from benchmarks.tables import machine, put_section, table
from tests.mail_situations import DISTRICT, DUE, NORRBY, ZONE, mails, reader, usual
from tests.mail_world import MailWorld
from zetkin_sync.language import Language
from zetkin_sync.records import MailKind
from zetkin_sync.reports import render as rendering
from zetkin_sync.reports.content import Mail
from zetkin_sync.reports.kinds.monthly import monthly
from zetkin_sync.reports.kinds.weekly import weekly
from zetkin_sync.reports.readers import ASSOCIATION, BOARD, OFFICE
from zetkin_sync.reports.situation import AreaFigure, Situation
from zetkin_sync.store.engine import Store

AREAS, GOALS, ASSOCIATIONS = 150, 40, 400
MOST_BYTES, NORMAL_BYTES, MOST_MS, MOST_SECONDS = 80_000, 25_000, 5.0, 10.0
SV = Language("sv", ZONE)


class _AsIs:
    """In the place of the inliner: the template alone, which mail programs would show without its looks."""

    def inline(self, html: str) -> str:
        return html


def large() -> Situation:
    """150 prioritised areas that have all changed, 40 goals that all lag or moved, 400 associations."""
    base = usual()
    figures = base.goals[DISTRICT]
    goals = tuple(
        replace(
            figures[n % len(figures)],
            goal=figures[n % len(figures)].goal.model_copy(update={"id": f"goal-{n}", "number": n + 1}),
        )
        for n in range(GOALS)
    )
    areas = tuple(
        AreaFigure(id=f"a{n}", title=f"Prioriterat område {n}", held=n % 3, before=3, owners=(NORRBY,))
        for n in range(AREAS)
    )
    own = {1000 + n: base.goals[NORRBY] for n in range(ASSOCIATIONS)}
    return replace(
        base, goals={**own, DISTRICT: goals}, areas={**dict.fromkeys(own, areas[:20]), DISTRICT: areas}
    )


def cpu_ms(call: Callable[[], object], *, rounds: int = 40) -> float:
    """The median processor time of a call, in milliseconds."""
    call()
    found = []
    for _ in range(rounds):
        began = time.process_time()
        call()
        found.append(1000 * (time.process_time() - began))
    return median(found)


def without_styles(mail: Mail) -> float:
    """The same mail from the template alone."""
    kept = rendering._inliner
    rendering._inliner = _AsIs  # type: ignore[assignment]
    try:
        return cpu_ms(lambda: rendering.render(mail, SV))
    finally:
        rendering._inliner = kept


def many(situation: Situation, recipients: int) -> Iterator[Mail]:
    """A mail to each of so many readers, made from one set of data."""
    for n in range(recipients):
        role = OFFICE if n % 10 == 0 else ASSOCIATION
        to = reader(role, "sv")
        if role == ASSOCIATION:
            to = replace(to, unit=1000 + n % ASSOCIATIONS, name=f"Partiföreningen {n}")
        found = weekly(situation, to, due=DUE)
        assert found is not None
        yield found


def delivered(recipients: int) -> float:
    """Seconds of processor time for so many mails through the ledger into a mailer that keeps nothing."""

    class Nowhere:
        def send(self, *_: object, **__: object) -> None:
            """The server's time is not ours."""

    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder)}/mails.db")
        SQLModel.metadata.create_all(store.engine)
        readers = [
            {"role": "committee", "address": f"u{n}@distriktet.se", "unit": f"Utskott {n}"}
            for n in range(recipients)
        ]
        world = MailWorld(store, recipients=readers, mailer=Nowhere())
        delivery, mail = world.delivery(), mails("usual", "sv")[0]
        began = time.process_time()
        for to in world.readers():
            delivery.send(to, MailKind.WEEKLY, "2026-W48", mail)
        spent = time.process_time() - began
        assert delivery.counts == {"sent": recipients}
        store.close()
    return spent


def main(arguments: list[str]) -> int:
    asked = argparse.ArgumentParser(prog="benchmarks mails")
    asked.add_argument("--recipients", type=int, default=1000)
    options = asked.parse_args(arguments)
    base, most = usual(), large()
    board = monthly(replace(most, since=date(2026, 11, 2)), reader(BOARD, "sv"), due=date(2026, 12, 7))
    cases: dict[str, Mail | None] = {
        "weekly, office, a normal week": weekly(base, reader(OFFICE, "sv"), due=DUE),
        "weekly, association, a normal week": weekly(base, reader(ASSOCIATION, "sv"), due=DUE),
        f"weekly, office, {AREAS} areas and {GOALS} goals": weekly(most, reader(OFFICE, "sv"), due=DUE),
        f"monthly, board, {AREAS} areas and {GOALS} goals": board,
    }
    rows: list[tuple[Any, ...]] = []
    worst, largest, normal = 0.0, 0, 0
    for name, mail in cases.items():
        assert mail is not None
        shown = rendering.render(mail, SV)
        size, spent, plain = (
            len(shown.html.encode()),
            cpu_ms(lambda m=mail: rendering.render(m, SV)),
            without_styles(mail),
        )  # type: ignore[misc]
        rows.append(
            (
                name,
                f"{size / 1000:.1f} KB",
                f"{len(shown.text.encode()) / 1000:.1f} KB",
                f"{spent:.2f} ms",
                f"{plain:.2f} ms",
                f"{spent / plain:.2f}",
            )
        )
        worst, largest = max(worst, spent), max(largest, size)
        normal = max(normal, size) if "normal" in name else normal
    began = time.process_time()
    count = sum(1 for mail in many(most, options.recipients) if rendering.render(mail, SV).html)
    made = time.process_time() - began
    sent = delivered(options.recipients)
    head = ("Mail", "HTML", "text", "written", "template alone", "ratio")
    body = f"""Processor time, medians of 40. The template alone is what writing costs without styles in the elements, which mail
programs need. Promised: HTML at most 80 KB at {AREAS} areas and {GOALS} goals and 25 KB in a normal week, 5 ms a mail, 1,000
mails in 10 s.

{table(head, rows)}

{count:,} mails to readers of {ASSOCIATIONS} associations, made and written from one set of data: {made:.1f} s.
{options.recipients:,} mails reserved, written, kept and said to be sent in SQLite, each on its own: {sent:.1f} s.

{machine()}
"""
    print(body)
    if options.recipients == 1000:
        put_section("Mails", body)
    good = (
        largest <= MOST_BYTES
        and normal <= NORMAL_BYTES
        and worst <= MOST_MS
        and made <= MOST_SECONDS * options.recipients / 1000
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
