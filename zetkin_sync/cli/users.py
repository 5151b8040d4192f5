"""`user`: accounts of the page for those who do not log in with Zetkin."""

from __future__ import annotations

import json
from typing import Annotated

import pyotp
import typer
from pydantic import ValidationError

from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import district_of
from zetkin_sync.configuration import User, read_all
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import say
from zetkin_sync.privacy import encrypt
from zetkin_sync.problems import problems_of
from zetkin_sync.runner import Installation
from zetkin_sync.settings import Settings, read_settings
from zetkin_sync.store.engine import Store

_SAY = printing.say
app = typer.Typer(no_args_is_help=True, add_completion=False, help=_SAY("Accounts of the page."))
Which = Annotated[
    str | None, typer.Option("--district", help=_SAY("Which district, when there are several."))
]
FILE = "access.toml"


@app.callback()
def _group() -> None:
    """Accounts of the page."""


@app.command("add", help=_SAY("Add an account: a link by mail and a code from an app."))
def add(  # noqa: PLR0917 - the order is the command's
    name: Annotated[str, typer.Argument(help=_SAY("What the account is called: small letters and digits."))],
    address: Annotated[str, typer.Argument(help=_SAY("Where the login link is mailed."))],
    role: Annotated[str, typer.Option(help=_SAY("viewer, trigger, approver or admin."))] = "viewer",
    unit: Annotated[
        str | None, typer.Option(help=_SAY("An association's title; the whole district if none is given."))
    ] = None,
    district: Which = None,
    as_json: Annotated[bool, typer.Option("--json", help=_SAY("Print JSON."))] = False,
) -> None:
    """Add an account to access.toml and print, once, the secret of its authenticator app."""
    settings = read_settings()
    store = Store("sqlite://")
    configuration = district_of(Installation(settings, read_all(settings.config), store), district)
    known = configuration.access
    if known.user(name) is not None or any(u.address == address for u in known.users):
        raise ConfigError(
            say("There is an account with that name or address already."),
            say("Take it out of access.toml first, or choose another."),
        )
    if unit is not None and unit not in configuration.titles.values():
        raise ConfigError(
            say("There is no association “{title}”.", title=unit),
            say("Name one from associations.csv with --unit."),
        )
    secret = pyotp.random_base32()
    entry = _checked(settings, name=name, address=address, role=role, unit=unit, secret=secret)
    path = configuration.folder / FILE
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{before.rstrip()}\n\n{entry}".lstrip(), encoding="utf-8")
    link = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=configuration.district.title)
    if as_json:
        printing.print_json({"name": name, "secret": secret, "uri": link})
        return
    printing.line(say("The account {name} stands in {file}.", name=name, file=FILE), style="green")
    printing.line(
        say("Type this into an authenticator app now; it is not shown again: {secret}", secret=secret)
    )
    printing.line(say("Or open this address on the phone: {uri}", uri=link))


@app.command("list", help=_SAY("Every account: its name, address and role."))
def list_users(
    district: Which = None, as_json: Annotated[bool, typer.Option("--json", help=_SAY("Print JSON."))] = False
) -> None:
    """Every account."""
    settings = read_settings()
    configuration = district_of(
        Installation(settings, read_all(settings.config), Store("sqlite://")), district
    )
    rows = [
        {"name": u.name, "address": u.address, "role": u.role.name.lower(), "unit": u.unit}
        for u in configuration.access.users
    ]
    if as_json:
        printing.print_json(rows)
        return
    printing.table([say("Name"), say("Address"), say("Role"), say("Unit")], [tuple(r.values()) for r in rows])


def _checked(settings: Settings, *, name: str, address: str, role: str, unit: str | None, secret: str) -> str:
    """The account's table in TOML. Raises ConfigError with every mistake."""
    entry = {
        "name": name,
        "address": address,
        "role": role,
        **({} if unit is None else {"unit": unit}),
        "totp": encrypt(settings.key, secret, place=f"access.user.{name}"),
    }
    try:
        User.model_validate(entry)
    except ValidationError as error:
        problems = tuple(problems_of(error, file=FILE, key="user", model=User))
        raise ConfigError(say("The account cannot be so."), problems=problems) from error
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in entry.items()]
    return "\n".join(["[[user]]", *lines, ""])
