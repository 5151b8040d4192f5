"""Files that somebody names on the command line."""

from __future__ import annotations

from pathlib import Path

from zetkin_sync.errors import ConfigError
from zetkin_sync.language import say


def contents(path: Path) -> bytes:
    """What is in the file. Raises ConfigError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            say("The file {path} cannot be read.", path=path.name),
            say("Check the name and that you may read it."),
        ) from error
