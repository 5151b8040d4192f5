"""When our key to Zetkin ends: it is a JSON Web Token that says so itself (RFC 7519 §4.1.4)."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime

from zetkin_sync.settings import Settings


def expiry(settings: Settings) -> datetime | None:
    """The instant, or None when the key has no end, is no such token, or is not set."""
    if settings.zetkin_grant is None:
        return None
    parts = settings.zetkin_grant.get_secret_value().split(".")
    if len(parts) != 3:
        return None
    try:
        body = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(float(body["exp"]), UTC)
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError, OSError):
        return None
