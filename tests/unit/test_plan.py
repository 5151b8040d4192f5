"""The whole plan: every commitment is there, is assessed, and stands in the document as in the configuration."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.goals_facts import DISTRICT, district
from tests.unit.metrics import METRICS
from tests.unit.rich_district import rich
from zetkin_sync.goals import Assessed, assess, bind, parse_plan
from zetkin_sync.goals.plan import TargetFrom
from zetkin_sync.goals.table import markdown
from zetkin_sync.language import Language
from zetkin_sync.records.facts import Facts

PLAN, _PROBLEMS = parse_plan(Path("config/plan.toml").read_bytes(), file="plan.toml")
assert PLAN is not None
BOUND, _UNBOUND = bind(PLAN, METRICS, file="plan.toml")

# What each commitment comes to where everything has been done and written down, and where nothing has.
# "not_applicable" is said of figures that nothing is held against, and of what was not arranged.
EXPECTED = {
    "1": "met unknown",
    "2": "met unknown",
    "3": "met unknown",
    "4": "met unknown",
    "5": "met unknown",
    "6": "met unknown",
    "7": "not_applicable unknown",
    "8": "met unknown",
    "9": "met unknown",
    "9b": "met unknown",
    "10": "met unknown",
    "11": "met unknown",
    "12": "met unknown",
    "13": "met unknown",
    "14": "met unknown",
    "15": "met unknown",
    "16": "met unknown",
    "17": "met unknown",
    "18": "met unknown",
    "19": "met unknown",
    "20": "met unknown",
    "21": "met unknown",
    "22": "met unknown",
    "23": "met behind",
    "24": "met unknown",
    "25": "met unknown",
    "26": "not_applicable unknown",
    "27": "met behind",
    "28": "met behind",
    "29": "not_applicable unknown",
    "30": "behind unknown",
    "31a": "met unknown",
    "31b": "met unknown",
    "31c": "met unknown",
    "31d": "met unknown",
    "31e": "met unknown",
    "31f": "met unknown",
    "31g": "met unknown",
    "32": "met unknown",
    "33": "met unknown",
    "34": "not_applicable unknown",
    "35": "met unknown",
    "36": "met unknown",
    "37": "met unknown",
    "38": "met unknown",
    "38b": "not_applicable unknown",
    "39": "met unknown",
    "40": "met unknown",
    "41": "met unknown",
    "42": "met unknown",
    "43": "met unknown",
    "44": "met unknown",
    "45": "met unknown",
    "46": "met unknown",
    "46b": "not_applicable unknown",
    "47": "met unknown",
    "47b": "not_applicable unknown",
    "48": "met unknown",
    "48b": "not_applicable unknown",
    "49": "met unknown",
    "50": "met unknown",
    "51": "met unknown",
    "52": "not_applicable unknown",
    "53": "met unknown",
    "54": "met unknown",
    "55": "met unknown",
    "56": "met unknown",
    "57": "met unknown",
    "58": "met unknown",
    "59": "met met",
    "60": "met behind",
    "61": "met behind",
    "62": "met unknown",
    "63": "met unknown",
    "64": "met unknown",
    "65": "met unknown",
    "66": "met unknown",
    "67": "on_track unknown",
    "68": "on_track unknown",
    "69": "met unknown",
    "70": "met unknown",
    "71": "met unknown",
    "72": "met unknown",
    "73": "met unknown",
    "74": "met unknown",
    "75": "not_applicable unknown",
    "76": "met unknown",
    "77": "not_applicable unknown",
    "78": "met unknown",
    "79": "behind unknown",
    "80": "behind unknown",
    "81": "met unknown",
    "82": "met unknown",
    "83": "met unknown",
    "84": "met unknown",
    "85": "not_applicable unknown",
    "86": "met unknown",
    "87": "met unknown",
    "88": "not_applicable unknown",
    "89": "not_applicable not_applicable",
    "90": "not_applicable unknown",
    "90b": "not_applicable unknown",
    "91": "not_applicable unknown",
    "92": "met unknown",
    "93": "met unknown",
    "94": "met unknown",
    "95": "met unknown",
    "96": "met unknown",
    "96b": "met unknown",
    "97": "not_applicable unknown",
    "98": "not_applicable unknown",
    "99": "met unknown",
    "100": "met unknown",
    "101": "not_applicable unknown",
    "101b": "met unknown",
    "102": "not_applicable unknown",
    "103": "not_applicable unknown",
    "104": "not_applicable unknown",
    "105": "not_applicable unknown",
    "106": "not_applicable unknown",
    "107": "not_applicable unknown",
    "108": "not_applicable unknown",
    "109": "not_applicable unknown",
    "110": "not_applicable unknown",
    "111": "not_applicable unknown",
    "112": "not_applicable unknown",
    "113": "not_applicable unknown",
    "114": "not_applicable unknown",
    "115": "not_applicable unknown",
    "116": "met unknown",
    "117": "met unknown",
    "118": "met unknown",
    "119": "met unknown",
    "120": "met unknown",
    "121": "met unknown",
    "122": "met unknown",
    "123": "met unknown",
    "124": "met unknown",
    "125": "met unknown",
    "126": "met unknown",
    "127": "met unknown",
    "128": "met behind",
    "128b": "met unknown",
    "128c": "met unknown",
}


def of(facts: Facts) -> dict[str, Assessed]:
    return {a.number: a for a in assess(facts, BOUND) if a.unit == DISTRICT}


@pytest.fixture(scope="module")
def rich_district() -> dict[str, Assessed]:
    return of(rich(PLAN))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def bare_district() -> dict[str, Assessed]:
    return of(district())


def test_the_configuration_has_no_mistakes() -> None:
    assert [str(problem) for problem in (*_PROBLEMS, *_UNBOUND)] == []


def test_all_128_commitments_are_there() -> None:
    assert PLAN is not None
    assert sorted({goal.number for goal in PLAN.goals}) == list(range(1, 129))
    assert [goal.name for goal in PLAN.goals] == list(EXPECTED)


@pytest.mark.parametrize("name", list(EXPECTED))
def test_each_commitment_comes_to_what_it_should(
    name: str, rich_district: dict[str, Assessed], bare_district: dict[str, Assessed]
) -> None:
    found = rich_district[name], bare_district[name]
    assert " ".join(assessed.state.value for assessed in found) == EXPECTED[name]


@pytest.mark.parametrize("name", list(EXPECTED))
def test_what_is_unknown_says_what_is_missing_and_what_is_known_has_a_sentence(
    name: str, rich_district: dict[str, Assessed], bare_district: dict[str, Assessed]
) -> None:
    for assessed in (rich_district[name], bare_district[name]):
        assert assessed.known or assessed.missing
        assert Language("sv").say(assessed.finding)


def test_the_document_has_the_same_numbers_targets_and_classes_as_the_configuration() -> None:
    assert PLAN is not None
    document = Path("docs/plan.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+[a-z]?) \|.*$", document, re.MULTILINE)
    assert rows == [goal.name for goal in PLAN.goals]
    assert markdown(PLAN) in document, "write it anew: zetkin-sync goals --table"


def test_a_suggestion_is_never_shown_as_decided() -> None:
    assert PLAN is not None
    table = {line.split(" | ")[0].removeprefix("| "): line for line in markdown(PLAN).splitlines()}
    for goal in PLAN.goals:
        said = "our suggestion" if goal.target_from is TargetFrom.SUGGESTION else "the plan"
        assert (goal.target_from is TargetFrom.NONE) or said in table[goal.name]


def test_figures_that_the_plan_itself_gives_are_marked_as_the_plans() -> None:
    assert PLAN is not None
    decided = {goal.name for goal in PLAN.goals if goal.target_from is TargetFrom.PLAN}
    assert {"5", "6", "14", "15", "16", "17", "18", "24", "27", "28", "32", "33", "55", "79", "80"} <= decided
    assert not {"3", "9", "38", "39", "43", "48", "59", "93", "96", "128"} & decided


def test_several_plans_stand_side_by_side() -> None:
    assert PLAN is not None
    next_plan = PLAN.model_copy(update={"id": "2027-2029", "goals": PLAN.goals[:3]})
    other, problems = bind(next_plan, METRICS, file="plan-2027.toml")
    assert problems == []
    facts = replace(district())
    assert {a.plan for a in (*assess(facts, BOUND), *assess(facts, other))} == {"2023-2025", "2027-2029"}


BROKEN = """
id = "x"
title = "X"
starts = 2026-01-01
ends = 2025-01-01
holydays = "SE"
[roles]
board = { sv = "styrelsen", en = "the board" }
[[goal]]
number = 1
id = "Bad Id"
title = { sv = "a", en = "b" }
quote = "q"
definition = { sv = "a", en = "b" }
metric = "attested"
target = 1
target_from = "plan"
evidence = ["Q"]
owner = ["board"]
readers = ["board"]
[[goal]]
number = 2
id = "two"
title = { sv = "a", en = "b" }
quote = "q"
definition = { sv = "a", en = "b" }
metric = "atested"
target = 0.5
period = "fortnight"
evidence = ["M"]
owner = ["bord"]
readers = ["board"]
[[goal]]
number = 3
id = "three"
title = { sv = "a", en = "b" }
quote = "q"
definition = { sv = "a", en = "b" }
metric = "occasions"
parameters = { events = "curses", bye = { "07-01" = 1 } }
figure = "count"
target = 2
target_from = "plan"
period = "year"
evidence = ["Z"]
owner = ["bord"]
readers = ["board"]
[[goal]]
number = 3
id = "four"
title = { sv = "a", en = "b" }
quote = "q"
definition = { sv = "a", en = "b" }
metric = "atested"
evidence = ["M"]
owner = ["board"]
readers = ["board"]
"""


def test_a_plan_with_many_mistakes_says_all_of_them_at_once() -> None:
    plan, problems = parse_plan(BROKEN.replace('holydays = "SE"\n', "").encode(), file="plan.toml")
    assert plan is not None
    _, more = bind(plan, METRICS, file="plan.toml")
    said = sorted(str(problem) for problem in (*problems, *more))
    assert len(said) == 9
    for part in (
        "goal 1: evidence[0]",
        "goal 1: id",
        "goal 2: period",
        "goal 3: 3 is used already",
        "goal 3: metric: there is no metric atested; did you mean attested?",
        "goal 3: parameters: events: there is no event filter curses",
        "goal 3: parameters: bye: there is no such key",
        "goal 3: there is no role bord; allowed: board",
        "plan: ends: it ends before it starts",
    ):
        assert any(part in line for line in said), (part, said)


def test_a_target_needs_a_period() -> None:
    _, problems = parse_plan(BROKEN.replace('period = "fortnight"\n', "").encode(), file="plan.toml")
    assert any("a target needs a period" in str(problem) for problem in problems)


@pytest.mark.parametrize("data", [b"goal = 3", b"id = [", b"\xff\xfe", b""])
def test_what_is_no_plan_is_a_problem_and_no_traceback(data: bytes) -> None:
    _, problems = parse_plan(data, file="plan.toml")
    assert problems


def test_a_mistyped_key_in_the_plan_is_answered_with_the_right_one() -> None:
    plan, problems = parse_plan(BROKEN.encode(), file="plan.toml")
    assert plan is None
    assert any("holydays" in p.key and "did you mean holidays?" in str(p.allowed) for p in problems)
