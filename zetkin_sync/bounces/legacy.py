"""flufl.bounce, asked when our own reading finds nobody: it knows odd formats that are no longer described anywhere.

It is wrapped, because it raises IndexError on a mail without From and takes its time on a long one.
"""

from __future__ import annotations

import logging
from email import message_from_bytes

from flufl.bounce import all_failures

from zetkin_sync.bounces.addresses import clean, is_nobody
from zetkin_sync.bounces.guard import MAX_DEPTH

_MAX_BYTES = 64_000
_MAX_LINES = 2_000

logging.getLogger("flufl.bounce").setLevel(
    logging.CRITICAL
)  # it logs each detector and each of its own errors


def ask(data: bytes) -> tuple[list[str], list[str]]:
    """The addresses it finds failing for now and for good; two empty lists when it fails itself."""
    short = data[:_MAX_BYTES]
    if short.count(b"ultipart/") + short.count(b"essage/rfc822") > MAX_DEPTH:
        return [], []  # the parser that it needs recurses
    if short.count(b"\n") > _MAX_LINES:
        short = b"\n".join(short.split(b"\n", _MAX_LINES)[:_MAX_LINES])
    try:
        temporary, permanent = all_failures(message_from_bytes(short))
    except Exception:  # noqa: BLE001 - any of its eighteen detectors, on bytes that strangers send
        return [], []
    return _clean(temporary), _clean(permanent)


def _clean(found: frozenset[bytes]) -> list[str]:
    addresses = []
    for raw in sorted(bytes(address) for address in found):
        address = clean(raw.decode("utf-8", "replace"))
        if address and not is_nobody(address):
            addresses.append(address)
    return addresses
