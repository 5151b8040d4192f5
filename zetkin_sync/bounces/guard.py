"""What is looked at of a mail: never more bytes, lines or parts than an honest bounce needs.

A bounce's report stands before the returned message, so a mail is cut, not refused. Mail ends lines in three
ways (RFC 5322 wants CRLF, Unix files have LF, very old Macs CR); from here on there is one.
"""

from __future__ import annotations

from typing import NamedTuple

MAX_BYTES = 1_000_000
MAX_LINES = 30_000
MAX_DEPTH = 20
MAX_PARTS = 200
MAX_TEXT = 64_000
MAX_RECIPIENTS = 1_000


class Guarded(NamedTuple):
    """Bounded bytes with one kind of line end; `cut` when something was left out."""

    data: bytes
    cut: bool


def guard(raw: bytes) -> Guarded:
    """The part of a mail that is read, at most `MAX_BYTES` and `MAX_LINES`, with LF line ends and no NUL."""
    data = raw[:MAX_BYTES]
    cut = len(raw) > MAX_BYTES
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"\x00" in data:
        data = data.replace(b"\x00", b"")
    if data.count(b"\n") > MAX_LINES:
        data = b"\n".join(data.split(b"\n", MAX_LINES)[:MAX_LINES]) + b"\n"
        cut = True
    return Guarded(data, cut)
