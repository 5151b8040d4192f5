"""Everything that the page says, it says in Swedish too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2 import nodes

import zetkin_sync.web
from zetkin_sync.language import Language
from zetkin_sync.web.rendering import environment

WEB = Path(zetkin_sync.web.__file__).parent
SAME = frozenset({"{title}", "{n}: {verb}"})
"""Sentences that are the same in both languages."""


def said() -> Iterator[tuple[str, str]]:
    """Every English sentence of the page and where it stands; a plural's singular."""
    for path in sorted(WEB.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("say", "say_n")
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                yield str(node.args[0].value), path.name
    for path in sorted((WEB / "templates").glob("*.j2")):
        for call in environment().parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            if (
                isinstance(call.node, nodes.Name)
                and call.node.name in ("_", "n_")
                and isinstance(call.args[0], nodes.Const)
            ):
                yield str(call.args[0].value), path.name


def test_every_sentence_of_the_page_has_its_swedish() -> None:
    known = Language("sv").translations._catalog  # type: ignore[attr-defined]
    missing = sorted(
        {
            (text, where)
            for text, where in said()
            if text not in SAME and text not in known and (text, 0) not in known
        }
    )
    assert missing == []


def test_the_search_finds_sentences_of_both_kinds() -> None:
    found = {text for text, _ in said()}
    assert {"Waits for a decision", "There is no such page."} <= found
