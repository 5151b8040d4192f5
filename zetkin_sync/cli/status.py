"""`status preview|send|often`: look at a mail before anybody gets it; send the week's now; who gets which how often."""

from __future__ import annotations

import tempfile
import webbrowser
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import district_of, opened, who
from zetkin_sync.cli.running import AsJson, District, run_now, show_run
from zetkin_sync.configuration import Configuration
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import LANGUAGES, say
from zetkin_sync.mail import choosing
from zetkin_sync.mail.choosing import Wish
from zetkin_sync.mail.gathering import Gathering, Known
from zetkin_sync.mail.preview import Preview, preview, reader_for
from zetkin_sync.records import MailKind, Often, RunState
from zetkin_sync.reports.envelope import KINDS
from zetkin_sync.runner import Installation

_SAY = printing.say
app = typer.Typer(no_args_is_help=True)

_EXIT = {RunState.OK: printing.OK, RunState.PARTIAL: printing.PARTIAL}


@app.command("preview", help=_SAY("Show a mail as this reader would get it now; nothing is sent."))
def show(
    *,
    role: Annotated[str, typer.Option(help=_SAY("Which reader, as in recipients.toml."))] = "district_office",
    unit: Annotated[
        str | None, typer.Option(help=_SAY("Which association or committee, by its title."))
    ] = None,
    lang: Annotated[
        str | None, typer.Option(help=_SAY("sv or en; the district's own when not given."))
    ] = None,
    kind: Annotated[MailKind, typer.Option(help=_SAY("Which mail."))] = MailKind.WEEKLY,
    out: Annotated[Path | None, typer.Option(help=_SAY("Put the HTML and the text in this folder."))] = None,
    open_: Annotated[bool, typer.Option("--open", help=_SAY("Open it in the browser."))] = False,
    as_json: AsJson = False,
    district: District = None,
) -> None:
    """Show a mail as this reader would get it now; nothing is sent."""
    with opened() as installation:
        configuration = district_of(installation, district)
        language = lang or configuration.district.language
        if language not in LANGUAGES:
            raise ConfigError(
                say("There is no language {lang}.", lang=language),
                say("There are: {names}.", names=", ".join(LANGUAGES)),
            )
        gathering = Gathering(_known(installation, configuration))
        reader = reader_for(gathering, role=role, unit=unit, language=language)
        found = preview(gathering, reader, kind)
        if found is None:
            printing.line(say("There is nothing to tell this reader now: no mail would be sent."))
            return
        _show(found, out, open_=open_, as_json=as_json)


def _known(installation: Installation, configuration: Configuration) -> Known:
    actions, plans = installation.bound(configuration.root)
    return Known(
        store=installation.store,
        settings=installation.settings,
        configuration=configuration,
        plans=plans,
        actions=actions,
        now=installation.store.now,
    )


def _show(found: Preview, out: Path | None, *, open_: bool, as_json: bool) -> None:
    path = None
    if out is not None or open_:
        folder = out or Path(tempfile.mkdtemp(prefix="zetkin-sync-"))
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{found.mail.kind}-{found.reader.role}-{found.reader.language}.html"
        path.write_text(found.shown.html, encoding="utf-8")
        path.with_suffix(".txt").write_text(found.shown.text, encoding="utf-8")
    if as_json:
        printing.print_json(
            {
                "kind": found.mail.kind,
                "role": found.reader.role,
                "unit": found.reader.unit,
                "language": found.reader.language,
                "subject": found.shown.subject,
                "text": found.shown.text,
                "html_bytes": len(found.shown.html.encode()),
                "file": path,
            }
        )
    else:
        if found.example:
            printing.line(say("The occasion is supposed, to show what the mail looks like."), style="yellow")
        printing.line(say("Subject: {subject}", subject=found.shown.subject), style="bold")
        printing.line("")
        printing.line(found.shown.text)
        if path is not None:
            printing.line(say("As a page: {path}", path=str(path)))
    if open_ and path is not None:
        webbrowser.open(path.absolute().as_uri())


@app.command(
    "often",
    help=_SAY(
        "Who gets which mail how often; with usual, fortnight, month or never: have it so from now on."
    ),
)
def often_(  # noqa: PLR0917 - the order is the command's
    how: Annotated[
        Often | None, typer.Argument(help=_SAY("How often from now on; usual undoes a stop."))
    ] = None,
    role: Annotated[str | None, typer.Option(help=_SAY("Which reader, as in recipients.toml."))] = None,
    unit: Annotated[
        str | None, typer.Option(help=_SAY("Which association or committee, by its title."))
    ] = None,
    kind: Annotated[MailKind | None, typer.Option(help=_SAY("Which mail."))] = None,
    as_json: AsJson = False,
    district: District = None,
) -> None:
    """Who gets which mail how often; choosing it for a reader, which also undoes a stop."""
    with opened() as installation:
        configuration = district_of(installation, district)
        store, settings = installation.store, installation.settings
        found = choosing.wishes(store, configuration, settings)
        wishes = [
            w for w in found if role in (None, w.role) and unit in (None, w.name) and kind in (None, w.kind)
        ]
        if not wishes:
            raise ConfigError(
                say("The configuration names no such reader."),
                say("Name one that stands in recipients.toml."),
            )
        if how is not None:
            _choose(
                installation, configuration.root, wishes, how, is_one=role is not None and kind is not None
            )
            wishes = [replace(w, often=how, chosen=True) for w in wishes]
        if as_json:
            printing.print_json(
                [
                    {"role": w.role, "unit": w.name, "kind": w.kind, "often": w.often, "chosen": w.chosen}
                    for w in wishes
                ]
            )
        else:
            printing.table(
                [say("To"), say("Which"), say("How often"), say("Chosen")],
                ((w.title, KINDS[w.kind], choosing.WORDS[w.often], w.chosen) for w in wishes),
            )


def _choose(
    installation: Installation, district: int, wishes: Sequence[Wish], how: Often, *, is_one: bool
) -> None:
    if not is_one:
        raise ConfigError(
            say("It is not said whose mail and which."),
            say("Name the reader with --role and the mail with --kind."),
        )
    if any(how not in wish.choices for wish in wishes):
        raise ConfigError(
            say("Only the weekly mail comes at longer intervals."),
            say("Choose usual or never for the others."),
        )
    for wish in wishes:
        choosing.choose(installation.store, wish, how, district=district, who=who(), what="status often")


@app.command("send", help=_SAY("Send this week's mails; with --now to everybody, whatever their weekday."))
def send(
    now: Annotated[bool, typer.Option("--now", help=_SAY("Do not wait for each reader's weekday."))] = False,
    as_json: AsJson = False,
    district: District = None,
) -> None:
    """Send this week's mails. Who has had this week's gets none; who stopped it gets none."""
    with opened() as installation:
        configuration = district_of(installation, district)
        with printing.progress_bar(shown=not as_json) as watch:
            run = run_now(
                installation,
                district=configuration.root,
                job="send_status",
                options={"everyone": True} if now else None,
                watch=watch,
            )
        show_run(run, as_json=as_json)
        raise typer.Exit(_EXIT.get(RunState(run.state), printing.FAILED))
