"""Who may open what: one row for each thing that can be asked of the page. What has no row is refused.

`tests/unit/test_page_rights.py` walks the whole table: every role, every unit, every route.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from zetkin_sync.configuration.access import Role
from zetkin_sync.language import Message, say

KIB = 1024
USUAL_BODY = 64 * KIB
UPLOAD = 5 * KIB * KIB


class Of(Enum):
    """What the role must hold in."""

    NOBODY = "anybody may, before any login"
    OUTSIDE = "anybody may, and proves themselves by what is sent: no cookie and no form token are asked for"
    ANY = "some unit: the page shows the viewer's own units"
    UNIT = "the unit that the address or the form names"
    DISTRICT = "the whole district"


class Row(NamedTuple):
    """One function of a page module. `menu` puts it in the menu; `tables` are lists that are downloaded with the
    same right; `level` 2 asks for a login with a second factor; `fresh` asks Zetkin for the roles anew."""

    module: str
    function: str
    role: Role | None
    of: Of
    menu: Message | None = None
    tables: tuple[str, ...] = ()
    level: int = 1
    fresh: bool = False
    body: int = USUAL_BODY


VIEWER, TRIGGER, APPROVER, ADMIN = Role.VIEWER, Role.TRIGGER, Role.APPROVER, Role.ADMIN

TABLE: tuple[Row, ...] = (
    # module, function, least role, in what, …  The order is the menu's.
    Row("hooks", "receive_call", None, Of.OUTSIDE, body=256 * KIB),
    Row("stopping", "ask_to_stop", None, Of.NOBODY),
    Row("stopping", "stop_mail", None, Of.OUTSIDE),
    Row("login", "ask", None, Of.NOBODY),
    Row("login", "go_to_zetkin", None, Of.NOBODY),
    Row("login", "back_from_zetkin", None, Of.NOBODY),
    Row("login", "ask_for_link", None, Of.NOBODY),
    Row("login", "open_link", None, Of.NOBODY),
    Row("login", "use_link", None, Of.NOBODY),
    Row("login", "local", None, Of.NOBODY),
    Row("login", "log_out", VIEWER, Of.ANY),
    Row("login", "choose_language", None, Of.NOBODY),
    Row("login", "choose_district", VIEWER, Of.ANY),
    Row("overview", "overview", VIEWER, Of.ANY, say("Overview")),
    Row("proposals", "proposals", VIEWER, Of.ANY, say("Proposals"), tables=("plans",)),
    Row("proposals", "proposal", VIEWER, Of.ANY),
    Row("proposals", "people", VIEWER, Of.ANY, level=2),
    Row("proposals", "mail", VIEWER, Of.ANY),
    Row("proposals", "approve", APPROVER, Of.ANY, level=2, fresh=True),
    Row("proposals", "reject", APPROVER, Of.ANY, level=2, fresh=True),
    Row("goals", "goals", VIEWER, Of.ANY, say("Goals"), tables=("goals",)),
    Row("goals", "goal", VIEWER, Of.ANY),
    Row("calendar", "calendar", VIEWER, Of.ANY, tables=("days",)),
    Row("calendar", "download", VIEWER, Of.ANY),
    Row("calendar", "make_link", VIEWER, Of.ANY),
    Row("calendar", "drop_link", VIEWER, Of.ANY),
    Row("calendar", "feed", None, Of.NOBODY),
    Row("areas", "areas", VIEWER, Of.ANY, say("Areas"), tables=("areas",)),
    Row("areas", "area", VIEWER, Of.ANY),
    Row("callouts", "callouts", VIEWER, Of.DISTRICT, say("Callouts"), tables=("needs", "effects")),
    Row("callouts", "why", VIEWER, Of.DISTRICT, level=2),
    Row("reach", "reach", VIEWER, Of.ANY, say("Reach"), tables=("reach",)),
    Row("reach", "cases", VIEWER, Of.ANY, level=2),
    Row("reach", "other_channel", APPROVER, Of.UNIT, level=2),
    Row("priorities", "priorities_", VIEWER, Of.ANY, say("Priorities")),
    Row("priorities", "confirm", APPROVER, Of.UNIT),
    Row("registers", "registers", VIEWER, Of.DISTRICT, say("Registers")),
    Row("registers", "template", VIEWER, Of.DISTRICT),
    Row("registers", "take_in", APPROVER, Of.DISTRICT, body=UPLOAD),
    Row("confirm", "confirm", VIEWER, Of.ANY, say("Confirm")),
    Row("confirm", "follow", VIEWER, Of.DISTRICT),
    Row("confirm", "question", VIEWER, Of.DISTRICT),
    Row("confirm", "answer", APPROVER, Of.DISTRICT),
    Row("runs", "runs", VIEWER, Of.DISTRICT, say("Runs"), tables=("runs",)),
    Row("runs", "run", VIEWER, Of.DISTRICT),
    Row("runs", "watch", VIEWER, Of.DISTRICT),
    Row("runs", "run_now", TRIGGER, Of.DISTRICT),
    Row("runs", "stop", TRIGGER, Of.DISTRICT),
    Row("jobs", "jobs", VIEWER, Of.DISTRICT, say("Jobs"), tables=("jobs",)),
    Row("jobs", "pause", TRIGGER, Of.DISTRICT),
    Row("jobs", "resume", TRIGGER, Of.DISTRICT),
    Row("jobs", "stop_all", TRIGGER, Of.DISTRICT),
    Row("jobs", "start_all", APPROVER, Of.DISTRICT, level=2),
    Row("mails", "mails", VIEWER, Of.ANY, say("Mails"), tables=("mails",)),
    Row("mails", "mail", VIEWER, Of.ANY),
    Row("mails", "as_sent", VIEWER, Of.ANY),
    Row("often", "often", VIEWER, Of.ANY),
    Row("often", "choose", APPROVER, Of.UNIT),
    Row("log", "log", APPROVER, Of.DISTRICT, say("Log"), tables=("log",)),
    Row("description", "openapi", VIEWER, Of.ANY),
    Row("settings", "settings", ADMIN, Of.DISTRICT, say("Settings"), tables=("settings",)),
)

BY_FUNCTION = {(row.module, row.function): row for row in TABLE}
BY_TABLE = {name: row for row in TABLE for name in row.tables}
