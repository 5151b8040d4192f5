"""Remove what has been kept long enough; what is still needed to work stays, however old."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Date, Table, delete, exists, func, select
from sqlmodel import SQLModel

from zetkin_sync.records import FINISHED, IntentState, Keep
from zetkin_sync.store.engine import Store

_tables = SQLModel.metadata.tables
_BATCH = 5000


class Rule(NamedTuple):
    """When a table's rows are old: by which column, kept as what."""

    table: str
    column: str
    keep: Keep


RULES = (  # those that refer to others come first
    Rule("asked", "at", Keep.SENDING),
    Rule("intent", "updated", Keep.SENDING),
    Rule("approval", "at", Keep.ACCESS),
    Rule("plan", "created", Keep.SENDING),
    Rule("mailing", "at", Keep.SENDING),
    Rule("run", "finished", Keep.LEDGER),
    Rule("snapshot", "finished", Keep.LEDGER),
    Rule("register_reading", "at", Keep.LEDGER),
    Rule("bounce_event", "day", Keep.BOUNCE),
    Rule("bounce_case", "closed", Keep.BOUNCE),
    Rule("bounce_alert", "closed", Keep.BOUNCE),
    Rule("mail_delivery", "day", Keep.BOUNCE),
    Rule("mail_set_aside", "at", Keep.BOUNCE),
    Rule("webhook_event", "at", Keep.BOUNCE),
    Rule("probe", "sent", Keep.BOUNCE),
    Rule("shared_mail", "at", Keep.LEDGER),
    Rule("actor", "seen", Keep.ACCESS),
)
ELSEWHERE = {  # tables that no rule is for, and why
    "access_entry": "cut at a signed checkpoint (store.access)",
    "access_head": "one row a district: where the chain ends",
    "access_checkpoint": "goes with the entries it covers",
    "access_person": "goes with the last entry about the person, or at erasure",
    "account_use": "one row an account: the newest code it used",
    "mailbox_cursor": "one row a mailbox: how far it is read",
    "reachability": "goes when nobody has the address any more",
}


def remove_old(store: Store, days: Mapping[str, int], *, district: int, now: datetime) -> dict[str, int]:
    """Remove a district's old rows. Returns how many by table; each table is a transaction of its own."""
    removed = {}
    for rule in RULES:
        before = now - timedelta(days=days[rule.keep])
        with store.transaction() as connection:
            removed[rule.table] = _remove(connection, rule, district=district, before=before)
    for name in ("bounce_event", "reachability"):
        with store.transaction() as connection:
            removed[f"{name}_of_nobody"] = _of_nobody(connection, _tables[name], district=district, now=now)
    with store.transaction() as connection:
        removed["access_person"] = _unmentioned(connection, district)
    return {name: n for name, n in removed.items() if n}


def _remove(connection: Connection, rule: Rule, *, district: int, before: datetime) -> int:
    table = _tables[rule.table]
    column = table.c[rule.column]
    limit: date | datetime = before.date() if isinstance(column.type, Date) else before
    where = [table.c.district == district, column < limit, *_still_needed(table)]
    return connection.execute(delete(table).where(*where)).rowcount


def _still_needed(table: Table) -> list[Any]:
    """What must hold besides age for a row to go."""
    plans, intents = _tables["plan"], _tables["intent"]
    match table.name:
        case "intent":
            settled = (IntentState.DONE, IntentState.CANCELLED, IntentState.PARKED)
            asked = _tables["asked"]
            return [table.c.state.in_(settled), ~exists().where(asked.c.intent == table.c.id)]
        case "approval":
            return [~exists().where(intents.c.plan == table.c.plan)]
        case "plan":
            approvals = _tables["approval"]
            return [
                ~exists().where(intents.c.plan == plans.c.id),
                ~exists().where(approvals.c.plan == plans.c.id),
            ]
        case "run":
            newest = select(func.max(table.c.id)).group_by(
                table.c.district, table.c.job, table.c.organization
            )
            return [table.c.state.in_(FINISHED), table.c.id.not_in(newest)]
        case "snapshot":
            of = (table.c.district, table.c.organization, table.c.resource)
            newest = select(func.max(table.c.id)).group_by(*of)
            whole = newest.where(table.c.complete)
            missing = select(_tables["missing"].c.snapshot)
            return [table.c.id.not_in(newest), table.c.id.not_in(whole), table.c.id.not_in(missing)]
        case "register_reading":
            newest = select(func.max(table.c.id)).group_by(table.c.district, table.c.name)
            return [table.c.id.not_in(newest)]
        case _:
            return []


def _of_nobody(connection: Connection, table: Table, *, district: int, now: datetime) -> int:
    """Remove what is known of addresses that no member has any more, once the members have been read."""
    people = _tables["person"]
    listed = select(people.c.address).where(people.c.district == district, people.c.address.is_not(None))
    if connection.execute(listed.limit(1)).first() is None:
        return 0
    aged = (
        table.c.day < (now - timedelta(days=30)).date()
        if "day" in table.c
        else table.c.since < now - timedelta(days=30)
    )
    cases = select(_tables["bounce_case"].c.address).where(_tables["bounce_case"].c.district == district)
    where = [
        table.c.district == district,
        aged,
        table.c.address.not_in(listed),
        table.c.address.not_in(cases),
    ]
    return connection.execute(delete(table).where(*where)).rowcount


def _unmentioned(connection: Connection, district: int) -> int:
    """Remove the key rows of people whom no entry of the access log mentions any more."""
    persons, entries = _tables["access_person"], _tables["access_entry"]
    mentioned = exists().where(
        entries.c.district == persons.c.district,
        entries.c.people.contains(" " + persons.c.pseudonym + " "),
    )
    oldest = select(func.count()).select_from(entries).where(entries.c.district == district)
    if (
        connection.execute(oldest).scalar_one() > 200_000
    ):  # too long a search; they go when the log is cut again
        return 0
    where = (persons.c.district == district, ~mentioned)
    return connection.execute(delete(persons).where(*where)).rowcount
