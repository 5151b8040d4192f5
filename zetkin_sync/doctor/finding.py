"""What a check says: that something is in order, that something could be better, or what is wrong and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from zetkin_sync.language import Message


class Level(StrEnum):
    """How bad it is; only `BAD` makes the command fail."""

    GOOD = "good"
    ADVICE = "advice"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One sentence about one thing, and what to do unless it is in order."""

    level: Level
    what: Message
    do: Message | None = None


def good(what: Message) -> Finding:
    """It is in order."""
    return Finding(Level.GOOD, what)


def advice(what: Message, do: Message) -> Finding:
    """The service works, but a person should know."""
    return Finding(Level.ADVICE, what, do)


def bad(what: Message, do: Message) -> Finding:
    """The service does not work, or is not safe, like this."""
    return Finding(Level.BAD, what, do)
