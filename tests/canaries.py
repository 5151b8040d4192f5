"""Two hundred invented people whose every trace can be recognised, and a search for traces in files.

Each canary's name, address, email, phone, personnummer and free text holds one of a few stems that occur nowhere
else, so a search finds them in plain text and in the disguises that files wear: other case, base64,
quoted-printable, UTF-16, zlib and gzip.
"""

from __future__ import annotations

import base64
import gzip
import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

COUNT = 200
STEM = "zqkanarie"
OUTSIDE = frozenset(
    ["outside", "mailbox"]
)  # folders that play the world outside: what is in them is not kept by us
_CHUNK = 1 << 24
_OVERLAP = 200


class Canary(NamedTuple):
    """An invented person; the phone lies in the range kept for fiction, the personnummer has a month 13."""

    first_name: str
    last_name: str
    email: str
    phone: str
    street: str
    number: str
    personnummer: str
    text: str


def canary(n: int) -> Canary:
    return Canary(
        first_name=f"Zqkanarie{n:04d}",
        last_name=f"Zqkanarieqvist{n:04d}",
        email=f"zqkanarie{n:04d}@zqkanarie.example",
        phone=f"+4670174069{n:04d}7",
        street=f"Zqkanariegatan {n}",
        number=f"ZQKANARIE-{n:04d}",
        personnummer=f"200132{n % 28 + 1:02d}-{n:04d}",
        text=f"Ring på kvällen, zqkanarietext {n:04d}, vill inte synas.",
    )


def _stems() -> dict[str, bytes]:
    plain = STEM.encode()
    found = {
        "text": plain,
        "UTF-16": STEM.encode("utf-16-le"),
        "phone": b"70174069",
        "personnummer": b"200132",
    }
    for shift in range(3):  # base64 has three alignments; the ends depend on the neighbours
        for form in (STEM, STEM.capitalize(), STEM.upper()):
            packed = base64.b64encode(b"x" * shift + form.encode())
            found[f"base64 {shift} {form}"] = packed[-(-shift * 8 // 6) : (shift + len(form)) * 8 // 6]
    return found


_STEMS = _stems()
_SURE = {  # digits occur by chance: what follows must fit too
    "phone": re.compile(rb"(?:\+?46|0)70174069\d{5}(?!\d)"),
    "personnummer": re.compile(rb"(?<!\d)200132(?:0[1-9]|1\d|2[0-8])-?\d{4}(?!\d)"),
}


def in_bytes(data: bytes) -> str | None:
    """Which disguise of a canary is in these bytes; None when there is none."""
    lowered = data.lower()
    for name, stem in _STEMS.items():
        where = lowered if name == "text" else data
        if stem in where and (name not in _SURE or _SURE[name].search(where)):
            return name
    if b"=" in data and (joined := lowered.replace(b"=\n", b"").replace(b"=\r\n", b"")) != lowered:
        return "quoted-printable" if _STEMS["text"] in joined else None
    return None


class Hit(NamedTuple):
    """A canary where none may be."""

    path: Path
    how: str


def search(*folders: Path, skip: Iterable[str] = OUTSIDE) -> tuple[list[Hit], int]:
    """Every file below these folders that holds a canary, and how many files were read."""
    hits, read = [], 0
    for path in sorted(_files(folders, frozenset(skip))):
        read += 1
        how = _in_file(path)
        if how is not None:
            hits.append(Hit(path, how))
    return hits, read


def _files(folders: Iterable[Path], skip: frozenset[str]) -> Iterator[Path]:
    for folder in folders:
        for path in folder.rglob("*"):
            if (
                path.is_file()
                and not path.is_symlink()
                and not skip & set(path.relative_to(folder).parts[:-1])
            ):
                yield path


def _in_file(path: Path) -> str | None:
    if in_bytes(str(path.name).encode()):
        return "name of the file"
    with suppress(FileNotFoundError), path.open("rb") as file:
        head = file.read(16)
        file.seek(0)
        tail = b""
        while chunk := file.read(_CHUNK):
            how = in_bytes(tail + chunk)
            if how is not None:
                return how
            tail = chunk[-_OVERLAP:]
        if head[:2] == b"\x1f\x8b":
            with suppress(OSError, EOFError, zlib.error):
                return _packed("gzip", in_bytes(gzip.decompress(path.read_bytes())))
        if head == b"SQLite format 3\0":
            return _in_database(path)
    return None


def _in_database(path: Path) -> str | None:
    """What is packed in a database's values; what is not was found in its bytes."""
    with (
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database,
        suppress(sqlite3.DatabaseError),
    ):
        tables = [r[0] for r in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    if isinstance(value, bytes) and value[:1] == b"\x78":
                        with suppress(zlib.error):
                            how = _packed("zlib", in_bytes(zlib.decompress(value)))
                            if how is not None:
                                return how
    return None


def _packed(by: str, how: str | None) -> str | None:
    return None if how is None else f"{by}, {how}"
