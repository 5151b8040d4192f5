"""`privacy`: the record of processing (GDPR art. 30), printed from the declarations that the tables are made of."""

from __future__ import annotations

from typing import Annotated

import typer

from zetkin_sync import processing
from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import district_of
from zetkin_sync.configuration import read_all
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import LANGUAGES, Language, say
from zetkin_sync.runner import Installation
from zetkin_sync.settings import read_settings
from zetkin_sync.store.engine import Store

_SAY = printing.say

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def _group() -> None:
    """What the data protection law asks of the service as a whole."""


@app.command("record", help=_SAY("Print the record of processing activities (GDPR article 30), as Markdown."))
def record(
    language: Annotated[
        str | None, typer.Option("--language", help=_SAY("sv or en; the district's own, if none is given."))
    ] = None,
    district: Annotated[
        str | None, typer.Option("--district", help=_SAY("Which district, when there are several."))
    ] = None,
) -> None:
    """Print the record of processing activities (GDPR article 30), as Markdown."""
    settings = read_settings()
    configuration = district_of(
        Installation(settings, read_all(settings.config), Store("sqlite://")), district
    )
    code = language or configuration.district.language
    if code not in LANGUAGES:
        raise ConfigError(
            say("There is no language {code}.", code=code),
            say("There are: {names}.", names=", ".join(LANGUAGES)),
        )
    text = processing.record(
        title=configuration.district.title,
        days=configuration.retention.days,
        connectors=configuration.district.connectors,
        language=Language(code, configuration.district.zone),
    )
    printing.out.print(text, markup=False, soft_wrap=True)
