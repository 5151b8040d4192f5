"""Swedish postcodes: five digits however they are written, and rules by prefix, where the longest one wins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_WRITTEN = re.compile(r"^\s*(?:SE?[ -]?)?(\d{3})\s?(\d{2})\s*$", re.IGNORECASE)
_WITHIN = re.compile(r"(?<![\d-])(?:SE?-)?([1-9]\d{2})\s?(\d{2})(?![\d-])", re.IGNORECASE)
_PREFIX = re.compile(r"^[1-9]\d{0,4}$")


def normal_postcode(text: str | None) -> str | None:
    """`163 45`, `16345`, `SE-163 45` as `16345`; none when it is not a Swedish postcode."""
    found = _WRITTEN.match(text) if text else None
    return "".join(found.groups()) if found and found[1][0] != "0" else None


def normal_prefix(text: str) -> str | None:
    """A whole postcode or its first digits, without spaces; none when it is neither."""
    digits = re.sub(r"^SE?-|\s", "", text.strip(), flags=re.IGNORECASE)
    return digits if _PREFIX.match(digits) else None


def postcode_in(text: str) -> str | None:
    """The one postcode that an address line mentions; none when there is none, or several that differ."""
    found = {"".join(match) for match in _WITHIN.findall(text)}
    return found.pop() if len(found) == 1 else None


class PostcodeRules:
    """Which areas a postcode belongs to: those with the longest prefix of it."""

    def __init__(self, rules: Mapping[str, Iterable[str]]) -> None:
        """`rules` gives each area's id its codes and prefixes."""
        self._areas: dict[str, set[str]] = {}
        for area, prefixes in rules.items():
            for prefix in prefixes:
                self._areas.setdefault(prefix, set()).add(area)
        self._lengths = sorted({len(prefix) for prefix in self._areas}, reverse=True)

    def areas(self, postcode: str | None) -> frozenset[str]:
        """The areas of a postcode, five digits; empty when no rule knows it."""
        if postcode:
            for length in self._lengths:
                found = self._areas.get(postcode[:length])
                if found:
                    return frozenset(found)
        return frozenset()
