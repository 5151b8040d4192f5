"""What most commands begin with: settings, configuration, store."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

from zetkin_sync import plugins
from zetkin_sync.configuration import Configuration, read_all
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import say
from zetkin_sync.log import logger
from zetkin_sync.runner import Installation
from zetkin_sync.settings import Settings, read_settings
from zetkin_sync.store import epoch, erasures, schema
from zetkin_sync.store.engine import Store


@contextmanager
def opened(*, settings: Settings | None = None) -> Iterator[Installation]:
    """The installation of this environment, its configuration checked and its schema current."""
    settings = settings or read_settings()
    configurations = read_all(settings.config)
    for configuration in configurations:
        plugins.check(configuration)
    with opened_store(settings) as store:
        yield Installation(settings, configurations, store)


@contextmanager
def opened_store(settings: Settings) -> Iterator[Store]:
    """The database of this environment, its schema current; an older copy of it may not send, and
    whoever was erased since it was made is erased again before anything else."""
    store = Store(settings.database_url, key=settings.cipher)
    try:
        if not schema.is_current(store):
            raise ConfigError(
                say("The database has no tables yet, or older ones."), say("Run `zetkin-sync migrate`.")
            )
        if epoch.check(store, settings.instance_path) is not None:
            logger().error("database.restored")
        settled = erasures.settle(store, settings.erasure_path, keys=lambda: settings.keys)
        if settled.replayed:
            logger().warning("erasures.replayed", count=settled.replayed, rows=settled.rows)
        yield store
    finally:
        store.close()


def district_of(installation: Installation, title: str | None) -> Configuration:
    """The district that a command is about: the only one, or the one of that title or folder."""
    found = [
        c
        for c in installation.configurations
        if title is None or title in (c.district.title, c.district.short, c.folder.name)
    ]
    if len(found) == 1:
        return found[0]
    raise ConfigError(
        say("Which district is meant?"),
        say(
            "Add --district with one of: {names}.",
            names=", ".join(c.folder.name for c in installation.configurations),
        ),
    )


def who() -> str:
    """Who asks, when somebody types a command: the account on this machine."""
    return f"cli:{getpass.getuser()}"
