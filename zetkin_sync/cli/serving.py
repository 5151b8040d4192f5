"""`serve`: the organizers' page."""

from __future__ import annotations

from typing import Annotated

import typer
import uvicorn

from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import opened
from zetkin_sync.web.app import create_app

_SAY = printing.say


def serve_page(
    host: Annotated[
        str, typer.Option(help=_SAY("Where to listen; outside this machine only behind TLS."))
    ] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help=_SAY("Which port; PORT when not given."))] = None,
) -> None:
    """Start the page."""
    with opened() as installation:
        uvicorn.run(
            create_app(installation),
            host=host,
            port=port or installation.settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
        )
