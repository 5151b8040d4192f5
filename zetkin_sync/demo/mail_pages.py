"""The demo's mails as pages to look at: what was sent, and one of each kind in both languages, with an index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from zetkin_sync.language import LANGUAGES, Language, Message, say
from zetkin_sync.mail.gathering import Gathering, Known
from zetkin_sync.mail.preview import Preview, preview, reader_for
from zetkin_sync.records import MailKind, MailState
from zetkin_sync.reports.envelope import KINDS
from zetkin_sync.reports.readers import ASSOCIATION, COMMITTEE, ROLES, USUAL
from zetkin_sync.runner import Installation
from zetkin_sync.store import mailings

_WORDS = {**KINDS, MailKind.QUIET: say("a week without news")}


def write_pages(installation: Installation, folder: Path) -> int:
    """Write the pages beside the mails. Returns how many mails were sent."""
    folder.mkdir(parents=True, exist_ok=True)
    language = Language(installation.configurations[0].district.language)
    sent = list(_sent(installation, folder, language))
    environment = Environment(
        loader=PackageLoader("zetkin_sync.demo"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    page = environment.get_template("mails.html.j2").render(
        lang=language.code,
        _=lambda text, **values: language.say(say(text, **values)),
        kinds=list(_kinds(installation, folder, language)),
        sent=sent,
    )
    (folder / "index.html").write_text(page, encoding="utf-8")
    return len(sent)


def _sent(installation: Installation, folder: Path, language: Language) -> Iterator[dict[str, Any]]:
    configuration = installation.configurations[0]
    rows = mailings.mailings(
        installation.store, district=configuration.root, limit=10_000, state=MailState.SENT
    )
    for mail in reversed(rows):
        body = mailings.body(mail)
        if body is None or mail.subject is None:
            continue
        name = f"{mail.kind}-{mail.role}-{mail.unit}-{mail.id}.html"
        (folder / name).write_text(body[0], encoding="utf-8")
        yield {
            "kind": language.say(_WORDS[MailKind(mail.kind)]),
            "reader": language.say(_who(mail.role, configuration.titles.get(mail.unit, ""))),
            "subject": mail.subject,
            "html": name,
        }


def _kinds(installation: Installation, folder: Path, language: Language) -> Iterator[dict[str, Any]]:
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
            shown = _in_both(gathering, kind, role) if kind.stopped_as in usual else []
            if shown:
                yield {
                    "kind": language.say(_WORDS[kind]),
                    "example": shown[0].example,
                    "reader": language.say(_who(role, shown[0].reader.name)),
                    "subject": shown[0].shown.subject,
                    "links": [_written(each, kind, folder) for each in shown],
                }


def _in_both(gathering: Gathering, kind: MailKind, role: str) -> list[Preview]:
    """A mail in both languages, to the first reader of the role who would get one."""
    for unit in [r.unit for r in gathering.known.configuration.recipients if r.role == role]:
        readers = (reader_for(gathering, role=role, unit=unit, language=code) for code in LANGUAGES)
        found = [each for to in readers if (each := preview(gathering, to, kind)) is not None]
        if len(found) == len(LANGUAGES):
            return found
    return []


def _written(shown: Preview, kind: MailKind, folder: Path) -> dict[str, str]:
    name = f"{kind}-{shown.reader.role}-{shown.reader.language}"
    (folder / f"{name}.html").write_text(shown.shown.html, encoding="utf-8")
    (folder / f"{name}.txt").write_text(shown.shown.text, encoding="utf-8")
    return {"lang": shown.reader.language, "html": f"{name}.html", "text": f"{name}.txt"}


def _who(role: str, unit: str) -> Message:
    return Message(ROLES[role].text, {"unit": unit} if role in (ASSOCIATION, COMMITTEE) else {})
