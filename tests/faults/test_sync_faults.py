"""Hundreds of faults on the wire: no exception escapes, nothing is lost or doubled, and two pulls later all is right."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from connectors.zetkin.wires import Wires
from tests.pulling import ROOT, Mirrored, Network, Simulated, differences, fresh, simulated
from zetkin_sync import records
from zetkin_sync.demo.simulator.faults import Fault, Kind
from zetkin_sync.errors import OutcomeUnknown, Temporary
from zetkin_sync.store.vanishing import conclude

LISTS = "/v[12]/orgs/*"
ONCE = {Kind.HUGE: 2}


STAGES = {
    "headers": lambda f: f.kind in (Kind.DISCONNECT, Kind.HEADERS),
    "body": lambda f: f.kind in (Kind.CUT, Kind.TRUNCATED, Kind.SLOW),
    "after commit": lambda f: f.after_commit,
}


def storm(seed: int, chance: float = 0.02) -> list[Fault]:
    """Every kind of fault, each now and then."""
    status = [
        Fault(
            kind=Kind.STATUS, path=LISTS, status=code, chance=chance / 2, seed=seed + code, after_commit=late
        )
        for code in (408, 425, 500, 502, 503, 504)
        for late in (False, True)
    ]
    too_much = [
        Fault(kind=Kind.STATUS, path=LISTS, status=429, retry_after=after, chance=chance, seed=seed + n)
        for n, after in enumerate(
            (None, "0", "-1", "1", "1000000000", "Sun, 22 Nov 2026 06:00:30 GMT", "soon")
        )
    ]
    others = [
        Fault(
            kind=kind,
            path=LISTS,
            chance=chance,
            seed=seed * 31 + n,
            seconds=0.02,
            bytes=70_000_000,
            count=ONCE.get(kind),
        )
        for n, kind in enumerate(sorted(set(Kind) - {Kind.STATUS, Kind.LATE, Kind.CHURN}))
    ]
    tokens = [Fault(kind=Kind.STATUS, path="/v1/oauth/token", status=503, chance=0.3, seed=seed)]
    return [*status, *too_much, *others, *tokens]


@pytest.fixture
def mirror(tmp_path: Path) -> Any:
    made = Mirrored(tmp_path / "mirror.db")
    yield made
    made.close()


def converge(mirror: Mirrored, zetkin: Any, tmp_path: Path, simulator: Simulated) -> None:
    """Two pulls without faults, an hour apart; then the mirror is what a fresh one would be, and what the simulator holds."""
    for _ in range(2):
        mirror.later()
        mirror.pull(zetkin)
        conclude(mirror.store, zetkin.look, district=ROOT)
    assert differences(mirror.everything(), fresh(zetkin, tmp_path / "fresh.db")) == {}
    assert mirror.compared(simulator) == {}
    assert mirror.is_sound()


@pytest.mark.parametrize("seed", range(1, 7))
def test_after_five_hundred_faults_two_pulls_make_it_right(
    seed: int, mirror: Mirrored, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if seed > 1 and not request.config.getoption("--soak"):
        pytest.skip("one seed a run; more in the soak")
    with simulated(people=150) as simulator:
        network = Network(Wires(httpx.URL(simulator.url), timeout=2.0), seed=seed)
        zetkin = simulator.connect(zetkin_page_size=10, zetkin_timeout=2.0, transport=network)
        mirror.pull(zetkin)
        everybody = set(mirror.rows(records.Person, "organization", "id"))
        hits = turn = 0
        whole = broken = 0
        stages: Counter[str] = Counter()
        network.chance = 0.02
        while hits + network.refused < 500:
            turn += 1
            simulator.faults(*storm(seed * 1000 + turn))
            simulator.operator.post(
                "/mutate", {"organization": ROOT, "join": 1, "leave": 1, "move": 1, "edit": 3, "seed": turn}
            )
            mirror.later(20)
            snapshots = mirror.pull(zetkin)
            whole += sum(s.complete for s in snapshots)
            broken += sum(not s.complete for s in snapshots)
            assert all(s.why for s in snapshots if not s.complete)
            assert everybody <= set(mirror.rows(records.Person, "organization", "id")), (
                "nobody goes without proof"
            )
            hits += simulator.hits()
            for rule in simulator.operator.get("/faults")["faults"]:
                fault = msgspec.convert(rule["fault"], Fault)
                stages.update({stage: rule["hits"] for stage, at in STAGES.items() if at(fault)})
            assert turn < 60
        network.chance = 0.0
        stages["connect"] = network.refused
        assert min(stages[stage] for stage in (*STAGES, "connect")) >= 10, stages
        assert broken, "the storm was too mild to test anything"
        assert whole > broken
        simulator.faults()
        converge(mirror, zetkin, tmp_path, simulator)
        zetkin.close()


KINDS = [
    *(
        Fault(kind=kind, path="/v1/orgs/1/people", seconds=0.02, bytes=70_000_000)
        for kind in sorted(set(Kind) - {Kind.STATUS, Kind.LATE, Kind.CHURN})
    ),
    *(
        Fault(kind=Kind.STATUS, path="/v1/orgs/1/people", status=code, retry_after=after)
        for code, after in [
            (500, None),
            (503, "1"),
            (429, None),
            (429, "1000000000"),
            (403, None),
            (401, None),
            (404, None),
        ]
    ),
]


def name_of(fault: Fault) -> str:
    return f"{fault.kind.value}-{fault.status}-{fault.retry_after}"


@pytest.mark.parametrize("skip", [0, 2])
@pytest.mark.parametrize("fault", KINDS, ids=name_of)
def test_a_fault_that_stays_leaves_the_mirror_as_it_was(
    fault: Fault, skip: int, mirror: Mirrored, shared: Simulated
) -> None:
    shared.faults()
    zetkin = shared.connect(zetkin_page_size=10, zetkin_timeout=2.0)
    mirror.read(zetkin, records.Person, ROOT)
    before = mirror.rows(records.Person)
    shared.faults(msgspec.structs.replace(fault, skip=skip))
    snapshot = mirror.read(zetkin, records.Person, ROOT)
    hurt = shared.hits()
    shared.faults()
    assert hurt >= 1
    assert mirror.rows(records.Person) == before
    harmless = {Kind.SLOW, Kind.REORDERED, Kind.EXPIRE_TOKEN}
    if not snapshot.complete:
        assert snapshot.why
    elif fault.kind not in harmless:
        assert (snapshot.missing, snapshot.new) == (0, 0) or fault.kind in (
            Kind.EMPTY_PAGE,
            Kind.REPEATED_PAGE,
        )
    mirror.later()
    assert mirror.read(zetkin, records.Person, ROOT).complete
    mirror.later()
    mirror.read(zetkin, records.Person, ROOT)
    conclude(mirror.store, zetkin.look, district=ROOT)
    assert mirror.rows(records.Person) == before
    assert mirror.rows(records.Missing) == []  # type: ignore[arg-type]
    zetkin.close()


@pytest.fixture(scope="module")
def shared() -> Any:
    with simulated() as running:
        yield running


def test_no_fault_makes_anything_twice(tmp_path: Path) -> None:
    """Looked up before it is made, as the executor does: never two of one title, however answers are lost."""
    with simulated() as simulator:
        zetkin = simulator.connect(zetkin_timeout=0.5)
        titles = [f"tag {n}" for n in range(40)]
        for turn in range(12):
            seed = int.from_bytes(hashlib.sha256(bytes([turn])).digest()[:4], "big")
            simulator.faults(
                Fault(
                    kind=Kind.STATUS,
                    method="P*",
                    path=LISTS,
                    status=500,
                    after_commit=True,
                    chance=0.2,
                    seed=seed,
                ),
                Fault(kind=Kind.STATUS, method="P*", path=LISTS, status=503, chance=0.2, seed=seed + 1),
                Fault(
                    kind=Kind.DISCONNECT,
                    method="P*",
                    path=LISTS,
                    after_commit=True,
                    chance=0.2,
                    seed=seed + 2,
                ),
                Fault(kind=Kind.HTML, method="P*", path=LISTS, after_commit=True, chance=0.1, seed=seed + 3),
                Fault(kind=Kind.STATUS, method="P*", path=LISTS, status=429, chance=0.2, seed=seed + 4),
                Fault(kind=Kind.CUT, path=LISTS, chance=0.05, seed=seed + 5),
            )
            for title in titles:
                try:
                    if zetkin.find_tag(organization=ROOT, group="zetkin_sync", title=title) is None:
                        zetkin.create_tag(organization=ROOT, group="zetkin_sync", title=title, description="")
                except (OutcomeUnknown, Temporary):
                    continue
        made = [tag.title for tag in simulator.state.tags.values() if tag.title.startswith("tag ")]
        assert sorted(made) == sorted(set(made))
        assert len(made) == 40
        zetkin.close()
