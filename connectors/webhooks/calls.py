"""What every provider's call is checked for: size, form, secret, time. All over the raw body, all in constant time."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
from pydantic import SecretStr

from zetkin_sync.errors import ConfigError
from zetkin_sync.language import say
from zetkin_sync.ports import Malformed, TooOld, WrongSignature

MAX_BYTES = 1_000_000
AHEAD = timedelta(minutes=5)  # clocks differ
T = TypeVar("T")


def decode(raw: bytes, kind: type[T]) -> T:
    """The body as what the provider documents. Fields that are not known are ignored. Raises Malformed."""
    if len(raw) > MAX_BYTES:
        raise Malformed(say("The call is larger than {n} bytes.", n=MAX_BYTES))
    try:
        return msgspec.json.decode(raw, type=kind, strict=False)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise Malformed(say("The call is not what the provider documents.")) from error


def equal(a: str | bytes, b: str | bytes) -> bool:
    """Are they the same? Takes as long whichever letter differs."""
    return hmac.compare_digest(_bytes(a), _bytes(b))


def _bytes(value: str | bytes) -> bytes:
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value


def in_time(moment: datetime, *, now: datetime, window: timedelta) -> None:
    """Raises TooOld when the moment is not within the window before now."""
    if not -AHEAD <= now - moment <= window:
        raise TooOld(
            say("The call is from {when}.", when=moment), say("It is not taken: it may be a recording.")
        )


def with_secret(headers: Mapping[str, str], secret: str) -> None:
    """For providers that sign nothing: the secret as basic authentication, bearer token or header of its own.

    Raises WrongSignature.
    """
    given = headers.get("authorization", "")
    basic = "Basic " + b64encode(secret.encode()).decode()
    candidates = (
        equal(given, basic),
        equal(given, f"Bearer {secret}"),
        equal(headers.get("x-webhook-secret", ""), secret),
    )
    if not any(candidates):
        raise WrongSignature(say("The call does not carry our secret."))


def instant(text: str) -> datetime:
    """An ISO instant; without a zone it is UTC. Raises Malformed."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Malformed(say("The call has no readable time.")) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def epoch(seconds: float) -> datetime:
    """An instant from seconds since 1970. Raises Malformed."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise Malformed(say("The call has no readable time.")) from error


def needed(secret: SecretStr | None, name: str) -> str:
    """The secret that a provider's calls are checked with. Raises ConfigError when it is not set."""
    if secret is None or len(secret.get_secret_value()) < 16:
        raise ConfigError(
            say("{name} is not set, or shorter than 16 characters.", name=name),
            say("Set it to what the provider's console shows, or to a long random text that you give it."),
        )
    return secret.get_secret_value()
