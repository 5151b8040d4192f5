"""What is examined: settings, configuration and database, each opened when a check asks for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from functools import cached_property
from typing import Any

from zetkin_sync import plugins
from zetkin_sync.configuration import Configuration, read_all
from zetkin_sync.errors import ConfigError, Trouble
from zetkin_sync.runner import Installation, connection
from zetkin_sync.settings import Settings
from zetkin_sync.store import schema
from zetkin_sync.store.engine import Store


class Patient:
    """An installation that may not be in order. `online` is False when nothing outside may be asked."""

    def __init__(self, settings: Settings, *, online: bool = True) -> None:
        self.settings = settings
        self.online = online
        self.wrong: ConfigError | None = None

    @cached_property
    def configurations(self) -> tuple[Configuration, ...]:
        """Every district; none when the configuration has mistakes, and `wrong` says which."""
        try:
            found = read_all(self.settings.config)
            for each in found:
                plugins.check(each)
        except ConfigError as error:
            self.wrong = error
            return ()
        return found

    @cached_property
    def store(self) -> Store:
        """The database, whatever state it is in."""
        return Store(self.settings.database_url, key=self.settings.cipher, busy_seconds=5)

    @cached_property
    def has_tables(self) -> bool:
        """Can the database be asked about the service's own records?"""
        try:
            return schema.is_current(self.store)
        except Trouble:
            return False

    def connected(self, configuration: Configuration, role: str) -> AbstractContextManager[Any]:
        """The connector that plays a role in a district, closed at the end."""
        installation = Installation(self.settings, self.configurations, self.store)
        opened = connection(installation, configuration.root, role)
        return closing(opened) if hasattr(opened, "close") else _kept(opened)

    def close(self) -> None:
        if "store" in self.__dict__:
            self.store.close()


class _kept(AbstractContextManager[Any]):  # noqa: N801 - used like a function
    """A connector that needs no closing."""

    def __init__(self, opened: Any) -> None:
        self.opened = opened

    def __enter__(self) -> Any:
        return self.opened

    def __exit__(self, *_: object) -> None:
        return None


Look = Callable[[Patient], Any]
