"""Files of config/ into checked values: every mistake as file, key, what is wrong and what is allowed."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from zetkin_sync.errors import Problem
from zetkin_sync.language import Message, say

Model = TypeVar("Model", bound=BaseModel)

_TYPES = {
    "int": say("a whole number"),
    "float": say("a number"),
    "bool": say("true or false"),
    "string": say("a text in quotes"),
    "list": say("a list"),
    "tuple": say("a list"),
    "dict": say("a table"),
    "date": say("a date, as 2026-12-31"),
    "time": say("a time, as 07:00"),
}


def read_toml(path: Path, problems: list[Problem]) -> dict[str, Any] | None:
    """The tables of a TOML file; None and a problem when it is missing or not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problems.append(
            Problem(path.name, "file", say("is missing"), say("copy it from the shipped config/"))
        )
    except UnicodeDecodeError:
        problems.append(Problem(path.name, "file", say("is not UTF-8"), say("save it as UTF-8")))
    except tomllib.TOMLDecodeError as error:
        problems.append(
            Problem(
                path.name,
                "file",
                say("is not TOML: {what}", what=str(error)),
                say("see toml.io for the form"),
            )
        )
    except OSError as error:
        problems.append(
            Problem(
                path.name, "file", say("cannot be read: {what}", what=error.strerror), say("check its rights")
            )
        )
    return None


def checked(
    model: type[Model], data: dict[str, Any] | None, *, file: str, problems: list[Problem], at: str = ""
) -> Model | None:
    """The data as a model, or None and one problem for each mistake. `at` is the table's name in the file."""
    if data is None:
        return None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems.extend(problems_of(error, model, file=file, at=at))
        return None


def problems_of(error: ValidationError, model: type[BaseModel], *, file: str, at: str = "") -> list[Problem]:
    """Each mistake that a validation found."""
    return [
        Problem(
            file, ".".join(part for part in (at, _path(fault["loc"])) if part), *_said(dict(fault), model)
        )
        for fault in error.errors(include_url=False)
    ]


def _path(location: tuple[int | str, ...]) -> str:
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in location).removeprefix(".")


def _said(fault: dict[str, Any], model: type[BaseModel]) -> tuple[Message, Message]:
    kind, context = str(fault["type"]), fault.get("ctx") or {}
    value = fault.get("input")
    shown = repr(value) if not isinstance(value, dict | list) else "{…}"
    if kind == "missing":
        return say("is missing"), say("give it a value")
    if kind == "extra_forbidden":
        return say("is not a known key"), say(
            "known keys here: {keys}", keys=", ".join(_keys_at(model, fault["loc"][:-1]))
        )
    if kind in ("literal_error", "enum"):
        return say("{value} is not allowed", value=shown), say(
            "one of {expected}", expected=context["expected"]
        )
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        limit = next(iter(context.values()))
        words = {
            "greater_than_equal": say("{limit} or more", limit=limit),
            "less_than_equal": say("{limit} or less", limit=limit),
            "greater_than": say("more than {limit}", limit=limit),
            "less_than": say("less than {limit}", limit=limit),
        }
        return say("{value} is out of range", value=shown), words[kind]
    if kind == "value_error" and "error" in context and isinstance(context["error"].args[0], Message):
        arguments = context["error"].args
        return arguments[0], arguments[1] if len(arguments) > 1 else say("see docs/reference.md")
    family = kind.split("_", maxsplit=1)[0]
    if kind.endswith(("_type", "_parsing")) and family in _TYPES:
        return say("{value} is not {expected}", value=shown, expected=_TYPES[family]), _TYPES[family]
    return say("{value}: {what}", value=shown, what=fault["msg"]), say("see docs/reference.md")


def _keys_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys that a table may have, as far as the models say."""
    here: Any = model
    for part in location:
        if isinstance(part, int):
            continue
        field = getattr(here, "model_fields", {}).get(part)
        if field is None:
            break
        here = _model_in(field.annotation) or here
    return [f.alias or name for name, f in here.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _model_in(part)
        if found is not None:
            return found
    return None
