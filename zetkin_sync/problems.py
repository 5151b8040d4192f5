"""Mistakes in a file that a person wrote, from pydantic's words to ours: where, what is wrong, what is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from zetkin_sync.errors import Problem
from zetkin_sync.language import Message, say

_MANY = 12


def problems_of(
    error: ValidationError, *, file: str, key: str, model: type[BaseModel] | None = None
) -> list[Problem]:
    """Every mistake that pydantic found, each with the key where it stands under `key`.

    `model` lets an unknown key be answered with the keys that there are.
    """
    return [
        _problem(fault, file=file, key=key, model=model)
        for fault in error.errors(include_url=False, include_input=True)
    ]


def _problem(fault: ErrorDetails, *, file: str, key: str, model: type[BaseModel] | None) -> Problem:
    place = _path(fault["loc"])
    wrong, allowed = _words(fault, model)
    return Problem(
        file=file, key=": ".join(part for part in (key, place) if part), wrong=wrong, allowed=allowed
    )


def _path(location: tuple[int | str, ...]) -> str:
    """Where in the file, as a person would write it: `jobs.send_status.at[0]`."""
    parts = (
        f"[{p}]" if isinstance(p, int) else f".{p}" for p in location if not str(p).startswith("function-")
    )
    return "".join(parts).removeprefix(".")


def _keys_at(model: type[BaseModel] | None, location: tuple[int | str, ...]) -> list[str]:
    """The keys that the table at this place may have."""
    here = model
    for part in location[:-1]:
        if here is None or isinstance(part, int):
            continue
        field = here.model_fields.get(part)
        here = _model_in(field.annotation) if field else here
    return [] if here is None else [f.alias or name for name, f in here.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(part) for part in getattr(annotation, "__args__", ()))
    return next((m for m in found if m is not None), None)


def _words(fault: ErrorDetails, model: type[BaseModel] | None) -> tuple[Message, Message]:
    given = say("{given} is not valid", given=_short(fault["input"]))
    context = fault.get("ctx", {})
    match fault["type"]:
        case "missing":
            return say("it is missing"), say("it must be given")
        case "extra_forbidden":
            return say("there is no such key"), one_of(
                _keys_at(model, fault["loc"]), near=str(fault["loc"][-1])
            )
        case "literal_error" | "enum":
            return given, say("allowed: {names}", names=str(context.get("expected", "")).replace("'", ""))
        case "value_error":
            reason = context.get("error")
            match reason.args if isinstance(reason, ValueError) else ():
                case (Message() as wrong, Message() as allowed):
                    return wrong, allowed
                case (Message() as allowed,):
                    return given, allowed
            return given, say("{rule}", rule=str(reason or fault["msg"]))
        case kind if kind.startswith(("int", "float", "decimal")):
            return given, say("a number")
        case kind if kind.startswith(("date", "time")):
            return given, say("a date as 2026-03-08")
        case kind if kind.startswith("bool"):
            return given, say("true or false")
        case kind if kind.startswith("string"):
            return given, say("a text")
        case kind if kind.startswith(("tuple", "list", "set", "frozen_set")):
            return given, say('a list, as ["one", "two"]')
        case _:
            return given, say("{rule}", rule=fault["msg"])


def one_of(names: Sequence[str], *, near: str = "") -> Message:
    """What is allowed, with the likeliest meant first when it looks like a typing mistake."""
    close = get_close_matches(near, names, n=1)
    if close:
        return say("did you mean {name}?", name=close[0])
    if not names:
        return say("leave it out")
    shown = ", ".join(sorted(names)[:_MANY])
    if len(names) > _MANY:
        return say("allowed: {names} and {n} more", names=shown, n=len(names) - _MANY)
    return say("allowed: {names}", names=shown)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
