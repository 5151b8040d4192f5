"""The command line: one file a group of commands."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, help="Keeps a political district's plan honest.")


@app.callback()
def _all() -> None:
    """Keeps a political district's plan honest."""


def main() -> None:
    app()
