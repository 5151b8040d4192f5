"""The brake of a reading: how much may be missing from a list before a person is asked."""

from __future__ import annotations

from typing import NamedTuple


class Brake(NamedTuple):
    """How much of a list may go missing at once before a person is asked (ARCHITECTURE decision 5)."""

    least: int = 2
    share: float = 0.10

    def holds(self, missing: int, of: int) -> bool:
        return missing > max(self.least, self.share * of)
