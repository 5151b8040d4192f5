"""`bounces`: see what a mail in the bounce mailbox says, and why."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from zetkin_sync.bounces.guard import MAX_BYTES
from zetkin_sync.bounces.reader import read
from zetkin_sync.bounces.verdict import Kind, Reading
from zetkin_sync.cli import printing, unreached
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import say
from zetkin_sync.log import logger

_SAY = printing.say
app = typer.Typer(
    no_args_is_help=True, help=_SAY("Mails that did not arrive: what they say, who is reached again.")
)
STDIN = "-"
_NO_MAIL = (".", "dovecot")  # a mail server's own files beside the mails


@app.callback()
def _bounces() -> None:
    """Mails that did not arrive."""


app.command("reach", help=_SAY("How many members mail reaches, and how many nobody knows of."))(
    unreached.show_reach
)
app.command("cases", help=_SAY("Open cases of members whom mail does not reach."))(unreached.show_cases)
app.command("solved", help=_SAY("Close a case: the member is reached in another way."))(unreached.solved)


@app.command(help=_SAY("Say what each mail is, as one JSON object a mail. Nothing is stored."))
def classify(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...", help=_SAY("Mails or folders of mails; - reads one mail from standard input.")
        ),
    ],
    jsonl: Annotated[bool, typer.Option("--jsonl", help=_SAY("One line a mail."))] = False,
) -> None:
    failed = False
    for name, raw in _mails(paths):
        if raw is None:
            failed = True
            continue
        text = json.dumps(_row(name, raw), ensure_ascii=False, indent=None if jsonl else 2)
        sys.stdout.write(text + "\n")
    if failed:
        raise typer.Exit(printing.PARTIAL)


def _mails(paths: list[str]) -> Iterator[tuple[str, bytes | None]]:
    """Each mail by its name relative to the folder that was given; None for one that cannot be read."""
    for given in paths:
        if given == STDIN:
            yield STDIN, _bounded(sys.stdin.buffer)
            continue
        path = Path(given)
        if not path.exists():
            raise ConfigError(
                say("There is no {path}.", path=given), say("Name a mail or a folder of mails that exists.")
            )
        folder = path if path.is_dir() else path.parent
        for file in sorted(p for p in path.rglob("*") if _is_mail(p)) if path.is_dir() else [path]:
            try:
                with file.open("rb") as opened:
                    yield file.relative_to(folder).as_posix(), _bounded(opened)
            except OSError as error:
                printing.err.print(
                    printing.say(say("{file} cannot be read: {what}", file=str(file), what=error.strerror)),
                    markup=False,
                )
                yield str(file), None


def _is_mail(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(_NO_MAIL)


def _bounded(file: BinaryIO) -> bytes:
    return file.read(MAX_BYTES + 1)


def _row(name: str, raw: bytes) -> dict[str, Any]:
    try:
        reading = read(raw)
    except Exception:  # noqa: BLE001 - one poisoned mail must not hide what the others say
        logger().exception("bounces.unreadable", file=name)
        reading = Reading(kind=Kind.NONE, why=say("The mail cannot be read; a person must look at it."))
    worst = reading.worst
    return {
        "file": name,
        "bounced": reading.bounced,
        "recipients": [failure.address for failure in reading.failures],
        "kind": str(reading.kind),
        "status": worst.status if worst else None,
        "reason": str(worst.reason) if worst else None,
        "side": str(worst.side) if worst else None,
        "why": printing.say(reading.why),
    }
