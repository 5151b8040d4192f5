"""What a verb is made of: steps that look, prepare and act, and signals that say where to go instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from zetkin_sync.apply.hands import Hands
from zetkin_sync.changes import Change
from zetkin_sync.language import Message

Known = dict[str, Any]  # what has been learned about an effect, JSON: ids, times, who was dropped


class NotWanted(Exception):  # noqa: N818 - an ending, not an error
    """The effect is not wanted any more; it is cancelled and the reason is said."""

    def __init__(self, why: Message) -> None:
        super().__init__(why)
        self.why = why


class GoBack(Exception):  # noqa: N818 - a way to go, not an error
    """Something changed meanwhile: go on from an earlier step with what is known now."""

    def __init__(self, step: str, known: Known) -> None:
        super().__init__(step)
        self.step = step
        self.known = known


@dataclass(frozen=True, kw_only=True)
class Step:
    """One request of a verb.

    `look(hands, change, known, tried)` returns new facts when the effect is there already, or None; `tried` says
    that a request of ours may have left. `prepare` decides what is looked up afterwards (a time); it is committed
    before the first byte, and decided anew only when the last try is known to have come to nothing. `act` makes the request and returns new facts.
    A step that is not `repeatable` is never sent again before the quiet time is over and `look` finds nothing.
    """

    name: str
    look: Callable[[Hands, Change, Known, bool], Known | None]
    act: Callable[[Hands, Change, Known], Known]
    repeatable: bool
    prepare: Callable[[Hands, Change, Known], Known] | None = None


@dataclass(frozen=True, kw_only=True)
class Verb:
    """A verb: its steps, and what else can be done about its effect.

    `check` runs before the first step: it returns facts about what has changed since the approval (who is
    dropped), or raises NotWanted. `before` is read once, for undo. `follow` is asked about an effect that is
    scheduled: it returns "scheduled", "done" or "cancelled". `cancel` takes a scheduled effect back and returns
    whether Zetkin shows that it is taken back. `undo` is the verb that undoes this one.
    """

    steps: tuple[Step, ...]
    check: Callable[[Hands, Change, Known], Known] | None = None
    before: Callable[[Hands, Change, Known], Known] | None = None
    follow: Callable[[Hands, Change, Known], str] | None = None
    cancel: Callable[[Hands, Change, Known], bool] | None = None
    undo: str | None = None

    def place(self, step: str) -> int:
        """The number of the step of that name."""
        return next(i for i, s in enumerate(self.steps) if s.name == step)


Verbs = Mapping[str, Verb]
