"""What the documents promise a test for has that test."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import is_hypothesis_test

_NAMED = re.compile(r"`(tests/[a-z_/]+\.py)(?:::(\w+))?`")


@cache
def _tests(path: str) -> set[str]:
    tree = ast.parse(Path(path).read_text())
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize("document", ["docs/privacy.md", "docs/asvs.md"])
def test_every_test_that_is_named_exists(document: str) -> None:
    named = _NAMED.findall(Path(document).read_text())
    assert len(named) >= 20
    assert [
        f"{path}::{name}" for path, name in named if not _tests(path) or (name and name not in _tests(path))
    ] == []


def test_each_requirement_of_privacy_names_its_test() -> None:
    rows = re.findall(r"^\| P(\d+) \|.*\| (`tests/.*`) \|$", Path("docs/privacy.md").read_text(), re.M)
    assert [int(number) for number, _ in rows] == list(range(1, 21))
    named = {number: _NAMED.findall(tests) for number, tests in rows}
    assert all(tests and all(name for _, name in tests) for tests in named.values()), "a file is no test"


def test_at_least_sixty_tests_are_held_against_the_standard() -> None:
    assert len(set(_NAMED.findall(Path("docs/asvs.md").read_text()))) >= 60


PARSERS = {
    "bounces": ("test_bounce_reader", ""),
    "webhooks": ("test_parsers", "webhook"),
    "Zetkin's JSON": ("test_parsers", "zetkin"),
    "CSV": ("test_parsers", "spreadsheet"),
    "configuration": ("test_parsers", "configuration"),
}


@pytest.mark.parametrize("parser", PARSERS)
def test_each_parser_is_given_five_thousand_cases_a_run(parser: str) -> None:
    module, word = PARSERS[parser]
    found = vars(import_module(f"tests.property.{module}"))
    given = [
        f for name, f in found.items() if name.startswith("test_") and word in name and is_hypothesis_test(f)
    ]
    assert sum(f._hypothesis_internal_use_settings.max_examples for f in given) >= 5000
