"""A page over a small district: two associations, a few jobs, a Zetkin login and accounts of the test's own."""

from __future__ import annotations

import atexit
import re
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from pathlib import Path
from typing import Any

import pyotp
from pydantic import SecretStr
from sqlalchemy import event
from sqlmodel import SQLModel

from tests.installations import Time
from zetkin_sync.apply.decide import put_up
from zetkin_sync.changes import Change, Plan
from zetkin_sync.configuration import Access, Association, Configuration, District, Role, Schedule
from zetkin_sync.errors import NeedsHuman, Temporary
from zetkin_sync.language import say
from zetkin_sync.ports import LoggedIn
from zetkin_sync.records import Mailing, MailState
from zetkin_sync.runner import Installation
from zetkin_sync.settings import Settings
from zetkin_sync.store import ledger, mailings
from zetkin_sync.store.engine import Store
from zetkin_sync.web.accounts import sealed_secret
from zetkin_sync.web.app import create_app

with warnings.catch_warnings():
    # Starlette prefers httpx's successor; httpx is the customer's choice.
    warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient` is deprecated")
    from fastapi.testclient import TestClient

ROOT, NORTH, SOUTH, FOREIGN = 1, 11, 12, 99
KEY = "a key of the tests that guards nothing at all"
PAGE = "http://127.0.0.1:8000"
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_CHROME = {"sec-fetch-site": "same-origin", "origin": PAGE}


class Zetkin:
    """Zetkin's login page, as the port: who logs in next, and whether it answers at all."""

    def __init__(self) -> None:
        self.roles: dict[int, str] = {}
        self.user = 7
        self.level = 2
        self.down = False
        self.over = False
        self.asked = 0
        self.names_asked: list[tuple[int, tuple[int, ...]]] = []

    def address(self, *, back: str, state: str) -> str:
        return f"https://zetkin.example/authorize?redirect_uri={back}&state={state}"

    def finish(self, *, code: str, back: str) -> LoggedIn:
        if code != "good":
            raise NeedsHuman(say("The login at Zetkin has run out."), say("Log in again."))
        return self._person()

    def again(self, token: str) -> LoggedIn:
        self.asked += 1
        if self.over:
            raise NeedsHuman(say("The login at Zetkin has run out."), say("Log in again."))
        return self._person()

    def names(self, token: str, *, organization: int, people: Sequence[int]) -> Mapping[int, str]:
        self.names_asked.append((organization, tuple(people)))
        return {p: f"Person {p}" for p in people}

    def log_out(self, token: str) -> None:
        self.over = True

    def _person(self) -> LoggedIn:
        if self.down:
            raise Temporary(
                say("Zetkin does not answer just now."), say("Try again in a while; nothing was done.")
            )
        return LoggedIn(self.user, "Kim Exempel", dict(self.roles), self.level, '{"access_token": "t"}')


@dataclass
class Browser:
    """A browser without JavaScript: it follows links, keeps cookies, and posts the forms that it was shown."""

    client: TestClient
    seen: str = ""
    headers: dict[str, str] = field(default_factory=lambda: dict(_CHROME))

    def get(self, path: str, **more: Any) -> Any:
        answer = self.client.get(path, follow_redirects=False, **more)
        if _CSRF.search(answer.text):
            self.seen = answer.text
        return answer

    @property
    def csrf(self) -> str:
        found = _CSRF.search(self.seen)
        return found[1] if found else ""

    def post(self, path: str, data: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """Send a form with the token of the page that was seen last."""
        return self.client.post(
            path,
            data={"csrf": self.csrf, **(data or {})},
            headers={**self.headers, **more.pop("headers", {})},
            follow_redirects=False,
            **more,
        )


class World:
    """The page and everything around it that a test moves."""

    def __init__(self, store: Store, time: Time, folder: Path, **settings: Any) -> None:
        self.store, self.time, self.folder = store, time, folder
        self.zetkin = Zetkin()
        self.settings = Settings.model_validate({"hash_key": SecretStr(KEY), "page_url": PAGE, **settings})
        self.totp = pyotp.random_base32()
        self.configuration = self._configuration()
        self.installation = Installation(
            self.settings, (self.configuration,), store, lambda _name: lambda _c: None
        )
        self.app = create_app(lambda: self.installation, login=self.zetkin)

    def _configuration(self) -> Configuration:
        user = {
            "name": "kansliet",
            "address": "kansliet@distriktet.example",
            "role": "viewer",
            "totp": sealed_secret(self.settings, "kansliet", self.totp),
        }
        kinds = (
            (ROOT, "Distriktet", "district"),
            (NORTH, "Norr", "geographic"),
            (SOUTH, "Söder", "geographic"),
        )
        return Configuration(
            folder=Path("district-1"),
            district=District(
                title="Exempeldistriktet",
                connectors={"mailer": "folder"},
                connector_options={"mailer": {"path": str(self.folder)}},
            ),
            associations=tuple(Association(id=i, title=t, kind=k) for i, t, k in kinds),  # type: ignore[arg-type]
            schedule=Schedule.model_validate(
                {"jobs": {"pull_zetkin": {"at": ["05:30"]}, "reconcile": {"after": ["pull_zetkin"]}}}
            ),
            actions={},
            recipients=(),
            access=Access.model_validate({"user": [user]}),
        )

    def browser(self, client: str = "192.0.2.7") -> Browser:
        """A browser at an address."""
        return Browser(
            TestClient(self.app, base_url=PAGE, raise_server_exceptions=False, client=(client, 50000))
        )

    def mails(self) -> list[EmailMessage]:
        """What was mailed, oldest first."""
        found = sorted(self.folder.glob("*.eml"), key=lambda p: p.stat().st_mtime_ns)
        return [message_from_bytes(p.read_bytes(), policy=default) for p in found]

    def configure(self, configuration: Configuration) -> None:
        """From now on the page has this configuration."""
        self.configuration = configuration
        self.installation = Installation(self.settings, (configuration,), self.store, self.installation.job)

    def log_in(self, roles: Mapping[int, str], browser: Browser | None = None) -> Browser:
        """A browser in which somebody with these roles in Zetkin is logged in."""
        self.zetkin.roles = dict(roles)
        browser = browser or self.browser()
        browser.get("/login")
        gone = browser.get("/login/zetkin")
        assert gone.status_code == 303, gone.text
        state = re.search(r"state=([^&]+)", gone.headers["location"])
        assert state is not None
        back = browser.get(f"/login/zetkin/back?code=good&state={state[1]}")
        assert back.status_code == 303, back.text
        browser.get(back.headers["location"])
        return browser

    def with_role(self, role: Role, unit: int) -> Browser:
        """A browser of somebody with exactly this role in this unit."""
        rules = {"district": {"admin": role.name.lower()}, "association": {"admin": role.name.lower()}}
        access = Access.model_validate({"zetkin": rules})
        self.configure(replace(self.configuration, access=access))
        return self.log_in({unit: "admin"})

    def run(self, job: str = "pull_zetkin", **values: Any) -> int:
        """A run that waits."""
        number = ledger.enqueue(
            self.store,
            district=ROOT,
            job=job,
            organization=ROOT,
            slot=f"s{values.pop('slot', self.time.now)}",
            **values,
        )
        assert number is not None
        return number

    def plan(
        self, *, unit: int = ROOT, people: int = 3, hours: float = 48, action: str = "tag_people"
    ) -> int:
        """A proposal that waits: a tag for some people in a unit."""
        changes = tuple(
            Change(
                verb="tag",
                organization=unit,
                key=f"tag:{unit}:{n}",
                reason=say("Lives in {area}.", area="<b>Haga</b>"),
                person=100 + n,
                payload={"group": "zetkin_sync", "title": "Haga"},
            )
            for n in range(people)
        )
        plan = Plan(
            action=f"{action}_{unit}",
            district=ROOT,
            made=self.time.now,
            expires=self.time.now + timedelta(hours=hours),
            changes=changes,
            base=100,
        )
        with self.store.writing() as session:
            number = put_up(session, plan)
        assert number is not None
        return number

    def mail_plan(self, **payload: Any) -> int:
        """A proposal that sends an email to two people."""
        text = [{"kind": "string", "value": "Hej <script>alert(1)</script>"}]
        blocks = [
            {"kind": "header", "data": {"level": 2, "content": text}},
            {"kind": "paragraph", "data": {"content": text}},
            {"kind": "button", "data": {"href": "https://example.org/?a=1&b=2", "text": "Anmäl dig"}},
        ]
        change = Change(
            verb="send_email",
            organization=ROOT,
            key="mail:1",
            reason=say("Too few have signed up."),
            payload={
                "people": [101, 102],
                "subject": "Bokbord i Haga",
                "parts": [{"blocks": blocks}],
                **payload,
            },
        )
        plan = Plan(
            action="plan_callouts",
            district=ROOT,
            made=self.time.now,
            expires=self.time.now + timedelta(hours=48),
            changes=(change,),
        )
        with self.store.writing() as session:
            number = put_up(session, plan)
        assert number is not None
        return number

    def letter(
        self, *, unit: int = ROOT, kind: str = "weekly", slot: str = "2026-W48", more: str = ""
    ) -> int:
        """A mail that was sent."""
        mail = Mailing(
            district=ROOT,
            kind=kind,
            slot=f"{slot}-{unit}",
            role="district_board" if unit == ROOT else "association_board",
            unit=unit,
            recipient=b"r" * 32,
            language="sv",
            state=MailState.SENT,
            at=self.time.now,
            subject="v. 48: <b>Bokbord</b> 31 av 40",
            body=mailings.pressed(f'<p style="color:#900">Hej</p>{more}', "Hej i text"),
        )
        with self.store.writing() as session:
            session.add(mail)
            session.flush()
            assert mail.id is not None
            return mail.id


@cache
def _empty() -> Path:
    """A database with all tables, made once: seventy tables take a second."""
    path = Path(tempfile.mkdtemp(prefix="zs-page-")) / "empty.db"
    store = Store(f"sqlite:///{path}")
    SQLModel.metadata.create_all(store.engine)
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    return path


@contextmanager
def page_world(tmp_path: Path, **settings: Any) -> Iterator[World]:
    """A world over a database of its own."""
    time = Time(datetime.fromisoformat("2026-11-23T06:00:00+00:00"))
    shutil.copy(_empty(), tmp_path / "page.db")
    store = Store(f"sqlite:///{tmp_path}/page.db", now=time)
    event.listen(store.engine, "connect", lambda c, _record: c.execute("PRAGMA synchronous=OFF"))
    yield World(store, time, tmp_path / "mail", **settings)
    store.close()
