"""`status preview` and `status send`: look at a mail before anybody gets it; send the week's mails now."""

from __future__ import annotations

import tempfile
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import district_of, opened
from zetkin_sync.cli.running import AsJson, District, run_now, show_run
from zetkin_sync.configuration import Configuration
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import LANGUAGES, say
from zetkin_sync.mail.gathering import Gathering, Known
from zetkin_sync.mail.preview import Preview, preview, reader_for
from zetkin_sync.records import MailKind, RunState
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
