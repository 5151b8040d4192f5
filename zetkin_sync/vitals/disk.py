"""How much room is left where the database is."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from zetkin_sync.settings import Settings


@dataclass(frozen=True)
class Room:
    """Bytes."""

    free: int
    total: int

    @property
    def low(self) -> bool:
        """Less than half a gigabyte, or than one part in fifty of a small disk."""
        return self.free < min(512 * 2**20, max(self.total // 50, 64 * 2**20))


def room(settings: Settings) -> Room | None:
    """The disk of the database's file, or of the working folder; None when it cannot be asked."""
    file = settings.database_file
    try:
        usage = shutil.disk_usage(file.parent if file is not None else Path())
    except OSError:
        return None
    return Room(usage.free, usage.total)
