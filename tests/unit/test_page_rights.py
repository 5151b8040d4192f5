"""The authorization table, whole: every route, every role, in the district, in one's own association, in another's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.page_world import FOREIGN, NORTH, ROOT, SOUTH, Browser, World, page_world
from zetkin_sync.areas import Area
from zetkin_sync.configuration import Recipient, Role
from zetkin_sync.configuration.commitments import read_plans
from zetkin_sync.goals.attestations import Ticket, ticket
from zetkin_sync.privacy import address_hash
from zetkin_sync.store import cases as stored_cases
from zetkin_sync.web.authorization import BY_TABLE, TABLE, Of

VIEWERS: dict[str, tuple[Role, int]] = {
    f"{role.name.lower()} of {name}": (role, unit)
    for name, unit in (("the district", ROOT), ("the north", NORTH))
    for role in Role
}
D = "the district"
N = "the north"
EVERYBODY = frozenset(VIEWERS)


def at_least(role: str, *units: str) -> frozenset[str]:
    """Viewers with this role or a higher one in any of these units."""
    order = [r.name.lower() for r in Role]
    return frozenset(f"{r} of {u}" for r in order[order.index(role) :] for u in units)


# What each address takes and who may, written out: the test must not believe the table that it tests.
# {plan} is the district's proposal, {north} and {south} are the associations' own, {run} is a run.
MAY: dict[tuple[str, str], list[tuple[str, str, dict[str, Any], frozenset[str]]]] = {}


def may(where: tuple[str, str], method: str, path: str, who: frozenset[str], **form: Any) -> None:
    MAY.setdefault(where, []).append((method, path, form, who))


may(("login", "log_out"), "POST", "/logout", EVERYBODY)
may(("login", "choose_district"), "POST", "/district", EVERYBODY, district=ROOT)
may(("overview", "overview"), "GET", "/", EVERYBODY)
may(("overview", "overview"), "GET", f"/?unit={NORTH}", EVERYBODY)
may(("overview", "overview"), "GET", f"/?unit={SOUTH}", at_least("viewer", D))
may(("overview", "overview"), "GET", f"/?unit={FOREIGN}", frozenset())
may(("proposals", "proposals"), "GET", "/plans", EVERYBODY)
may(("proposals", "proposal"), "GET", "/plans/{plan}", at_least("viewer", D))
may(("proposals", "proposal"), "GET", "/plans/{north}", EVERYBODY)
may(("proposals", "proposal"), "GET", "/plans/{south}", at_least("viewer", D))
may(("proposals", "people"), "GET", "/plans/{north}/people", EVERYBODY)
may(("proposals", "people"), "GET", "/plans/{south}/people", at_least("viewer", D))
may(("proposals", "mail"), "GET", "/plans/{mail}/mails/0", at_least("viewer", D))
for action, verb in (("approve", "approve"), ("reject", "reject")):
    form = {"fingerprint": "0" * 16, "why": "prov"}
    may(("proposals", action), "POST", f"/plans/{{plan}}/{verb}", at_least("approver", D), **form)
    may(("proposals", action), "POST", f"/plans/{{north}}/{verb}", at_least("approver", D, N), **form)
    may(("proposals", action), "POST", f"/plans/{{south}}/{verb}", at_least("approver", D), **form)
may(("runs", "runs"), "GET", "/runs", at_least("viewer", D))
may(("runs", "run"), "GET", "/runs/{run}", at_least("viewer", D))
may(("runs", "watch"), "GET", "/runs/{done}/watch", at_least("viewer", D))
ask = {"job": "pull_zetkin", "request": "abcdefgh"}
may(("runs", "run_now"), "POST", "/runs", at_least("trigger", D), **ask)
may(("runs", "run_now"), "POST", "/runs", at_least("trigger", D), unit=NORTH, **ask)
may(("runs", "stop"), "POST", "/runs/{run}/stop", at_least("trigger", D))
may(("jobs", "jobs"), "GET", "/jobs", at_least("viewer", D))
may(("jobs", "pause"), "POST", "/jobs/pull_zetkin/pause", at_least("trigger", D), why="prov")
may(("jobs", "resume"), "POST", "/jobs/pull_zetkin/resume", at_least("trigger", D))
may(("jobs", "stop_all"), "POST", "/stop", at_least("trigger", D))
may(("jobs", "start_all"), "POST", "/start", at_least("approver", D))
may(("mails", "mails"), "GET", "/mails", EVERYBODY)
may(("mails", "mail"), "GET", "/mails/{letter}", at_least("viewer", D))
may(("mails", "mail"), "GET", "/mails/{north_letter}", EVERYBODY)
may(("mails", "as_sent"), "GET", "/mails/{letter}/as-sent", at_least("viewer", D))
may(("mails", "as_sent"), "GET", "/mails/{north_letter}/as-sent", EVERYBODY)
may(("log", "log"), "GET", "/log", at_least("approver", D))
may(("settings", "settings"), "GET", "/settings", at_least("admin", D))
may(("description", "openapi"), "GET", "/openapi.json", EVERYBODY)
may(("goals", "goals"), "GET", "/goals", EVERYBODY)
may(("goals", "goals"), "GET", f"/goals?unit={SOUTH}", at_least("viewer", D))
may(("goals", "goal"), "GET", "/goals/{goal}", EVERYBODY)
may(("goals", "goal"), "GET", f"/goals/{{goal}}?unit={SOUTH}", at_least("viewer", D))
may(("calendar", "calendar"), "GET", "/calendar", EVERYBODY)
may(("calendar", "download"), "GET", "/calendar.ics", EVERYBODY)
may(("calendar", "make_link"), "POST", "/calendar/link", EVERYBODY)
may(("calendar", "drop_link"), "POST", "/calendar/link/end", EVERYBODY)
may(("priorities", "priorities_"), "GET", "/priorities", EVERYBODY)
may(("priorities", "priorities_"), "GET", f"/priorities?unit={SOUTH}", at_least("viewer", D))
may(("priorities", "confirm"), "POST", "/priorities", at_least("approver", D, N), unit=NORTH)
may(("priorities", "confirm"), "POST", "/priorities", at_least("approver", D), unit=SOUTH)
may(("priorities", "confirm"), "POST", "/priorities", at_least("approver", D), unit=ROOT)
may(("priorities", "confirm"), "POST", "/priorities", frozenset(), unit=FOREIGN)
may(("registers", "registers"), "GET", "/registers", at_least("viewer", D))
may(("registers", "template"), "GET", "/registers/premises/template.csv", at_least("viewer", D))
may(("registers", "take_in"), "POST", "/registers/premises", at_least("approver", D))
may(("confirm", "confirm"), "GET", "/confirm", EVERYBODY)
may(("confirm", "confirm"), "GET", f"/confirm?unit={SOUTH}", at_least("viewer", D))
may(("confirm", "follow"), "GET", "/attest/{ticket}", at_least("viewer", D))
may(("confirm", "question"), "GET", "/confirm/{said}", at_least("viewer", D))
may(("confirm", "answer"), "POST", "/confirm/{said}", at_least("approver", D), verdict="x", on="2026-01-01")
may(("areas", "areas"), "GET", "/areas", EVERYBODY)
may(("areas", "areas"), "GET", f"/areas?unit={SOUTH}", at_least("viewer", D))
may(("areas", "area"), "GET", "/areas/haga", EVERYBODY)
may(("callouts", "callouts"), "GET", "/callouts", at_least("viewer", D))
may(("callouts", "why"), "GET", "/callouts/why?person=1&event=1", at_least("viewer", D))
may(("reach", "reach"), "GET", "/reach", EVERYBODY)
may(("reach", "cases"), "GET", "/reach/cases", EVERYBODY)
may(("reach", "cases"), "GET", f"/reach/cases?unit={SOUTH}", at_least("viewer", D))
for unit, who in ((NORTH, at_least("approver", D, N)), (SOUTH, at_least("approver", D))):
    may(("reach", "other_channel"), "POST", f"/reach/cases/{{case_{unit}}}", who, unit=unit)
may(("often", "often"), "GET", "/often", EVERYBODY)
may(("often", "often"), "GET", f"/often?unit={SOUTH}", at_least("viewer", D))
for unit, who in ((NORTH, at_least("approver", D, N)), (SOUTH, at_least("approver", D))):
    may(
        ("often", "choose"),
        "POST",
        "/often",
        who,
        unit=unit,
        reader=f"{{reader_{unit}}}",
        kind="weekly",
        how="month",
    )
LISTS = {
    "plans": EVERYBODY,
    "goals": EVERYBODY,
    "areas": EVERYBODY,
    "days": EVERYBODY,
    "needs": at_least("viewer", D),
    "effects": at_least("viewer", D),
    "reach": EVERYBODY,
    "runs": at_least("viewer", D),
    "jobs": at_least("viewer", D),
    "mails": EVERYBODY,
    "log": at_least("approver", D),
    "settings": at_least("admin", D),
}
OUTSIDE = {("hooks", "receive_call"), ("stopping", "stop_mail")}
PUBLIC = OUTSIDE | {
    ("stopping", "ask_to_stop"),
    ("login", "ask"),
    ("login", "go_to_zetkin"),
    ("login", "back_from_zetkin"),
    ("login", "ask_for_link"),
    ("login", "open_link"),
    ("login", "use_link"),
    ("login", "local"),
    ("login", "choose_language"),
    ("calendar", "feed"),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with page_world(tmp_path_factory.mktemp("rights")) as made:
        areas = replace(made.configuration.areas, areas=(Area(id="haga", title="Haga"),))
        plans = tuple(read_plans(Path("config"), []))
        boards = tuple(
            Recipient(
                role="association_board", address=f"{unit}@forening.se", unit=made.configuration.titles[unit]
            )
            for unit in (NORTH, SOUTH)
        )
        made.configure(replace(made.configuration, plans=plans, areas=areas, recipients=boards))
        yield made


@pytest.fixture(scope="module")
def places(world: World) -> dict[str, int | str]:
    goals = world.configuration.plans[0][1].goals
    said = next(g for g in goals if g.metric == "attested")
    done = world.run(slot="done")
    from zetkin_sync.store import upkeep

    upkeep.stop(world.store, done, who="test")
    return {
        "goal": "regular-geographic",
        "said": said.id,
        "ticket": ticket(
            Ticket(district=ROOT, goal=said.id, unit=ROOT, until=date(2027, 1, 1)), key=world.settings.key
        ),
        **{f"case_{unit}": case_of(world, unit) for unit in (NORTH, SOUTH)},
        **{f"reader_{u}": address_hash(world.settings.key, f"{u}@forening.se").hex() for u in (NORTH, SOUTH)},
        "plan": world.plan(),
        "north": world.plan(unit=NORTH),
        "south": world.plan(unit=SOUTH),
        "mail": world.mail_plan(),
        "letter": world.letter(),
        "north_letter": world.letter(unit=NORTH),
        "run": world.run(slot="queued"),
        "done": done,
    }


def case_of(world: World, unit: int) -> int:
    """An open case of a member of a unit."""
    with world.store.writing() as session:
        case = stored_cases.open_case(
            session,
            now=world.time.now,
            district=ROOT,
            organization=unit,
            person=unit,
            address=b"a" * 32,
            state="unreachable",
            reason="unknown_user",
        )
        session.flush()
        assert case.id is not None
        return case.id


def refused(answer: Any) -> bool:
    """Not let in, or told that there is nothing: what exists and is another's looks like what does not."""
    to_login = answer.status_code == 303 and answer.headers["location"].startswith("/login")
    return answer.status_code in (401, 403, 404) or to_login


def ask_for(
    browser: Browser, method: str, path: str, form: dict[str, Any], places: dict[str, int | str]
) -> Any:
    path = path.format(**places)
    if method == "GET":
        return browser.get(path)
    browser.get("/")
    return browser.post(path, {k: v.format(**places) if isinstance(v, str) else v for k, v in form.items()})


@pytest.mark.parametrize("name", VIEWERS)
def test_each_role_may_what_the_table_says_and_nothing_else(
    world: World, places: dict[str, int | str], name: str
) -> None:
    role, unit = VIEWERS[name]
    wrong = []
    browser = world.with_role(role, unit)
    for where, cases in MAY.items():
        if where == ("login", "log_out"):
            continue  # at the end: it ends the session of the others
        for method, path, form, who in cases:
            answer = ask_for(browser, method, path, form, places)
            if refused(answer) == (name in who):
                wrong.append((where, path, form.get("unit"), answer.status_code))
    for table, who in LISTS.items():
        for path in (f"/data/{table}.csv", f"/data/{table}.xlsx", f"/api/v1/{table}"):
            answer = browser.get(path)
            if refused(answer) == (name in who):
                wrong.append((("data", table), path, None, answer.status_code))
    assert wrong == []
    assert ask_for(browser, "POST", "/logout", {}, places).headers["location"] == "/login"
    assert refused(browser.get("/"))


def test_nobody_who_is_not_logged_in_gets_past_the_login_page(
    world: World, places: dict[str, int | str]
) -> None:
    for cases in MAY.values():
        for method, path, form, _ in cases:
            browser = world.browser()
            browser.get("/login")
            assert refused(ask_for(browser, method, path, form, places)), path
    for table in LISTS:
        assert world.browser().get(f"/api/v1/{table}").status_code == 401


def test_every_route_and_every_row_is_in_this_test(world: World) -> None:
    rows = {(row.module, row.function) for row in TABLE}
    assert set(MAY) | PUBLIC == rows
    assert {(r.module, r.function) for r in TABLE if r.role is None} == PUBLIC
    assert set(LISTS) == set(BY_TABLE)
    # Nothing is mounted but page modules, whose every function is held against the table when the page starts,
    # and the health routes, which tell no one of anybody.
    assert {type(r).__name__ for r in world.app.routes} == {"_IncludedRouter", "Mount"}


def test_what_needs_no_form_token_is_only_what_proves_itself() -> None:
    assert {(r.module, r.function) for r in TABLE if r.of is Of.OUTSIDE} == OUTSIDE


def test_an_unlisted_function_stops_the_page_from_starting(tmp_path: Path, monkeypatch: Any) -> None:
    from zetkin_sync.web.pages import overview

    def extra() -> None:
        """Nobody has said who may do this."""

    routes = list(overview.router.routes)
    overview.router.get("/extra")(extra)
    try:
        with pytest.raises(RuntimeError, match=r"overview\.extra has no row"), page_world(tmp_path):
            pass
    finally:
        overview.router.routes[:] = routes
