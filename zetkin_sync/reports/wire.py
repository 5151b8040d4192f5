"""Subjects and senders that read back as they were written.

Python's own folding loses, doubles or moves a blank in one subject of fifty where Swedish letters and plain ones
meet, so what is not ASCII is written as whole encoded words (RFC 2047 §2), each at most 75 characters.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from email.policy import EmailPolicy
from typing import Any

_BYTES = 45  # 60 letters of base64 and 12 around them


class Wire(EmailPolicy):
    """As email.policy.SMTP, but for Subject and From."""

    def fold(self, name: str, value: Any) -> str:
        written = self._written(name.lower(), value)
        return str(super().fold(name, value)) if written is None else f"{name}: {written}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        if self._written(name.lower(), value) is None:
            return bytes(super().fold_binary(name, value))
        return self.fold(name, value).encode("ascii")

    def _written(self, name: str, value: Any) -> str | None:
        if str(value).isascii():
            return None
        between = f"{self.linesep} "
        if name == "subject":
            return between.join(_encoded(str(value)))
        if name == "from":
            (sender,) = value.addresses
            return between.join((*_encoded(sender.display_name), f"<{sender.addr_spec}>"))
        return None


WIRE = Wire(linesep="\r\n")


def _encoded(text: str) -> Iterator[str]:
    """Encoded words; between two of them blanks do not count, so every blank stands inside one."""
    piece = b""
    for letter in text:
        more = letter.encode()
        if len(piece) + len(more) > _BYTES:
            yield _word(piece)
            piece = b""
        piece += more
    yield _word(piece)


def _word(piece: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(piece).decode()}?="
