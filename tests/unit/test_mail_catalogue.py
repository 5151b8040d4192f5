"""Every sentence of the mails, their sending and their pages is in the Swedish catalogue, with the values it needs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
SOURCES = (
    *(ROOT / "zetkin_sync/reports").rglob("*.py"),
    *(ROOT / "zetkin_sync/mail").glob("*.py"),
    *(ROOT / "jobs").glob("send_*.py"),
    ROOT / "connectors/smtp.py",
    ROOT / "connectors/folder.py",
    ROOT / "zetkin_sync/cli/status.py",
    ROOT / "zetkin_sync/demo/mail_pages.py",
)
TEMPLATES = (
    *(ROOT / "zetkin_sync/reports/templates").glob("*.j2"),
    *(ROOT / "zetkin_sync/demo/templates").glob("mails*.j2"),
)
CATALOGUES = sorted((ROOT / "zetkin_sync/locale/sv").glob("*.po"))


def said(path: Path) -> Iterator[str]:
    """The sentences that a module says."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        text = node.args[0]
        if name in ("say", "say_n", "_SAY", "fixed") and isinstance(text, ast.Constant):
            yield str(text.value)


def translated() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for path in CATALOGUES:
        with path.open("rb") as file:
            for message in read_po(file, locale="sv"):
                ids = message.id if isinstance(message.id, tuple) else (message.id,)
                strings = message.string if isinstance(message.string, tuple) else (message.string,)
                if ids[0] and all(strings):
                    found[ids[0]] = strings
    return found


def test_every_sentence_of_the_mails_is_in_the_swedish_catalogue() -> None:
    sentences = {text for path in SOURCES for text in said(path)}
    sentences |= {
        text for path in TEMPLATES for text in re.findall(r'\b_\("([^"]+)"', path.read_text(encoding="utf-8"))
    }
    words = {text for text in sentences if re.search(r"[a-z]{2}", re.sub(r"\{\w+\}", "", text))}
    assert len(words) > 200
    assert sorted(words - set(translated())) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda p: p.stem)
def test_no_translation_asks_for_a_value_that_its_sentence_does_not_have(path: Path) -> None:
    """Such a sentence could not be said at all."""
    with path.open("rb") as file:
        for message in read_po(file, locale="sv"):
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            known = {name for text in ids for name in re.findall(r"\{(\w+)\}", text)}
            asked = {name for text in strings for name in re.findall(r"\{(\w+)\}", text or "")}
            assert asked <= known, ids[0]
