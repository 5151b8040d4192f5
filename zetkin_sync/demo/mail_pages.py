"""The demo's mails as pages to look at: what was sent, and one of each kind in both languages, with an index."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from zetkin_sync.language import Language
from zetkin_sync.mail.gathering import Gathering, Known
from zetkin_sync.mail.preview import Preview, preview, reader_for
from zetkin_sync.records import MailKind, MailState
from zetkin_sync.reports.envelope import KINDS
from zetkin_sync.reports.readers import ASSOCIATION, COMMITTEE, ROLES, USUAL
from zetkin_sync.runner import Installation
from zetkin_sync.store import mailings

_PAGE = """<!doctype html>
<html lang="sv"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Mejl</title>
<style>
body {{ font: 16px/1.5 Arial, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1f2937; }}
td, th {{ text-align: left; padding: .35rem 1rem .35rem 0; border-bottom: 1px solid #e1e5ea; vertical-align: top; }}
</style></head><body>
<h1>Mejl ur demon</h1>
<p>Exempeldistriktet är påhittat. Mejlen är gjorda av det som tjänsten läste ur den simulerade Zetkin.</p>
<h2>Ett av varje slag</h2>
<table><tr><th scope="col">Slag</th><th scope="col">Läsare</th><th scope="col">Ämne</th><th scope="col">Visa</th></tr>
{kinds}
</table>
<h2>Skickade ({count})</h2>
<table><tr><th scope="col">Slag</th><th scope="col">Läsare</th><th scope="col">Ämne</th></tr>
{sent}
</table>
</body></html>
"""


def write_pages(installation: Installation, folder: Path) -> int:
    """Write the pages beside the mails. Returns how many mails were sent."""
    folder.mkdir(parents=True, exist_ok=True)
    sent = list(_sent(installation, folder))
    kinds = list(_kinds(installation, folder))
    page = _PAGE.format(kinds="\n".join(kinds), sent="\n".join(sent), count=len(sent))
    (folder / "index.html").write_text(page, encoding="utf-8")
    return len(sent)


def _sent(installation: Installation, folder: Path) -> Iterator[str]:
    configuration = installation.configurations[0]
    rows = mailings.mailings(
        installation.store, district=configuration.root, limit=10_000, state=MailState.SENT
    )
    for mail in reversed(rows):
        body = mailings.body(mail)
        if body is None or mail.subject is None:
            continue
        name = f"{mail.kind}-{mail.role}-{mail.unit}-{mail.id}"
        (folder / f"{name}.html").write_text(body[0], encoding="utf-8")
        title = configuration.titles.get(mail.unit, "")
        yield _row(
            escape(Language("sv").say(KINDS[MailKind(mail.kind)])),
            escape(_who(mail.role, title)),
            f'<a href="{name}.html">{escape(mail.subject)}</a>',
        )


def _kinds(installation: Installation, folder: Path) -> Iterator[str]:
    """One of each kind and role, in both languages, from what is known now."""
    configuration = installation.configurations[0]
    actions, plans = installation.bound(configuration.root)
    gathering = Gathering(
        Known(
            store=installation.store,
            settings=installation.settings,
            configuration=configuration,
            plans=plans,
            actions=actions,
            now=installation.store.now,
        )
    )
    for kind in MailKind:
        for role, usual in USUAL.items():
            if kind.stopped_as in usual:
                shown = list(_in_both(gathering, kind, role))
                if shown:
                    yield _preview_row(kind, shown, folder)


def _in_both(gathering: Gathering, kind: MailKind, role: str) -> Iterator[Preview]:
    units = [r.unit for r in gathering.known.configuration.recipients if r.role == role]
    for unit in units:
        found = [
            preview(gathering, reader_for(gathering, role=role, unit=unit, language=code), kind)
            for code in ("sv", "en")
        ]
        if all(found):
            yield from (each for each in found if each is not None)
            return


def _preview_row(kind: MailKind, shown: list[Preview], folder: Path) -> str:
    links = []
    for each in shown:
        name = f"{kind}-{each.reader.role}-{each.reader.language}"
        (folder / f"{name}.html").write_text(each.shown.html, encoding="utf-8")
        (folder / f"{name}.txt").write_text(each.shown.text, encoding="utf-8")
        links.append(f'<a href="{name}.html">{each.reader.language}</a> (<a href="{name}.txt">text</a>)')
    first = shown[0]
    return _row(
        str(kind) + (" (exempel)" if first.example else ""),
        escape(_who(first.reader.role, first.reader.name)),
        escape(first.shown.subject),
        " ".join(links),
    )


def _who(role: str, unit: str) -> str:
    text = Language("sv").say(ROLES[role].text)
    return text.format(unit=unit) if role in (ASSOCIATION, COMMITTEE) else text


def _row(*cells: str) -> str:
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
