"""Mail in files: a Maildir's folders `new` and `cur`, or an mbox; looked at, never renamed.

A Maildir has no numbers. Its files are named by the second they were delivered in, but a mail may be finished
late; so the last day is always looked at again, and the names that were taken on it are part of the position.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from zetkin_sync.errors import NeedsHuman, Temporary
from zetkin_sync.language import say
from zetkin_sync.ports import MAIL_BYTES, FoundMail
from zetkin_sync.settings import Settings

_OVERLAP = 86_400
_STAMP = re.compile(r"(\d{9,11})\.")
_HEAD = 512


class Maildir:
    """A Maildir. `move_to` is one of its subfolders (`.Name`), made when it is missing."""

    def __init__(self, path: Path, *, move_to: str | None = None) -> None:
        self.path = path
        self.move_to = move_to
        self._taken: dict[str, int] = {}
        self._newest = 0

    def mails(self, after: str | None) -> Iterator[FoundMail]:
        known = json.loads(after) if after else {}
        self._newest = int(known.get("newest", 0))
        before = set(known.get("taken", ()))
        self._taken = {}
        for stamp, path in self._files():
            name = _short(path)
            if known and stamp < self._newest - _OVERLAP:
                continue
            if name in before:
                self._taken[name] = stamp
                continue
            self._taken[name] = stamp
            self._newest = max(self._newest, stamp)
            yield _mail(path, str(path.relative_to(self.path)))

    def position(self) -> str | None:
        taken = sorted(name for name, stamp in self._taken.items() if stamp >= self._newest - _OVERLAP)
        return json.dumps({"newest": self._newest, "taken": taken}) if self._newest else None

    def settle(self, places: Sequence[str]) -> None:
        """Move mails to the subfolder, as any mail program would."""
        if self.move_to is None:
            return
        target = self.path / f".{self.move_to}"
        for part in ("cur", "new", "tmp"):
            (target / part).mkdir(parents=True, exist_ok=True)
        for place in places:
            source = self.path / place
            if source.exists():
                source.rename(target / "cur" / source.name)

    def close(self) -> None:
        """Nothing is open."""

    def _files(self) -> list[tuple[int, Path]]:
        found: list[tuple[int, Path]] = []
        try:
            for part in ("new", "cur"):
                paths = (self.path / part).iterdir()
                found += [(_stamp(p), p) for p in paths if p.is_file() and not p.name.startswith(".")]
        except OSError as error:
            raise NeedsHuman(
                say(
                    "The mail folder {path} cannot be read: {what}", path=self.path.name, what=error.strerror
                ),
                say("Check that it is a Maildir and that the service's user may read it."),
            ) from error
        return sorted(found, key=lambda f: (f[0], f[1].name))


def _stamp(path: Path) -> int:
    match = _STAMP.match(path.name)
    return int(match.group(1)) if match else int(path.stat().st_mtime)


def _short(path: Path) -> str:
    """The name without the flags that mail programs add, in few letters."""
    return hashlib.sha256(path.name.partition(":")[0].encode()).hexdigest()[:12]


def _mail(path: Path, place: str) -> FoundMail:
    try:
        with path.open("rb") as file:
            raw = file.read(MAIL_BYTES + 1)
        received = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        return FoundMail(place, b"", None, say("The file cannot be read: {what}", what=error.strerror))
    return FoundMail(place, raw, received)


class Mbox:
    """An mbox file. The position is where the last mail ended; a file that was rewritten is read again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._head = ""
        self._end = 0

    def mails(self, after: str | None) -> Iterator[FoundMail]:
        known = json.loads(after) if after else {}
        try:
            with self.path.open("rb") as file:
                fcntl.lockf(
                    file, fcntl.LOCK_SH | fcntl.LOCK_NB
                )  # a mail that is just being written is not half read
                size = file.seek(0, 2)
                file.seek(0)
                self._head = hashlib.sha256(file.read(min(_HEAD, int(known.get("end", _HEAD))))).hexdigest()
                same = known.get("head") == self._head and int(known.get("end", 0)) <= size
                self._end = int(known["end"]) if same else 0
                file.seek(self._end)
                yield from self._split(file)
        except BlockingIOError as error:
            raise Temporary(say("The mail file {path} is being written to.", path=self.path.name)) from error
        except OSError as error:
            raise NeedsHuman(
                say("The mail file {path} cannot be read: {what}", path=self.path.name, what=error.strerror),
                say("Check that it exists and that the service's user may read it."),
            ) from error

    def _split(self, file: BinaryIO) -> Iterator[FoundMail]:
        kept: list[bytes] = []
        start, length, blank = self._end, 0, True
        at = start
        for line in file:
            if blank and line.startswith(b"From ") and at > start:
                self._end = at
                yield FoundMail(str(start), b"".join(kept))
                start, kept, length = at, [], 0
            if length <= MAIL_BYTES:
                kept.append(line)
                length += len(line)
            at += len(line)
            blank = line in (b"\n", b"\r\n")
        if at > start:
            self._end = at
            yield FoundMail(str(start), b"".join(kept))

    def position(self) -> str | None:
        if not self._end:
            return None
        with self.path.open("rb") as file:
            head = hashlib.sha256(file.read(min(_HEAD, self._end))).hexdigest()
        return json.dumps({"end": self._end, "head": head})

    def settle(self, places: Sequence[str]) -> None:
        """An mbox is left as it is."""

    def close(self) -> None:
        """Nothing is open."""


def connect(_settings: Settings, *, path: str, move_to: str | None = None) -> Maildir | Mbox:
    """The Maildir or mbox at `path`; `move_to` names a subfolder of a Maildir."""
    place = Path(path)
    return Maildir(place, move_to=move_to) if place.is_dir() else Mbox(place)
