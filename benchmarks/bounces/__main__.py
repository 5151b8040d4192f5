"""Read the same mails with each reader in turn: `python -m benchmarks bounces [--messages FOLDER] [--rounds N]`.

Without a folder the mails are those of the demo's mailbox for an invented district. Each round reads all mails
with each reader, one after the other, so that whatever else the machine does hits them alike; processor time is
counted, and the median of the rounds is told. Only our reader gives reasons, kinds and status codes.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

from flufl.bounce import all_failures

from benchmarks.tables import machine, put_section, table
from zetkin_sync.bounces.reader import read
from zetkin_sync.demo.mailbox import tell

Reader = Callable[[bytes], int]
_NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
_PROMISED = 500
_INVENTED = 9_400  # members with an address: about as many as the demo's district has


def ours(raw: bytes) -> int:
    """How many recipients our reader names."""
    return len(read(raw).failures)


def flufl(raw: bytes) -> int:
    """How many recipients flufl.bounce names."""
    temporary, permanent = all_failures(message_from_bytes(raw))
    return len(temporary | permanent)


def parser(raw: bytes) -> int:
    """The standard library's parser alone: what every peer pays before it begins."""
    message_from_bytes(raw)
    return 0


READERS: dict[str, Reader] = {"zetkin_sync": ours, "flufl.bounce 6": flufl, "email (parse only)": parser}


def measure(mails: Sequence[bytes], *, rounds: int) -> dict[str, tuple[float, int, int]]:
    """Mails a second of processor time, recipients named, and mails on which it raised, by reader."""
    seconds: dict[str, list[float]] = {name: [] for name in READERS}
    named = dict.fromkeys(READERS, 0)
    raised = dict.fromkeys(READERS, 0)
    for turn in range(rounds + 1):  # the first round warms up
        for name, reader in READERS.items():
            named[name] = raised[name] = 0
            began = time.process_time()
            for raw in mails:
                try:
                    named[name] += reader(raw)
                except Exception:  # noqa: BLE001 - what a peer raises is part of what is measured
                    raised[name] += 1
            if turn:
                seconds[name].append(time.process_time() - began)
    return {
        name: (len(mails) / statistics.median(each), named[name], raised[name])
        for name, each in seconds.items()
    }


def _mails(folder: Path | None) -> list[bytes]:
    if folder is not None:
        return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    with tempfile.TemporaryDirectory() as made:
        members = ((number, f"medlem{number}@epost.example") for number in range(_INVENTED))
        tell(Path(made), members, now=_NOW, seed=1)
        return [path.read_bytes() for path in sorted(Path(made).rglob("*")) if path.is_file()]


def main() -> int:
    """Measure, print, and put the table into docs/benchmarks.md."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--messages", type=Path, help="a folder of mails, one a file")
    arguments.add_argument("--about", default="the demo's mailbox", help="what these mails are")
    arguments.add_argument("--rounds", type=int, default=5)
    wanted = arguments.parse_args()
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)
    mails = _mails(wanted.messages)
    found = measure(mails, rounds=wanted.rounds)
    peer = found["flufl.bounce 6"][0]
    rows = [
        (name, f"{speed:,.0f}", f"{speed / peer:.2f}", named if reader is not parser else "–", raised)
        for (name, (speed, named, raised)), reader in zip(found.items(), READERS.values(), strict=True)
    ]
    body = (
        f"{len(mails):,} mails ({wanted.about}), {sum(map(len, mails)) / len(mails) / 1024:.1f} KB each on average; one core. "
        f"Promised: at least {_PROMISED} mails a second.\n\n"
        + table(("Reader", "mails/s", "against flufl.bounce", "recipients named", "mails it raised on"), rows)
        + f"\n\nMedians of {wanted.rounds} alternating rounds, processor time. {machine()}"
    )
    print(body)
    put_section("Reading bounces", body)
    return 0 if found["zetkin_sync"][0] >= _PROMISED else 1


if __name__ == "__main__":
    sys.exit(main())
