"""`serve`: the organizers' page."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated

import typer
import uvicorn

from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import opened_store
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import say
from zetkin_sync.live import Live
from zetkin_sync.runner import Installation
from zetkin_sync.settings import is_loopback, read_settings
from zetkin_sync.web.app import create_app

_SAY = printing.say
_LOOK = 5.0


def serve_page(
    host: Annotated[
        str, typer.Option(help=_SAY("Where to listen; outside this machine only behind TLS."))
    ] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help=_SAY("Which port; PORT when not given."))] = None,
) -> None:
    """Start the page."""
    settings = read_settings()
    if settings.local_login and not is_loopback(host):
        raise ConfigError(
            say("ZETKIN_SYNC_LOCAL_LOGIN lets anybody in and is for this machine only."),
            say("Unset it, or listen on 127.0.0.1."),
        )
    with opened_store(settings) as store:
        live = Live(settings, store)
        uvicorn.run(
            create_app(fresh(live)),
            host=host,
            port=port or settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
        )


def fresh(live: Live) -> Callable[[], Installation]:
    """The present installation; whether the configuration has changed is looked at every few seconds."""
    looked = time.monotonic()

    def present() -> Installation:
        nonlocal looked
        if time.monotonic() - looked > _LOOK:
            looked = time.monotonic()
            live.refresh()
        return live()

    return present
