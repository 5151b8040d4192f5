"""A file that only the holder of a key can read, and that nobody can change, shorten or mix up unnoticed.

Compressed, then sealed piece by piece with AES-256-GCM: each piece's nonce holds its number and whether it is the
last (the STREAM construction), and the head line is authenticated with every piece. The key of each file is derived
from ours and a random salt.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from zetkin_sync.errors import ConfigError, NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.privacy import key_id

MAGIC = b"zetkin_sync backup 1\n"
_PIECE = 1 << 20
_TAG = 16
_LONGEST_HEAD = 4096


def seal(source: Path, target: Path, *, key: bytes, about: dict[str, Any]) -> int:
    """Write `source`, sealed, to `target`, whole or not at all. Returns its size."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - 8 MB that few need

    salt = secrets.token_bytes(16)
    head = json.dumps({**about, "key": key_id(key), "salt": salt.hex()}).encode() + b"\n"
    cipher = AESGCM(_derived(key, salt))
    partial = target.with_name(f".{target.name}.part")
    try:
        with source.open("rb") as plain, _private(partial) as out:
            out.write(MAGIC + head)
            pieces = _compressed(plain)
            number = 0
            piece: bytes | None = next(pieces)
            while piece is not None:
                following = next(pieces, None)
                out.write(cipher.encrypt(_nonce(number, last=following is None), piece, head))
                number, piece = number + 1, following
            out.flush()
            os.fsync(out.fileno())
        partial.replace(target)
    except OSError as error:
        raise NeedsHuman(
            say("The backup cannot be written: {what}.", what=error.strerror),
            say("Check the folder's rights and free space."),
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def about(file: Path) -> dict[str, Any]:
    """What the file says of itself; not proven before `unseal`. Raises NeedsHuman when it is no backup."""
    try:
        with file.open("rb") as sealed:
            return _head(sealed)[0]
    except OSError as error:
        raise _unreadable(file, error.strerror) from error


def unseal(source: Path, target: Path, *, key: bytes) -> dict[str, Any]:
    """Write what `source` holds to `target`. Raises ConfigError for another key, NeedsHuman for a damaged file."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    partial = target.with_name(f".{target.name}.part")
    try:
        with source.open("rb") as sealed, _private(partial) as out:
            known, head = _head(sealed)
            if known.get("key") != key_id(key):
                raise ConfigError(
                    say("The backup was made with another key."),
                    say("Set ZETKIN_SYNC_BACKUP_KEY to the key it was made with."),
                )
            cipher = AESGCM(_derived(key, bytes.fromhex(known["salt"])))
            unpack = zlib.decompressobj()
            piece, number = sealed.read(_PIECE + _TAG), 0
            while piece:
                following = sealed.read(_PIECE + _TAG)
                opened = cipher.decrypt(_nonce(number, last=not following), piece, head)
                out.write(unpack.decompress(opened))
                piece, number = following, number + 1
            out.write(unpack.flush())
            if not unpack.eof:
                raise _unreadable(source, None)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(target)
    except (InvalidTag, zlib.error) as error:
        raise _unreadable(source, None) from error
    except OSError as error:
        raise _unreadable(source, error.strerror) from error
    finally:
        partial.unlink(missing_ok=True)
    return known


def _head(sealed: BinaryIO) -> tuple[dict[str, Any], bytes]:
    name = Path(str(sealed.name))
    if sealed.read(len(MAGIC)) != MAGIC:
        raise _unreadable(name, None)
    head = sealed.readline(_LONGEST_HEAD)
    try:
        return dict(json.loads(head)), head
    except (ValueError, TypeError) as error:
        raise _unreadable(name, None) from error


def _unreadable(file: Path, why: str | None) -> NeedsHuman:
    if why is not None:
        return NeedsHuman(
            say("{file} cannot be read: {what}.", file=file.name, what=why), say("Check its rights.")
        )
    return NeedsHuman(
        say("{file} is no backup of ours, or it is damaged.", file=file.name),
        say("Take the one before it."),
    )


def _private(path: Path) -> BinaryIO:
    """A new file that only its owner may read."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _compressed(plain: BinaryIO) -> Iterator[bytes]:
    pack = zlib.compressobj(6)
    held = b""
    while data := plain.read(_PIECE):
        held += pack.compress(data)
        while len(held) >= _PIECE:
            yield held[:_PIECE]
            held = held[_PIECE:]
    held += pack.flush()
    while len(held) > _PIECE:
        yield held[:_PIECE]
        held = held[_PIECE:]
    yield held


def _nonce(number: int, *, last: bool) -> bytes:
    return bytes(7) + number.to_bytes(4, "big") + bytes([last])


def _derived(key: bytes, salt: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869), one block."""
    pseudo = hmac.digest(salt, key, "sha256")
    return hmac.digest(pseudo, b"zetkin_sync backup" + b"\x01", hashlib.sha256)
