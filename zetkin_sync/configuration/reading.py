"""Files of config/ into checked values: every mistake as file, key, what is wrong and what is allowed."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from zetkin_sync.errors import Problem
from zetkin_sync.language import say
from zetkin_sync.problems import problems_of

Model = TypeVar("Model", bound=BaseModel)


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
        problems.extend(problems_of(error, file=file, key=at, model=model))
        return None
