"""Whatever the question, the planner keeps the rules, its bound holds, and the order of asking does not matter."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.callout_instances import SHAPES, make
from tests.callouts_oracle import best, broken_rules, objective
from zetkin_sync.callouts.planner.reading import read
from zetkin_sync.callouts.planner.solve import solve

Document = dict[str, Any]


def answer(question: Document) -> Document:
    instance, _ = read(json.dumps(question).encode(), name="question")
    return solve(instance).as_json()


@st.composite
def questions(draw: st.DrawFn, people: int = 12, events: int = 6, lines: int = 3) -> Document:
    """Small questions of every kind: nobody, nothing open, ties, certain people, one time for all, no time."""
    number = st.integers(0, people)
    who = [{"id": i, "allowance": draw(st.integers(0, 2))} for i in range(draw(number))]
    what = []
    for j in range(draw(st.integers(0, events))):
        start = draw(st.one_of(st.none(), st.integers(0, 6)))
        what.append(
            {
                "id": f"e{j}",
                "open": draw(st.integers(0, 3)),
                "weight": draw(st.sampled_from([0, 1, 1, 3, 0.5])),
                "start": start,
                "end": None if start is None else start + draw(st.integers(1, 3)),
            }
        )
    chances = st.sampled_from([0.0, 0.01, 0.1, 0.1, 0.3, 0.5, 0.9, 1.0])
    edges = [[i["id"], j["id"], draw(chances)] for i in who for j in what if draw(st.integers(0, 2)) > 0]
    return {
        "people": who,
        "events": what,
        "edges": edges,
        "lines": draw(st.integers(1, lines)),
        "budget": draw(st.one_of(st.none(), st.integers(0, people))),
        "tau": draw(st.sampled_from([0.0, 0.03, 0.2])),
        "bundles": draw(st.one_of(st.none(), st.integers(1, 4))),
        "half": draw(st.booleans()),
    }


@settings(deadline=None, max_examples=120)
@given(questions())
def test_no_rule_is_broken_and_the_worth_is_exact(question: Document) -> None:
    assert broken_rules(question, answer(question)) == []


@settings(deadline=None, max_examples=60)
@given(questions(people=4, events=3, lines=2))
def test_on_tiny_questions_the_bound_is_above_the_best_plan_and_ours_is_not(question: Document) -> None:
    question["bundles"] = None if question["bundles"] is None else min(question["bundles"], 2)
    found = answer(question)
    assert found["bound"] >= best(question, tau=0.0) - 1e-9
    most = best(question, tau=question["tau"])
    assert found["objective_minus_tau"] <= most + 1e-9
    assert found["objective_minus_tau"] >= 0.75 * most - 1e-9


@settings(deadline=None, max_examples=40)
@given(questions(), st.randoms(use_true_random=False))
def test_the_order_of_asking_does_not_matter(question: Document, order: random.Random) -> None:
    shuffled = {
        key: order.sample(value, len(value)) if isinstance(value, list) else value
        for key, value in question.items()
    }
    assert answer(shuffled) == answer(question)


@settings(deadline=None, max_examples=40)
@given(questions())
def test_people_and_events_that_can_play_no_part_change_nothing(question: Document) -> None:
    more = {
        **question,
        "people": [
            {"id": -1, "allowance": 0},
            {"id": -2, "allowance": 2},
            *question["people"],
            {"id": "zoe", "allowance": 1},
        ],
        "events": [
            {"id": "a", "open": 0, "weight": 9, "start": 1, "end": 2},
            {"id": 3, "open": 4, "weight": 0, "start": 1, "end": 2},
            *question["events"],
            {"id": "z", "open": 4, "weight": 2, "start": 1, "end": 2},
        ],
        "edges": [[-1, "z", 0.9], [-2, "a", 0.9], [-2, 3, 0.9], ["zoe", "z", 0.0], *question["edges"]],
    }
    assert answer(more) == answer(question)


@settings(deadline=None, max_examples=40)
@given(questions())
def test_every_message_adds_at_least_tau_to_the_plan_as_it_stands(question: Document) -> None:
    found = answer(question)
    for left_out in found["messages"]:
        others = [m for m in found["messages"] if m is not left_out]
        assert found["objective"] - objective(question, others) >= question["tau"] - 1e-9


@pytest.mark.parametrize("bundles", [None, 4])
@pytest.mark.parametrize("name", ["district sparse", "district dense", "town"])
def test_the_same_plan_for_shuffled_districts(name: str, bundles: int | None) -> None:
    question = make(SHAPES[name], 5, bundles=bundles)
    order = random.Random(5)
    shuffled = {
        key: order.sample(value, len(value)) if isinstance(value, list) else value
        for key, value in question.items()
    }
    assert answer(shuffled) == answer(question)
