"""Every mistake in a planning question, collected so that they can be said at once."""

from __future__ import annotations

import math
from typing import Any

from zetkin_sync.errors import ConfigError, Problem
from zetkin_sync.language import Message, say

_MOST = 1000  # mistakes written out; more are counted


class Mistakes:
    """Everything that is wrong, in the order found."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self.count = 0

    def add(self, key: str, wrong: Message, allowed: Message) -> None:
        self.count += 1
        if len(self.problems) < _MOST:
            self.problems.append(Problem(self.name, key, wrong, allowed))

    def raise_if_any(self) -> None:
        if not self.count:
            return
        if self.count > len(self.problems):
            self.problems.append(
                Problem(
                    self.name,
                    "…",
                    say("{n} more mistakes", n=self.count - len(self.problems)),
                    say("mend these first"),
                )
            )
        raise ConfigError(
            say("The planning question in {name} has mistakes.", name=self.name),
            say("Correct them and ask again."),
            tuple(self.problems),
        )


def is_id(value: Any) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
