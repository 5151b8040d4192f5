"""Large public mail providers by domain: what may be named in an alert without naming a person."""

from __future__ import annotations

from functools import cache

from zetkin_sync.bounces.reasons import read_table


def public_domain(address: str) -> str | None:
    """The address's domain where it is a large public provider's, else none."""
    domain = address.rpartition("@")[2].lower().rstrip(".")
    return domain if domain in _domains() else None


@cache
def _domains() -> frozenset[str]:
    return frozenset(row["domain"] for row in read_table("mail_providers.csv"))
