"""The record of processing activities (GDPR art. 30): written from what the tables declare, so that it is true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Column, Table
from sqlmodel import SQLModel

import zetkin_sync.records  # noqa: F401 - makes the schema known
from zetkin_sync.language import Language, Message, say
from zetkin_sync.records import Keep

KEPT: dict[Keep, Message] = {
    Keep.MIRROR: say("while Zetkin has it; erased within 24 hours after a person is proven gone"),
    Keep.HISTORY: say("as long as the plan is of interest; holds no person"),
    Keep.LEDGER: say("runs and readings"),
    Keep.SENDING: say("what was sent, without name or address"),
    Keep.BOUNCE: say("evidence about addresses, as keyed hashes"),
    Keep.ACCESS: say("the access log and who decided what"),
    Keep.SESSION: say("until the login ends"),
    Keep.STANDING: say("until a person removes it"),
}
_GENERAL: tuple[tuple[Message, Message], ...] = (
    (say("Controller"), say("The district. Its contact stands in the members' notice (docs/privacy.md).")),
    (
        say("Purposes"),
        say(
            "To see whether the district's plan is kept, to reach members whom mail does not reach, and to ask activists for help."
        ),
    ),
    (
        say("Legal ground"),
        say("Legitimate interest (art. 6.1 f) and the association's own members and contacts (art. 9.2 d)."),
    ),
    (say("Whose data"), say("Members and activists in Zetkin; organizers who use the service.")),
    (
        say("Recipients"),
        say(
            "Organizers with a role. Mails hold counts and places, never a person. Nobody outside the association."
        ),
    ),
    (say("Third countries"), say("None by the service itself; see the processors below.")),
    (
        say("Security"),
        say(
            "No name, email address, phone number or street is stored. Addresses and membership numbers are keyed hashes whose key is outside the database. An access log that cannot be altered. Second factor at login. Encrypted backups."
        ),
    ),
)


def record(
    *, title: str, days: Mapping[str, int], connectors: Mapping[str, object], language: Language
) -> str:
    """The record as Markdown, in a language."""
    told = language.say
    lines = [f"# {told(say('Record of processing activities'))}: {title}", ""]
    lines += [f"**{told(name)}:** {told(text)}" + "\n" for name, text in _GENERAL]
    lines += [f"## {told(say('Processors and systems that data is exchanged with'))}", ""]
    lines += [f"- {role}: {name}" for role, name in sorted(connectors.items())]
    lines += ["", f"## {told(say('How long it is kept'))}", ""]
    for keep, meaning in KEPT.items():
        limit = told(say("{n} days", n=days[keep])) if keep in days else "–"
        lines.append(f"- {keep}: {told(meaning)} ({limit})" if keep in days else f"- {keep}: {told(meaning)}")
    lines += ["", f"## {told(say('What is stored, table by table'))}", ""]
    for table in SQLModel.metadata.sorted_tables:
        lines += _table(table, language)
    return "\n".join(lines)


def _table(table: Table, language: Language) -> list[str]:
    told = language.say
    about = (
        told(say("about persons"))
        if any(_personal(c) for c in table.columns)
        else told(say("about no person"))
    )
    heads = (say("column"), say("purpose"), say("source"), say("kept"), say("person"))
    lines = [f"### {table.name} ({about})", "", "| " + " | ".join(map(told, heads)) + " |", "|---" * 5 + "|"]
    rows: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for column in table.columns:
        info = column.info
        mark = told(say("id")) if info["person"] else told(say("keyed hash")) if info["address"] else ""
        rows[(info["purpose"], str(info["source"]), str(info["keep"]), mark)].append(column.name)
    lines += [f"| {', '.join(names)} | {' | '.join(cells)} |" for cells, names in rows.items()]
    return [*lines, ""]


def _personal(column: Column[object]) -> bool:
    return bool(column.info["person"] or column.info["address"])
