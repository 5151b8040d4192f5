"""The same sending against the real simulator: its state, its rules, its switchboard, the whole client, no sockets.

Every request and every commit point is a numbered moment. What can go wrong at each is listed from the code, and
all histories with so many faults are gone through: a history is given up only where it comes to a state that
another one has gone on from already, so that nothing is left out.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, cast

import httpx

import connectors.zetkin
from tests.fake_zetkin import MONDAY
from tests.pulling import KEY, Hurried
from tests.sending import CHANGES, NETWORK, OPTED_OUT, PEOPLE, TABLES, World
from zetkin_sync.apply import watch
from zetkin_sync.apply.execute import carry_out
from zetkin_sync.apply.verbs import VERBS
from zetkin_sync.demo.district.plan import CLIENT_ID, CLIENT_SECRET, GRANT
from zetkin_sync.demo.simulator.app import V1, V2
from zetkin_sync.demo.simulator.faults import Fault, Kind, Switchboard
from zetkin_sync.demo.simulator.surface import Request, Surface
from zetkin_sync.demo.world.emails import EmailConfig, EmailTheme
from zetkin_sync.demo.world.events import Activity, Campaign, Event, Participation
from zetkin_sync.demo.world.organizations import ApiKey, Client, Organization, User
from zetkin_sync.demo.world.people import Person, Tag
from zetkin_sync.demo.world.state import State
from zetkin_sync.errors import Trouble
from zetkin_sync.records import STOP
from zetkin_sync.settings import Settings
from zetkin_sync.store import controls, outbox

LATE = 600.0  # seconds until a request lands that was given up: less than the quiet time
FUTURE = timedelta(hours=3)  # when everything that is on its way has arrived
_CHANGED = (  # what of Zetkin a message can change
    "folders",
    "views",
    "queries",
    "emails",
    "links",
    "tasks",
    "call_assignments",
    "events",
    "tags",
    "deliveries",
    "reminders",
)
_KEPT = (*_CHANGED, "tokens", "_agenda", "_booked", "_next", "_secrets")  # the rest never changes here
_TOKEN = "/v1/oauth/token"


def fault(kind: Kind, **more: Any) -> Fault:
    return Fault(kind=kind, **more)


UNSENT = "unsent"
SORTS: dict[str, Fault] = {
    "unread": fault(Kind.STATUS, status=500),
    "refused": fault(Kind.STATUS, status=403),
    "void": fault(Kind.DISCONNECT),
    "lost": fault(Kind.DISCONNECT, after_commit=True),
    "late": fault(Kind.LATE, seconds=LATE, status=504),
    "dead": fault(Kind.LATE, seconds=LATE, status=504),  # … and the process dies before it hears of it
    "gone": fault(Kind.STATUS, status=404),
    "empty": fault(Kind.EMPTY_PAGE),
    "forbidden": fault(Kind.STATUS, status=403),
}
LIES = ("gone", "empty", "forbidden")  # to a reading: Zetkin says what is not so
ELSEWHERE = {
    Kind.STALL: "time-outs take real time: tests/contract/test_simulator_faults.py",
    Kind.SLOW: "takes real time: tests/contract/test_simulator_faults.py",
    Kind.CHURN: "no answer, but people who come and go: tests/faults/test_pull_drift.py",
}


def every_answer() -> Iterator[tuple[str, Fault | None]]:
    """Every answer that the simulator can give to one request, from its own list of kinds."""
    yield UNSENT, None
    for kind in Kind:
        if kind is Kind.STATUS:
            for status in (400, 401, 403, 404, 409, 429):
                yield f"{status}", fault(kind, status=status)
            for status in (408, 500, 502, 503):
                for after in (False, True):
                    yield f"{status} {after=}", fault(kind, status=status, after_commit=after)
            yield "503, later", fault(kind, status=503, retry_after="5")
        elif kind is Kind.DISCONNECT:
            for after in (False, True):
                yield f"{kind} {after=}", fault(kind, after_commit=after)
        elif kind is Kind.LATE:
            yield kind, fault(kind, seconds=LATE, status=504)
            yield f"{kind}, silent", fault(kind, seconds=LATE)
        elif kind not in ELSEWHERE:
            yield kind, fault(kind)


class Moment(NamedTuple):
    """A commit point ("point") or a request ("GET", "POST" …) and its place in the code or path."""

    kind: str
    name: str

    def possible(self, *, lies: bool) -> Iterator[str]:
        """What can go wrong here, one of each sort; that there are no others is tested with `every_answer`."""
        if self.kind == "point":
            yield "crash"
        elif self.name == _TOKEN:
            yield from ("unread", "refused")
        else:
            yield from (
                ("unread",) if self.kind == "GET" else (UNSENT, "refused", "void", "lost", "late", "dead")
            )
            if lies:
                yield from LIES if self.kind == "GET" else ("gone",)


class Crash(BaseException):
    """The process dies here."""


class Known(BaseException):
    """From here on it is the same as in a history that has been gone through."""


class Moments(Switchboard):
    """The simulator's switchboard, switched by the number of the moment."""

    def __init__(self) -> None:
        super().__init__()
        self.begin({})

    def begin(self, faults: dict[int, str | Fault]) -> None:
        self.seen: list[Moment] = []
        self.faults = faults

    def moment(self, kind: str, name: str) -> str | Fault | None:
        self.seen.append(Moment(kind, name))
        return self.faults.get(len(self.seen) - 1)

    def pick(self, method: str, path: str) -> Fault | None:
        """What goes wrong with the request that has just come (see `Wire`)."""
        return self.now

    def coming(self, method: str, path: str) -> None:
        """A request is about to leave. Raises httpx.ConnectError when it does not get off."""
        wrong = self.moment(method, path)
        if wrong == UNSENT:
            raise httpx.ConnectError("nobody there")
        self.now = SORTS[wrong] if isinstance(wrong, str) else wrong
        self.dies = wrong == "dead"


class Wire(httpx.BaseTransport):
    """Requests straight into the simulator's surfaces; an answer that breaks off is a broken connection."""

    def __init__(self, state: State, clock: Any, switchboard: Moments) -> None:
        self._switchboard = switchboard
        self._surfaces = {
            version: Surface(routes, state, clock=clock, switchboard=switchboard, connections={})
            for version, routes in (("/v1", V1), ("/v2", V2))
        }

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path, _, query = request.url.raw_path.partition(b"?")
        self._switchboard.coming(request.method, path.decode())
        scope = {
            "method": request.method,
            "path": path.decode(),
            "root_path": path[:3].decode(),
            "query_string": query,
            "headers": [(k.lower(), v) for k, v in request.headers.raw],
            "client": ("test", 0),
        }
        coming = iter([{"type": "http.request", "body": request.read()}])
        sent: list[dict[str, Any]] = []

        async def receive() -> Any:
            return next(coming, {"type": "http.disconnect"})

        async def send(message: Any) -> None:
            sent.append(message)

        call = self._surfaces[path[:3].decode()](scope, receive, send)
        with contextlib.suppress(StopIteration):
            while True:
                call.send(None)
        if self._switchboard.dies:
            raise Crash
        if not sent:
            raise httpx.ReadError("no answer", request=request)
        begun, *parts = sent
        if parts[-1].get("more_body"):
            raise httpx.ReadError("cut off", request=request)
        body = cast(Any, (p["body"] for p in parts))
        return httpx.Response(begun["status"], headers=begun["headers"], stream=_Pieces(body))


class _Pieces(httpx.SyncByteStream):
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces


def small_zetkin() -> State:
    """One organization, its network of five, two events that need people, a sender, a theme, a project."""
    state = State()
    state.organizations[1] = Organization(id=1, title="Distriktet", officials={900: "admin"})
    for number in (1, 2, 3, 4, 5, 900):
        state.people[number] = Person(
            id=number, root=1, first_name="P", last_name=str(number), email=f"p{number}@example.org"
        )
        state.connect(1, number)
    state.users[950] = User(
        id=950,
        username="s",
        first_name="s",
        last_name="s",
        email="s@example.org",
        joined=MONDAY,
        people={1: 900},
    )
    state.clients[CLIENT_ID] = Client(id=CLIENT_ID, title="zetkin_sync", secret=CLIENT_SECRET)
    state.api_keys[1] = ApiKey(id=1, user=950, client=CLIENT_ID, grant=GRANT)
    state.tags[NETWORK] = Tag(
        id=NETWORK, organization=1, title="Nätverket", people=dict.fromkeys(range(1, 6))
    )
    state.tags[OPTED_OUT] = Tag(id=OPTED_OUT, organization=1, title="Utträtt")
    state.email_configs[3] = EmailConfig(
        id=3, organization=1, sender_name="D", sender_email="d@example.org", domain="example.org"
    )
    state.email_themes[9] = EmailTheme(id=9, organization=1)
    state.campaigns[5] = Campaign(id=5, organization=1, title="Projektet")
    state.activities[1] = Activity(id=1, organization=1, title="Torgmöte")
    for number, days in ((51, 5), (52, 6)):
        starts = (MONDAY + timedelta(days=days)).replace(tzinfo=None)
        state.events[number] = Event(
            id=number,
            organization=1,
            starts=starts,
            ends=starts + timedelta(hours=2),
            activity=1,
            campaign=5,
            required=5,
            contact=900,
            published=MONDAY - timedelta(days=1),
        )
    state.events[51].participants = {1: Participation(), 2: Participation()}
    return state


class Snapshot(NamedTuple):
    """The whole world at one moment."""

    now: datetime
    rows: dict[str, list[Any]]
    zetkin: dict[str, Any]


class Simulated(World):
    """A store, the simulator, a clock; time, Zetkin and database can be put back to any moment."""

    def __init__(self, *, tries: int = 1) -> None:
        self.state_of_zetkin = small_zetkin()
        super().__init__(zetkin=self.state_of_zetkin)
        self.moments = Moments()
        self.wire = Wire(self.state_of_zetkin, self.clock, self.moments)
        self.settings = Settings(
            hash_key=KEY,
            zetkin_url="http://127.0.0.1:1",
            zetkin_client_id=CLIENT_ID,
            zetkin_client_secret=CLIENT_SECRET,
            zetkin_grant=GRANT,
            zetkin_tries=tries,
        )
        self.known: dict[Any, int] | None = None
        self.left = 0

    def visible(self, verb: str) -> dict[int, int]:
        """How many times each person has seen it."""
        zetkin = self.state_of_zetkin
        match verb:
            case "send_email":
                return Counter(person for _, person, _ in zetkin.deliveries)
            case "assign_task":
                return Counter(person for task in zetkin.tasks.values() for person in task.assigned)
            case "remind":
                return Counter(person for _, person, _ in zetkin.reminders)
            case _:  # only organizers see it: how many there are
                table = {"draft_calls": "call_assignments", "draft_email": "emails", "make_list": "views"}
                assert not zetkin.deliveries
                return Counter(0 for _ in getattr(zetkin, table[verb]).values())

    def connect(self) -> connectors.zetkin.Zetkin:
        """A process of its own: a client that has no token yet."""
        hurried = Hurried()
        return connectors.zetkin.connect(
            self.settings,
            transport=self.wire,
            clock=hurried,
            sleep=hurried.sleep,
            now=self.clock,
            chance=lambda: 0.0,
        )

    def hands(self) -> Any:
        hands = super().hands()
        return replace(hands, zetkin=self.connect(), point=self._point)

    def _point(self, label: str) -> None:
        if self.moments.moment("point", label) == "crash":
            raise Crash
        if self.known is not None and label.endswith(".recorded"):
            self._go_on_where_it_is_new(self.known, label)

    def _go_on_where_it_is_new(self, known: dict[Any, int], label: str) -> None:
        """What is in memory stands in the database too at this point, so the same state has the same future."""
        if len(self.moments.seen) > max(self.moments.faults, default=-1):
            key = (label, *self.key())
            if known.get(key, -1) >= self.left:
                raise Known
            known[key] = self.left

    def work(self, plan: int) -> None:
        """One run of the job, by a process that has just been started."""
        with contextlib.suppress(Crash, Trouble):  # a run that fails is a run that has ended
            hands = self.hands()
            watch.follow(hands)
            carry_out(hands, plan)

    def pass_by(self, **delta: float) -> None:
        self.clock.now += timedelta(**delta)
        self.state_of_zetkin.settle(self.clock.now)

    # -- any moment again

    def keep(self) -> Snapshot:
        """Everything as it is now."""
        with self.store.reading() as session:
            run = session.connection().exec_driver_sql
            rows = {name: list(map(tuple, run(f'SELECT * FROM "{name}"'))) for name in TABLES}
        zetkin = {name: deepcopy(getattr(self.state_of_zetkin, name)) for name in _KEPT}
        return Snapshot(self.clock.now, rows, zetkin)

    def put_back(self, then: Snapshot) -> None:
        """Everything as it was then."""
        self.clock.now = then.now
        for name in _KEPT:
            setattr(self.state_of_zetkin, name, deepcopy(then.zetkin[name]))
        self.state_of_zetkin.forget_all()
        with self.store.transaction() as connection:
            for name in reversed(TABLES):
                connection.exec_driver_sql(f'DELETE FROM "{name}"')
            for name in TABLES:
                if then.rows[name]:
                    marks = ",".join("?" * len(then.rows[name][0]))
                    connection.exec_driver_sql(f'INSERT INTO "{name}" VALUES ({marks})', then.rows[name])

    def key(self) -> tuple[Any, ...]:
        """All that what comes next depends on."""
        with self.store.reading() as session:
            run = session.connection().exec_driver_sql
            rows = [repr(run(_KEY[name]).all()) for name in _KEY]
        zetkin = [repr(getattr(self.state_of_zetkin, name)) for name in _CHANGED]
        coming = sorted(self.state_of_zetkin._agenda, key=lambda entry: entry[:2])
        agenda = [(when, what) for when, _, job in coming if (what := _what(job))]
        return (self.clock.now, *rows, *zetkin, repr(agenda))


_KEY = {
    "intent": "SELECT state, step, doing, facts, before, attempts, not_before, publish_at, why IS NULL FROM intent",
    "asked": "SELECT person, dropped IS NULL FROM asked",
    "plan": "SELECT state FROM plan",
    "control": "SELECT name FROM control",
    "opt_out": "SELECT person FROM opt_out",
}


def _what(job: Any) -> str:
    """What is to happen, without where in memory it lies: a delivery, or a request that comes late."""
    if isinstance(job, partial):
        return f"{job.func.__name__}{job.args}"
    late = [c.cell_contents for c in job.__closure__ if isinstance(c.cell_contents, Request)]
    return "".join(
        f"{r.method} {r.path} {r.body!r}" for r in late if r.method != "GET" and r.path not in _TOKEN
    )


WHO = {"send_email": PEOPLE, "assign_task": PEOPLE, "remind": [1, 2]}


class Search:
    """All histories of one message with at most `deep` things that go wrong.

    `whole` gives nothing up: each history is lived to its end, whatever it has in common with others.
    """

    def __init__(
        self, verb: str, deep: int, *, lies: bool = False, stops: bool = False, whole: bool = False
    ) -> None:
        self.world = Simulated()
        self.lies = lies
        self.verb = verb
        self.whole = whole
        self.stops = stops
        self.last = len(VERBS[verb].steps) - 1
        self.runs = self.ends = 0
        self.plan = self.world.approve(CHANGES[verb]())
        self.known: dict[Any, int] = {}
        self.points: set[str] = set()
        self._go_on(self.world.keep(), deep, ())

    def _go_on(self, then: Snapshot, left: int, told: tuple[Any, ...]) -> None:
        """The rounds that follow, with at most so many things that still go wrong."""
        waiting = [(then, left, told)]
        while waiting:
            then, left, told = waiting.pop()
            for end, still, more in self._round(then, left, {}, -1):
                history = (*told, *more)
                if self._is_settled(end, history):
                    continue
                assert len(history) < 60, f"it never settles: {history}"
                waiting.append((end, still, history))

    def _round(
        self, then: Snapshot, left: int, faults: dict[int, str | Fault], after: int
    ) -> Iterator[tuple[Snapshot, int, tuple[Any, ...]]]:
        """The ends of one run of the job, and of the same with each thing that can go wrong in it."""
        world, moments = self.world, self.world.moments
        world.put_back(then)
        moments.begin(faults)
        world.known, world.left = (None if self.whole else self.known), left
        self.runs += 1
        try:
            world.work(self.plan)
            end = self._end(left)
        except Known:
            end = None
        seen = list(moments.seen)
        self.points.update(m.name for m in seen if m.kind == "point")
        if end is not None:
            yield end, left, (tuple((seen[n], f) for n, f in faults.items()) or (("·", None),))
        if left:
            for number in range(after + 1, len(seen)):
                for wrong in seen[number].possible(lies=self.lies):
                    yield from self._round(then, left - 1, {**faults, number: wrong}, number)

    def _end(self, left: int) -> Snapshot | None:
        self.world.pass_by(minutes=5)
        key = ("round", *self.world.key())
        if not self.whole:
            if self.known.get(key, -1) >= left:
                return None
            self.known[key] = left
        return self.world.keep()

    def _is_settled(self, end: Snapshot, history: tuple[Any, ...]) -> bool:
        """At the end of a history what people saw is what we say: once, or not and why. Late answers included."""
        world = self.world
        world.put_back(end)
        state = world.state(self.plan)
        if state in ("planned", "sending", "unknown", "scheduled"):
            if (
                self.stops
                and VERBS[self.verb].cancel
                and outbox.intents_of(world.store, plan=self.plan)[0].step >= self.last
            ):
                self._takes_back(end, history)
            return False
        self.ends += 1
        world.pass_by(hours=3)
        context = f"{self.verb}: {history} → {state} {world.why(self.plan)}"
        seen = world.visible(self.verb)
        lied_to = any(wrong in LIES for _, wrong in history if wrong)
        if self.verb in WHO:
            assert set(seen.values()) <= {1}, f"{seen} {context}"
            assert seen.keys() in (set(), set(WHO[self.verb])), f"{seen} {context}"
            assert bool(seen) == (state == "done") or (state == "parked" and lied_to), context
        else:  # a draft or a list may be left half made; then a person is told
            assert lied_to or set(seen.values()) <= {1}, f"{seen} {context}"
            assert seen or state != "done", context
        if state != "done":
            assert world.why(self.plan), context
        return True

    def _takes_back(self, end: Snapshot, history: tuple[Any, ...]) -> None:
        """Stopped or cancelled here, nobody gets it any more, not even by a request that comes late."""
        world = self.world
        world.moments.begin({})
        world.known = None
        for how in ("stop", "cancel"):
            world.put_back(end)
            world.pass_by(minutes=1)
            seen = world.visible(self.verb)  # what has begun to go out is out
            world.put_back(end)
            if how == "stop":
                controls.turn_on(world.store, district=1, name=STOP, who="user:1")
                watch.follow(world.hands())
            else:
                watch.cancel_plan(world.hands(), self.plan)
            for _ in range(5):
                world.pass_by(minutes=5)
                watch.follow(world.hands())
            world.pass_by(hours=3)
            assert world.visible(self.verb) == seen, f"{how}: {self.verb}: {history}"
