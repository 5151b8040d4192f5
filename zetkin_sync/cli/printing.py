"""How the command line speaks: in the chosen language, as tables for people or JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from zetkin_sync.errors import ConfigError, Trouble
from zetkin_sync.language import Language, Message
from zetkin_sync.settings import preferred_language

if TYPE_CHECKING:  # the runner loads the database, which most of what is printed does not need
    from zetkin_sync.runner import Watch

OK, FAILED, USAGE, PARTIAL, DIFFERS = 0, 1, 2, 3, 4

language = Language(preferred_language())
say = language.say
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def line(message: Message | str, *, style: str | None = None) -> None:
    """One sentence."""
    out.print(say(message) if isinstance(message, Message) else message, style=style, markup=False)


def table(
    headings: Sequence[Message | str], rows: Iterable[Sequence[object]], *, numbers: Iterable[int] = ()
) -> None:
    """A table; `numbers` are the columns that are set to the right."""
    right = set(numbers)
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, heading in enumerate(headings):
        drawn.add_column(
            say(heading) if isinstance(heading, Message) else heading,
            justify="right" if place in right else "left",
        )
    for row in rows:
        drawn.add_row(*(_cell(value) for value in row))
    out.print(drawn)


def _cell(value: object) -> str:
    if isinstance(value, Message):
        return say(value)
    if isinstance(value, bool):
        return say("yes" if value else "no")
    if isinstance(value, int | float):
        return language.number(value)
    return "–" if value is None else str(value)


def complain(trouble: Trouble) -> int:
    """What is wrong and what to do, on standard error. Returns the exit code."""
    err.print(say(trouble.what), style="bold red", markup=False)
    if isinstance(trouble, ConfigError):
        for problem in trouble.problems:
            err.print(
                f"{problem.file}: {problem.key}: {say(problem.wrong)}; {say(problem.allowed)}", markup=False
            )
    err.print(say(trouble.do), markup=False)
    return trouble.exit_code


@contextmanager
def progress_bar(*, shown: bool = True) -> Iterator[Watch]:
    """A bar that follows a run's progress; silent where nobody watches."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not shown,
    )
    with bar:
        task = bar.add_task("", total=None)

        def watch(step: Message | None, done: int, total: int) -> None:
            text = say(step) if step is not None else ""
            bar.update(task, description=text[:40].ljust(40), completed=done, total=total or None)

        yield watch
