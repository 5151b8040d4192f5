"""How this simulated Zetkin behaves where nobody has documented the real one (API.md §7)."""

from __future__ import annotations

from msgspec import Struct


class Policy(Struct, kw_only=True):
    """Choices that a test may turn. Seconds are simulated ones.

    `republish` says what a second publication of a processed email does: "refuse" answers 409, "resend"
    sends it again, which is the worst that can be. `largest_page` caps `pp` silently.
    """

    token_seconds: int = 3600
    organizer_level: int = 2
    largest_page: int = 100_000
    email_seconds: float = 30.0
    task_seconds: float = 40.0
    bulk_seconds: float = 0.0
    confirm_seconds: float = 60.0
    republish: str = "refuse"
    bearer_refresh: bool = False
