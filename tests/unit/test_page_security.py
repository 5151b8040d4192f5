"""The page's doors: sessions, forms, logins, headers; what is forged, late, too large or not ours does nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from sqlmodel import select

from tests.page_world import FOREIGN, KEY, NORTH, PAGE, ROOT, SOUTH, Browser, World, page_world
from zetkin_sync.configuration import Access, Role
from zetkin_sync.errors import ConfigError
from zetkin_sync.records import PlanState, WebSession
from zetkin_sync.settings import Settings
from zetkin_sync.store import access, controls, ledger, logins, plans
from zetkin_sync.store.access import Deed
from zetkin_sync.web.network import network_of
from zetkin_sync.web.origin import Origin, origin_of

ADMIN = {ROOT: "admin"}
ASK = {"job": "pull_zetkin", "request": "abcdefgh"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with page_world(tmp_path, local_login=True) as made:
        yield made


def deeds(world: World, *which: Deed) -> list[tuple[str, str]]:
    """Who did what by the access log, oldest first."""
    return [(n.who, n.why) for n in reversed(access.who(world.store, which, district=ROOT))]


def runs(world: World) -> int:
    return len(ledger.runs(world.store, district=ROOT))


# -- headers


def test_every_answer_has_a_strict_policy_and_is_not_kept(world: World) -> None:
    browser = world.log_in(ADMIN)
    for path in ("/", "/runs", "/login", "/nowhere", "/api/v1/runs", "/health"):
        headers = browser.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy, path
        assert headers["cache-control"] == "no-store", path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_pages_name_no_other_host_and_hold_no_script_or_style(world: World) -> None:
    browser = world.log_in(ADMIN)
    plan, run = world.mail_plan(), world.run()
    for path in ("/", "/plans", f"/plans/{plan}", "/runs", f"/runs/{run}"):
        text = browser.get(path).text
        assert not re.search(r'(src|href|action)="(https?:)?//', text), path
        assert not re.search(r"<style|style=|\son\w+=|<script(?! src=\"/static/)", text), path


def test_static_files_are_kept_for_ever_under_a_name_that_changes_with_them(world: World) -> None:
    browser = world.browser()
    address = re.search(r'href="(/static/[^"]+page\.css)"', browser.get("/login").text)
    assert address is not None
    answer = browser.get(address[1])
    assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)
    assert browser.get("/static/x/../../app.py").status_code == 404


def test_a_host_that_is_not_ours_is_refused(world: World) -> None:
    browser = world.browser()
    assert browser.get("/login", headers={"host": "evil.example"}).status_code == 421
    assert browser.get("/health", headers={"host": "10.0.0.7"}).status_code != 421


def test_a_mail_in_its_frame_may_run_nothing(world: World) -> None:
    browser = world.log_in(ADMIN)
    answer = browser.get(f"/plans/{world.mail_plan()}/mails/0")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "<script>" not in answer.text and "&lt;script&gt;" in answer.text


# -- the cookie and the session


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(world: World) -> None:
    cookie = world.browser().get("/login").headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie and "Domain" not in cookie


def test_behind_tls_the_cookie_is_tied_to_the_host(tmp_path: Path) -> None:
    with page_world(tmp_path, page_url="https://plan.example.org") as world:
        answer = world.browser().client.get("/login", headers={"host": "plan.example.org"})
        assert answer.headers["set-cookie"].startswith("__Host-zetkin_sync=")
        assert "Secure" in answer.headers["set-cookie"]
        assert "strict-transport-security" in answer.headers


def test_a_login_makes_a_new_session_and_the_old_cookie_is_worth_nothing(world: World) -> None:
    browser = world.browser()
    browser.get("/login")
    before = browser.client.cookies["zetkin_sync"]
    world.log_in(ADMIN, browser)
    assert browser.client.cookies["zetkin_sync"] != before
    old = world.browser()
    old.client.cookies.set("zetkin_sync", before)
    assert old.get("/").headers["location"].startswith("/login")


def test_the_database_does_not_hold_what_the_cookie_holds(world: World) -> None:
    browser = world.log_in(ADMIN)
    secret = browser.client.cookies["zetkin_sync"]
    with world.store.reading() as session:
        row = session.get(WebSession, logins.hashed(secret))
    assert row is not None
    assert secret.encode() not in repr(row).encode()
    assert row.token is not None and "access_token" not in row.token


def test_half_an_hour_without_a_request_ends_the_session(world: World) -> None:
    browser = world.log_in(ADMIN)
    world.time.pass_by(minutes=29)
    assert browser.get("/").status_code == 200
    world.time.pass_by(minutes=29)
    assert browser.get("/").status_code == 200
    world.time.pass_by(minutes=31)
    assert browser.get("/").headers["location"].startswith("/login")


def test_eight_hours_end_it_however_busy_it_was(world: World) -> None:
    browser = world.log_in(ADMIN)
    for _ in range(24):
        world.time.pass_by(minutes=19)
        assert browser.get("/").status_code == 200
    world.time.pass_by(minutes=25)
    assert browser.get("/").status_code == 303


def test_logging_out_ends_the_session_here_and_at_zetkin(world: World) -> None:
    browser = world.log_in(ADMIN)
    cookie = browser.client.cookies["zetkin_sync"]
    assert browser.post("/logout").status_code == 303
    browser.client.cookies.set("zetkin_sync", cookie)
    assert browser.get("/").headers["location"].startswith("/login")
    assert world.zetkin.over


# -- forms


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": PAGE}, 303),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({}, 303),
    ],
)
def test_a_form_comes_from_our_own_page(world: World, headers: dict[str, str], status: int) -> None:
    browser = world.log_in(ADMIN)
    browser.headers = headers
    assert browser.post("/runs", ASK).status_code == status
    assert runs(world) == (1 if status == 303 else 0)
    if status == 403:
        assert deeds(world, Deed.REFUSED) == [("user:7", "cross_site")]


@pytest.mark.parametrize("token", ["", "wrong", "å" * 30])
def test_a_form_without_its_sessions_token_does_nothing(world: World, token: str) -> None:
    browser = world.log_in(ADMIN)
    answer = browser.post("/runs", {**ASK, "csrf": token})
    assert (answer.status_code, runs(world)) == (403, 0)
    assert "inget gjordes" in answer.text
    assert deeds(world, Deed.REFUSED) == [("user:7", "form_token")]


def test_the_token_of_another_session_is_no_good(world: World) -> None:
    mine, other = world.log_in(ADMIN), world.log_in(ADMIN)
    mine.seen = other.seen
    assert mine.post("/runs", ASK).status_code == 403


def test_a_form_sent_twice_does_it_once(world: World) -> None:
    browser = world.log_in(ADMIN)
    first, second = browser.post("/runs", ASK), browser.post("/runs", ASK)
    assert (first.status_code, second.headers["location"], runs(world)) == (303, first.headers["location"], 1)


def test_a_body_that_is_too_large_is_not_read(world: World) -> None:
    browser = world.log_in(ADMIN)
    answer = browser.post("/runs", {**ASK, "unit": "1" * 10_000_000})
    assert answer.status_code == 413
    assert "inget sparades" in answer.text

    def endless() -> Iterator[bytes]:
        yield from (b"x" * 1024 for _ in range(100))

    answer = browser.client.post(
        "/runs", content=endless(), headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 413
    assert runs(world) == 0


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 422),
        ({"job": "pull_zetkin"}, 422),
        ({"job": "no_such_job", "request": "abcdefgh"}, 404),
        ({"job": "pull_zetkin", "request": "x"}, 422),
    ],
)
def test_a_form_that_makes_no_sense_is_refused_in_words(
    world: World, form: dict[str, str], status: int
) -> None:
    answer = world.log_in(ADMIN).post("/runs", form)
    assert (answer.status_code, runs(world)) == (status, 0)
    assert "<h1>" in answer.text and "Traceback" not in answer.text


def test_a_unit_that_makes_no_sense_is_refused_in_words(world: World) -> None:
    form = {"unit": "' OR 1=1", "reader": "00", "kind": "weekly", "how": "never"}
    answer = world.log_in(ADMIN).post("/often", form)
    assert answer.status_code == 403
    assert "<h1>" in answer.text and "Traceback" not in answer.text


# -- login by Zetkin


@pytest.mark.parametrize("roles", [{}, {FOREIGN: "admin"}])
def test_members_and_foreign_admins_are_not_let_in(world: World, roles: dict[int, str]) -> None:
    browser = world.browser()
    world.zetkin.roles = roles
    state = _state(browser.get("/login/zetkin").headers["location"])
    answer = browser.get(f"/login/zetkin/back?code=good&state={state}")
    assert answer.status_code == 403
    assert "Du har ingen roll" in answer.text
    assert browser.get("/").headers["location"].startswith("/login")
    (entry,) = access.who(world.store, [Deed.REFUSED], district=ROOT)
    assert (entry.who, entry.why) == ("user:7", "no_role")
    assert logins.actors(world.store, district=ROOT) == {}, "whoever was not let in leaves no name"


def test_a_state_that_we_did_not_give_is_refused(world: World) -> None:
    browser = world.browser()
    state = _state(browser.get("/login/zetkin").headers["location"])
    assert browser.get("/login/zetkin/back?code=good&state=forged").status_code == 400
    stranger = world.browser()
    assert stranger.get(f"/login/zetkin/back?code=good&state={state}").status_code == 400


def test_a_state_works_once(world: World) -> None:
    browser = world.browser()
    world.zetkin.roles = ADMIN
    state = _state(browser.get("/login/zetkin").headers["location"])
    assert browser.get(f"/login/zetkin/back?code=bad&state={state}").status_code == 409
    assert browser.get(f"/login/zetkin/back?code=good&state={state}").status_code == 400


def test_a_zetkin_that_is_down_lets_nobody_in_and_says_so(world: World) -> None:
    browser = world.browser()
    state = _state(browser.get("/login/zetkin").headers["location"])
    world.zetkin.down = True
    answer = browser.get(f"/login/zetkin/back?code=good&state={state}")
    assert answer.status_code == 503
    assert "Zetkin svarar inte" in answer.text


def test_after_the_login_the_page_that_was_asked_for_comes(world: World) -> None:
    for asked, comes in (
        ("/plans", "/plans"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil", "/"),
    ):
        browser = world.browser()
        world.zetkin.roles = ADMIN
        browser.get("/login", params={"next": asked})
        state = _state(browser.get("/login/zetkin").headers["location"])
        assert browser.get(f"/login/zetkin/back?code=good&state={state}").headers["location"] == comes


def test_a_role_that_was_withdrawn_is_gone_within_the_hour(world: World) -> None:
    browser = world.log_in(ADMIN)
    world.zetkin.roles = {}
    assert browser.get("/").status_code == 200
    world.time.pass_by(minutes=25)
    browser.get("/")
    world.time.pass_by(minutes=25)
    browser.get("/")
    world.time.pass_by(minutes=15)
    assert browser.get("/").headers["location"].startswith("/login")


def test_before_a_decision_zetkin_is_asked_for_the_role_anew(world: World) -> None:
    browser, plan = world.log_in(ADMIN), world.plan()
    world.zetkin.roles = {}
    world.time.pass_by(minutes=1)
    assert _approve(world, browser, plan).status_code == 303
    assert _state_of(world, plan) == PlanState.PROPOSED


def test_while_zetkin_is_down_one_may_look_and_not_decide(world: World) -> None:
    browser, plan = world.log_in(ADMIN), world.plan()
    world.zetkin.down = True
    world.time.pass_by(minutes=20)
    browser.get("/")
    world.time.pass_by(minutes=20)
    browser.get("/")
    world.time.pass_by(minutes=25)
    assert browser.get("/plans").status_code == 200
    assert _approve(world, browser, plan).status_code == 503
    assert _state_of(world, plan) == PlanState.PROPOSED


def test_a_login_without_a_second_factor_looks_and_does_not_decide(world: World) -> None:
    world.zetkin.level = 1
    browser, plan = world.log_in(ADMIN), world.plan()
    assert browser.get(f"/plans/{plan}").status_code == 200
    assert browser.get(f"/plans/{plan}/people").status_code == 403
    assert _approve(world, browser, plan).status_code == 403
    assert _state_of(world, plan) == PlanState.PROPOSED


# -- accounts


def _link(world: World, browser: Browser, address: str = "kansliet@distriktet.example") -> str | None:
    browser.get("/login")
    assert browser.post("/login/link", {"address": address}).headers["location"] == "/login"
    if not world.mails():
        return None
    found = re.search(rf"{PAGE}(/login/link/\S+)", world.mails()[-1].get_content())
    assert found is not None
    return found[1]


def _code(world: World) -> str:
    return pyotp.TOTP(world.totp).at(world.time.now)


def test_an_account_logs_in_by_its_link_and_its_code(world: World) -> None:
    browser = world.browser()
    link = _link(world, browser)
    assert link is not None
    page = browser.get(link)
    assert page.status_code == 200 and "sex siffrorna" in page.text
    assert browser.get("/").status_code == 303, "opening the link does nothing"
    assert browser.post(link, {"code": _code(world)}).headers["location"] == "/"
    assert browser.get("/").status_code == 200
    assert deeds(world, Deed.ENTERED) == [("account:kansliet", "logged_in")]


def test_an_account_sees_no_names(world: World) -> None:
    browser, plan = world.browser(), world.plan()
    link = _link(world, browser)
    browser.get(str(link))
    browser.post(str(link), {"code": _code(world)})
    text = browser.get(f"/plans/{plan}/people").text
    assert "Person 100" not in text and "100" in text
    assert world.zetkin.names_asked == []


def test_a_link_works_once_in_its_browser_and_for_a_quarter_of_an_hour(world: World) -> None:
    browser = world.browser()
    link = str(_link(world, browser))
    stranger = world.browser()
    stranger.get(link)
    assert stranger.post(link, {"code": _code(world)}).status_code == 403
    browser.get(link)
    world.time.pass_by(minutes=15)
    assert browser.post(link, {"code": _code(world)}).status_code == 403
    link = str(_link(world, browser))
    browser.get(link)
    code = _code(world)
    assert browser.post(link, {"code": code}).status_code == 303
    again = world.browser()
    again.get(link)
    assert again.post(link, {"code": code}).status_code == 403


def test_a_code_works_once(world: World) -> None:
    first, second = world.browser(), world.browser()
    link = str(_link(world, first))
    first.get(link)
    code = _code(world)
    assert first.post(link, {"code": code}).status_code == 303
    link = str(_link(world, second))
    second.get(link)
    assert second.post(link, {"code": code}).status_code == 403


def test_guessing_is_stopped(world: World) -> None:
    browser = world.browser()
    link = str(_link(world, browser))
    browser.get(link)
    answers = [browser.post(link, {"code": f"{n:06}"}).status_code for n in range(6)]
    assert set(answers) == {403, 429} and answers[-1] == 429
    assert browser.post(link, {"code": _code(world)}).status_code == 429


def test_whether_an_address_has_an_account_is_not_told(world: World) -> None:
    browser = world.browser()
    assert _link(world, browser, "nobody@distriktet.example") is None
    unknown = browser.get("/login").text
    _link(world, browser)
    assert re.sub(r'value="[^"]+"', "", browser.get("/login").text) == re.sub(r'value="[^"]+"', "", unknown)


def test_an_account_that_is_taken_out_is_logged_out(world: World) -> None:
    browser = world.browser()
    link = str(_link(world, browser))
    browser.get(link)
    browser.post(link, {"code": _code(world)})
    assert browser.get("/").status_code == 200
    world.configure(replace(world.configuration, access=Access()))
    assert browser.get("/").headers["location"].startswith("/login")


# -- login on this machine


def test_the_local_login_is_off_unless_switched_on(tmp_path: Path) -> None:
    with page_world(tmp_path) as world:
        browser = world.browser()
        browser.get("/login")
        assert browser.post("/login/local", {"role": "4"}).status_code == 404


def test_the_local_login_lets_in_only_this_machine(world: World) -> None:
    near = world.browser(client="127.0.0.1")
    near.get("/login")
    assert near.post("/login/local", {"role": "4"}).status_code == 303
    assert near.get("/runs").status_code == 200
    far = world.browser(client="192.0.2.1")
    far.get("/login")
    assert far.post("/login/local", {"role": "4"}).status_code == 404


@pytest.mark.parametrize(
    ("page_url", "local"),
    [("http://plan.example.org", False), ("https://plan.example.org", True), ("plan.example.org", False)],
)
def test_an_unsafe_address_stops_the_start(page_url: str, local: bool) -> None:
    with pytest.raises(ConfigError):
        origin_of(Settings.model_validate({"page_url": page_url, "local_login": local, "hash_key": KEY}))


def test_a_local_address_knows_only_local_hosts() -> None:
    origin = Origin("http", "127.0.0.1", 8000)
    assert origin.knows("127.0.0.1:8000") and origin.knows("localhost:8001")
    assert not origin.knows("evil.example") and not origin.knows("127.0.0.1.evil.example")


def _state(address: str) -> str:
    found = re.search(r"state=([^&]+)", address)
    assert found is not None
    return found[1]


def _state_of(world: World, plan: int) -> str:
    row = plans.plan_of(world.store, plan)
    assert row is not None
    return row.state


def _approve(world: World, browser: Browser, plan: int) -> object:
    row = plans.plan_of(world.store, plan)
    assert row is not None
    return browser.post(f"/plans/{plan}/approve", {"fingerprint": row.fingerprint})


def test_what_nobody_expects_is_a_sentence_and_a_log_line(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.installation = None  # type: ignore[assignment]
    answer = world.browser().client.get("/login")
    assert answer.status_code == 500
    assert "Ett fel i programmet" in answer.text and "Traceback" not in answer.text
    assert "AttributeError" in "".join(capsys.readouterr())


def test_an_association_admin_is_let_into_their_own(world: World) -> None:
    browser = world.log_in({NORTH: "admin"})
    assert browser.get("/").status_code == 200
    assert browser.get("/runs").status_code == 403


# -- a cookie that turns up elsewhere


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.0.0/16"),
        ("2001:db8:1:2::3", "2001:db8::/32"),
        ("::ffff:192.0.2.7", "192.0.0.0/16"),
        ("testclient", "testclient"),
    ],
)
def test_a_network_is_the_operators_part_of_an_address(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_stolen_cookie_is_worth_nothing_on_another_network_and_the_login_is_over(world: World) -> None:
    owner = world.log_in({ROOT: "admin"})
    roaming, thief = world.browser(client="192.0.99.1"), world.browser(client="198.51.100.9")
    for other in (roaming, thief):
        other.client.cookies.update(owner.client.cookies)
    assert roaming.get("/runs").status_code == 200
    refused = thief.get("/runs")
    assert refused.status_code == 303
    assert "why=elsewhere" in refused.headers["location"] and "next=%2Fruns" in refused.headers["location"]
    assert "annat nätverk" in thief.get(refused.headers["location"]).text
    assert owner.get("/runs").headers["location"].startswith("/login")
    assert deeds(world, Deed.REFUSED) == [("user:7", "other_network")]


def test_a_stolen_cookie_posts_nothing_from_elsewhere(world: World) -> None:
    owner = world.log_in({ROOT: "admin"})
    owner.get("/jobs")
    thief = world.browser(client="198.51.100.9")
    thief.client.cookies.update(owner.client.cookies)
    answer = thief.post("/stop", {"csrf": owner.csrf})
    assert answer.status_code in (303, 403)
    assert not controls.stopped(world.store, district=ROOT)


def test_what_is_kept_of_a_network_is_no_address(world: World) -> None:
    world.log_in({ROOT: "admin"})
    with world.store.reading() as session:
        kept = [row.network for row in session.exec(select(WebSession)).all()]
    assert kept and all(len(row or b"") == 32 for row in kept)


def test_asking_for_another_units_people_is_refused_noted_and_looks_like_nothing(world: World) -> None:
    south = world.plan(unit=SOUTH)
    letter = world.letter(unit=SOUTH)
    viewer = world.with_role(Role.ADMIN, NORTH)
    for path, subject in (
        (f"/plans/{south}/people", f"plan:{south}"),
        (f"/reach/cases?unit={SOUTH}", f"organization:{SOUTH}"),
        (f"/mails/{letter}", f"mailing:{letter}"),
    ):
        answer = viewer.get(path)
        assert answer.status_code == 404
        assert "Söder" not in answer.text
        [entry] = access.who(world.store, [Deed.REFUSED], district=ROOT, subject=subject)
        assert (entry.who, entry.why) == ("user:7", "other_unit")
    assert viewer.get("/plans/999999/people").status_code == 404
    assert len(access.who(world.store, [Deed.REFUSED], district=ROOT)) == 3
