"""Area names in a text: whole words, letters compared without case, the longest name first; never a guess."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping

_WORD = re.compile(r"\w+")

Words = tuple[str, ...]


def words_of(text: str) -> Words:
    """The words of a text as they are compared: composed letters, one case, no punctuation."""
    return tuple(_WORD.findall(unicodedata.normalize("NFC", text).casefold()))


def contains(words: Words, phrase: Words) -> bool:
    """Does the phrase stand in the text, word by word?"""
    n = len(phrase)
    return bool(n) and any(words[i : i + n] == phrase for i in range(len(words) - n + 1))


def begins(words: Words, phrase: Words) -> bool:
    """The same, where the phrase's last word may be only the beginning of one."""
    n = len(phrase)
    return bool(n) and any(
        words[i : i + n - 1] == phrase[:-1] and words[i + n - 1].startswith(phrase[-1])
        for i in range(len(words) - n + 1)
    )


def says_one(phrases: Iterable[str]) -> Callable[[Words], bool]:
    """A test of whether a text says one of some phrases; a `*` at the end of one takes every ending."""
    given = tuple(phrases)
    whole = [words_of(phrase) for phrase in given if not phrase.endswith("*")]
    begun = [words_of(phrase) for phrase in given if phrase.endswith("*")]

    def says(words: Words) -> bool:
        return any(contains(words, phrase) for phrase in whole) or any(
            begins(words, phrase) for phrase in begun
        )

    return says


class NamesOfAreas:
    """Finds the area that a text names; several different ones in one text are no answer."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        """`names` gives each area's id its names."""
        self._by_first: dict[str, dict[Words, set[str]]] = {}
        for area, some in names.items():
            for name in some:
                words = words_of(name)
                if words:
                    self._by_first.setdefault(words[0], {}).setdefault(words, set()).add(area)

    def find(self, text: str) -> frozenset[str]:
        """The areas whose name stands in the text; empty when none does, or when names disagree.

        Names that several areas share give all of them; "Norra Botkyrka" is not also "Botkyrka".
        """
        words = words_of(text)
        found: frozenset[str] | None = None
        at = 0
        while at < len(words):
            name = self._longest(words, at)
            if name is None:
                at += 1
                continue
            areas = frozenset(self._by_first[name[0]][name])
            found = areas if found is None else found & areas
            at += len(name)
        return found or frozenset()

    def _longest(self, words: Words, at: int) -> Words | None:
        names = self._by_first.get(words[at], ())
        fitting = [name for name in names if words[at : at + len(name)] == name]
        return max(fitting, key=len, default=None)
