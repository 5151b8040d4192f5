"""The configuration of a running service: read again when its files change; the last good one goes on.

A mistake made while the service runs must not stop it at night. The broken district keeps what it had, the
others take theirs, and the log, /health and an alarm say what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from zetkin_sync import plugins
from zetkin_sync.configuration import Configuration, district_folders, read_configuration
from zetkin_sync.errors import ConfigError, Problem
from zetkin_sync.language import say
from zetkin_sync.log import logger
from zetkin_sync.runner import Installation
from zetkin_sync.settings import Settings
from zetkin_sync.store.engine import Store

_Print = tuple[tuple[str, int, int], ...]


class Live:
    """The present installation. Raises ConfigError when made and no district's configuration is right."""

    def __init__(
        self, settings: Settings, store: Store, *, job: Callable[[str], Callable[[Any], Any]] = plugins.job
    ) -> None:
        self.settings = settings
        self.store = store
        self.job = job
        self.broken: dict[Path, ConfigError] = {}
        self._good: dict[Path, Configuration] = {}
        self._prints: dict[Path, _Print] = {}
        self._present = Installation(settings, (), store, job)
        self.refresh()
        if not self._good:
            problems = tuple(p for error in self.broken.values() for p in error.problems)
            first = next(iter(self.broken.values()), ConfigError(say("The configuration has mistakes.")))
            raise ConfigError(first.what, first.do, problems)

    def __call__(self) -> Installation:
        return self._present

    def refresh(self) -> bool:
        """Read the districts whose files have changed. Returns whether anything is new."""
        folders = self._folders()
        new = False
        for folder in folders:
            seen = _print(folder)
            if self._prints.get(folder) != seen:
                self._prints[folder] = seen
                new |= self._read(folder)
        for gone in set(self._prints) - set(folders):
            del self._prints[gone]
            self.broken.pop(gone, None)
            new |= self._good.pop(gone, None) is not None
        if new:
            kept = tuple(self._good[f] for f in folders if f in self._good)
            self._present = Installation(self.settings, kept, self.store, self.job)
        return new

    def _folders(self) -> list[Path]:
        """Where districts are described; a folder that lost its district.toml is broken, not gone."""
        config = self.settings.config
        if not config.is_dir():
            return list(self._prints) or [config]
        found = district_folders(config)
        return [*found, *(f for f in self._good if f not in found and f != config and f.is_dir())]

    def _read(self, folder: Path) -> bool:
        try:
            found = read_configuration(folder)
            plugins.check(found, job=self.job)
            root = found.root
            if any(c.root == root for f, c in self._good.items() if f != folder):
                raise _twice(folder, root)
        except ConfigError as error:
            self.broken[folder] = error
            logger().error("configuration.broken", count=len(error.problems), state=self._state(folder))
            return False
        if self.broken.pop(folder, None) is not None or folder in self._good:
            logger().info("configuration.read", district=root)
        self._good[folder] = found
        return True

    def _state(self, folder: Path) -> str:
        return "last good goes on" if folder in self._good else "left out"


def _twice(folder: Path, root: int) -> ConfigError:
    wrong = say("organization {root} is another folder's district already", root=root)
    return ConfigError(
        say("The configuration has mistakes."),
        problems=(Problem(f"{folder.name}/associations.csv", "id", wrong, say("one folder a district")),),
    )


def _print(folder: Path) -> _Print:
    """What tells whether a file under the folder has changed."""
    found = []
    for path in sorted(folder.rglob("*")):
        try:
            seen = path.stat()
        except OSError:  # removed while we looked: the next look sees it
            continue
        found.append((str(path), seen.st_mtime_ns, seen.st_size))
    return tuple(found)
