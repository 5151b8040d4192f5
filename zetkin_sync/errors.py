"""Errors as decisions: what went wrong, and what a person should do next.

The kind decides what the program does (try again, give up, ask, refuse); the two sentences are what a
person reads. Nothing here is shown as a traceback.
"""

from __future__ import annotations

from dataclasses import dataclass

from zetkin_sync.language import Message, say


class Trouble(Exception):  # noqa: N818 - the field's word for all of ours; never raised itself
    """Something a person should know about: what is wrong, and what to do."""

    exit_code = 1

    def __init__(self, what: Message, do: Message | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.do = do or self.usual_advice()

    @classmethod
    def usual_advice(cls) -> Message:
        return say("See docs/operations.md.")

    def __str__(self) -> str:
        return f"{self.what} {self.do}"


class Temporary(Trouble):
    """It may work later by itself: a time-out, a full server, a lock."""

    @classmethod
    def usual_advice(cls) -> Message:
        return say("Nothing is lost; it is tried again at the next run.")


class Permanent(Trouble):
    """It will not work by trying again: refused, not found, not understood."""

    @classmethod
    def usual_advice(cls) -> Message:
        return say("Trying again will not help; tell the technical contact.")


class NeedsHuman(Trouble):
    """Only a person can decide: lost rights, contradicting facts, an engaged brake."""

    @classmethod
    def usual_advice(cls) -> Message:
        return say("A person must look at this; nothing is done until then.")


class UnsafePlan(Trouble):
    """A plan is refused as a whole, because it goes over a limit or stands on incomplete data."""

    @classmethod
    def usual_advice(cls) -> Message:
        return say(
            "Nothing was changed. Look at the plan, then raise the limit in config/actions.toml or mend the data."
        )


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in the configuration: where, what is wrong, what is allowed."""

    file: str
    key: str
    wrong: Message
    allowed: Message

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.wrong}; {self.allowed}"


class ConfigError(Trouble):
    """The configuration or the environment is wrong; all mistakes at once."""

    exit_code = 2

    def __init__(self, what: Message, do: Message | None = None, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(what, do)
        self.problems = problems

    @classmethod
    def usual_advice(cls) -> Message:
        return say("Correct it and run `zetkin-sync check`.")


class OutcomeUnknown(Trouble):
    """The request left and no answer came: nobody can know from here whether it took effect."""

    @classmethod
    def usual_advice(cls) -> Message:
        return say("It is looked up before anything is sent again.")
