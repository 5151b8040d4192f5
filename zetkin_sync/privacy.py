"""Keyed hashes and encryption: values in, values out, the key always an argument.

An email address or membership number is never stored; its keyed hash is, so that a bounce can be matched to
a person by whoever holds the key and by nobody who only holds the database (EDPB 01/2025: a bare hash of an
address is guessable). The key lives outside the database.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Callable, Sequence

from zetkin_sync.errors import ConfigError
from zetkin_sync.language import say

HASH_BYTES = 32
_NONCE_BYTES = 12
_BLOCK = 64  # SHA-256's, for HMAC (RFC 2104)


def normal_address(address: str) -> str:
    """The address as it is compared: no surrounding space, one case, composed letters, an ASCII domain.

    Local parts are compared without case, as every large provider does (RFC 5321 §2.4 allows more).
    """
    text = address.strip().lower()
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text)
    local, at, domain = text.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return text
    return f"{local}{at}{domain}"


def keyed_hash(key: bytes, text: str) -> bytes:
    """HMAC-SHA256 of a text, 32 bytes."""
    return hmac.digest(key, text.encode(), "sha256")


def address_hash(key: bytes, address: str) -> bytes:
    """The keyed hash of a normalised email address, 32 bytes."""
    return hmac.digest(key, normal_address(address).encode(), "sha256")


def text_hasher(key: bytes) -> Callable[[str], bytes]:
    """`keyed_hash` with the key taken in once: for many texts under one key, in half the time."""
    block = (key if len(key) <= _BLOCK else hashlib.sha256(key).digest()).ljust(_BLOCK, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in block))
    outer = hashlib.sha256(bytes(b ^ 0x5C for b in block))

    def hashed(text: str) -> bytes:
        first, second = inner.copy(), outer.copy()
        first.update(text.encode())
        second.update(first.digest())
        return second.digest()

    return hashed


def address_hasher(key: bytes) -> Callable[[str], bytes]:
    """`address_hash` with the key taken in once."""
    hashed = text_hasher(key)
    return lambda address: hashed(normal_address(address))


def renewing_hasher(
    key: bytes, former: Sequence[bytes], renewed: dict[bytes, bytes]
) -> Callable[[str], bytes]:
    """`address_hasher` while the key is being changed: notes in `renewed` what each address was hashed to before."""
    hashed, *before = (address_hasher(each) for each in (key, *former))
    if not before:
        return hashed

    def noted(address: str) -> bytes:
        now = hashed(address)
        renewed.update((old(address), now) for old in before)
        return now

    return noted


def page_digester(key: bytes) -> Callable[[bytes], bytes]:
    """A keyed digest of a whole answer, 16 bytes: says "same as last time" and, without the key, nothing else.

    GHASH (AES-GCM's, NIST SP 800-38D) under a secret key maps different answers to one value once in 2^100, and
    runs twenty times as fast as SHA-256; HMAC over what it gives hides all but equality (docs/adr/0006).
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - 8 MB that few need

    secret = hashlib.sha512(b"zetkin_sync page" + key).digest()
    first, last = secret[:32], secret[32:]
    tag, nonce = AESGCM(first).encrypt, bytes(_NONCE_BYTES)

    def digest(body: bytes) -> bytes:
        return hmac.digest(last, tag(nonce, b"", body), "sha256")[:16]

    return digest


def log_id(key: bytes, kind: str, value: object) -> str:
    """An id as it may stand in a log: kind and eight hex digits that only the key holder can relate."""
    return f"{kind}-{keyed_hash(key, f'{kind}:{value}').hex()[:8]}"


def pseudonym() -> str:
    """A random name for a person in the access log; its key row is deleted at erasure."""
    return secrets.token_hex(8)


def encrypt(key: bytes, text: str, *, place: str) -> str:
    """AES-256-GCM over a text; `place` (table.column.row) is authenticated, so a value cannot be moved.

    The value carries the id of its key (four bytes of its hash), so that a rotated key is recognised.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - 8 MB that few need

    secret = hashlib.sha256(b"zetkin_sync field" + key).digest()
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(secret).encrypt(nonce, text.encode(), place.encode())
    return f"{key_id(key)}:{(nonce + sealed).hex()}"


def decrypt(keys: tuple[bytes, ...], sealed: str, *, place: str) -> str:
    """The text that `encrypt` sealed, with whichever of `keys` sealed it.

    Raises ConfigError when none of the keys fits or the value was changed or moved.
    """
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    name, _, body = sealed.partition(":")
    for key in keys:
        if key_id(key) == name:
            secret = hashlib.sha256(b"zetkin_sync field" + key).digest()
            raw = bytes.fromhex(body)
            try:
                return AESGCM(secret).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place.encode()).decode()
            except InvalidTag:
                break
    raise ConfigError(
        say("An encrypted value in {place} cannot be read with the present key.", place=place),
        say("Set ZETKIN_SYNC_HASH_KEY_OLD to the former key, or log in again."),
    )


def key_id(key: bytes) -> str:
    """Which key this is, in eight hex digits that give nothing of it away."""
    return hashlib.sha256(b"zetkin_sync key id" + key).hexdigest()[:8]
