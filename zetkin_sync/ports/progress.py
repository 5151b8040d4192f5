"""How a long step tells how far it is."""

from __future__ import annotations

from typing import Any, Protocol


class Progress(Protocol):
    """Where long work says how far it is. `step` is a message as JSON, `total` 0 when it is not known."""

    def __call__(self, step: Any, done: int = 0, total: int = 0) -> None: ...
