"""People leave by the hundred while their list is read: nobody else goes with them, and none of them stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.pulling import ROOT, Mirrored, simulated
from zetkin_sync.demo.simulator.mutations import Mutation
from zetkin_sync.records import Page, Person
from zetkin_sync.store.brake import Brake
from zetkin_sync.store.mirror import read_whole
from zetkin_sync.store.vanishing import conclude

PEOPLE, LEAVING, SIZE = 800, 100, 20


def people(mirror: Mirrored) -> set[int]:
    return {person for (person,) in mirror.rows(Person, "id")}


def test_a_hundred_who_leave_during_a_pull_take_nobody_with_them(tmp_path: Path) -> None:
    with simulated(people=PEOPLE, months=1) as simulator:
        mirror = Mirrored(tmp_path / "mirror.db")
        zetkin = simulator.connect(zetkin_page_size=SIZE)
        before = set(simulator.state.members(ROOT))
        assert mirror.read(zetkin, Person, ROOT).complete
        assert people(mirror) == before

        left: list[int] = []

        def drifting() -> Iterator[Page]:
            for number, page in enumerate(zetkin.pages(Person, organization=ROOT)):
                yield page
                if number == len(before) // SIZE * 3 // 4:
                    left.extend(
                        simulator.operator.mutate(Mutation(organization=ROOT, leave=LEAVING, seed=7)).left
                    )

        def read(pages: Any) -> Any:
            mirror.later()
            return read_whole(
                mirror.store, Person, pages, district=ROOT, organization=ROOT, brake=Brake(least=10**6)
            )

        drifted = read(drifting())
        assert len(left) == LEAVING
        unseen = drifted.missing
        assert unseen > LEAVING // 2, "the list did not drift: nothing was tested"
        assert people(mirror) == before, "one reading proves nobody gone"

        notes = []
        for _ in range(2):
            assert read(zetkin.pages(Person, organization=ROOT)).complete
            notes += conclude(mirror.store, zetkin.look, district=ROOT).notes
            assert before - people(mirror) <= set(left)
        assert notes, "so many at once are for a person to look at"
        conclude(mirror.store, zetkin.look, district=ROOT, accepted=[ROOT])  # the person has looked
        alive = before - set(left)
        assert people(mirror) - alive == set(), "ghosts"
        assert alive - people(mirror) == set(), "false deletions"
        zetkin.close()
        mirror.close()
