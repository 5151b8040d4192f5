"""Signs in headers and words that a mail reports a failed or a delayed delivery, in the languages we meet."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from zetkin_sync.bounces.mime import Headers

_DAEMON = re.compile(
    r"mailer[-_ ]?daemon|mail[-_ ]daemon|post[-_]?master|mail delivery|mail deliver system|delivery (?:sub)?system"
    r"|mail\.delivery|mdaemon|bounce[sd]?@|delivery status|system administrator|systemadministratör|mail administrator"
    r"|mail system|e-?mail delivery|non[-_]?delivery|undeliver|microsoft outlook|microsoftexchange",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|returned (?:mail|message|to sender)|returning (?:mail|message) to sender|delivery (?:has )?(?:fail|status|problem|error|unsuccess|report)"
    r"|fail(?:ed|ure)? (?:notice|delivery|mail)|failure (?:notice|notification)|mail (?:delivery )?(?:fail|error|system error|status|could not)"
    r"|mail delivery|message delivery|could not be delivered|not (?:be )?delivered|non[- ]?delivery|nondeliverable|bounce notification"
    r"|email bounce|delivery notification|dsn:|message status|processing error|there was an error sending|warning: message|warning: could not send"
    r"|delivery warning|delayed|can'?t be delivered|unable to deliver|rejected|user unknown|unknown user|mailbox full|failed"
    r"|leverer|olevererad|levererades|misslyckad|misslyckades|inte levererat|unzustell|nicht zugestellt|zustellung|onbestelbaar|niet bezorgd"
    r"|non remis|remise|échec|no se ha podido entregar|entrega|notifica|mancato recapito|ulevert|kunne ikke leveres|エラー|不達|unzugestellt|non (?:distribu|recapit|consegn)|mancata consegna|no (?:se puede|se pudo|pudo) entregar|no entregad|imposible entregar|não (?:foi )?(?:possível )?entreg|falha na entrega|kan ikke leveres|ikke lever|kan niet|ei voi(?:tu)? toimit|toimittamat|epäonnistu|niedostarcz|nie (?:można|został[ao]?) dostarcz|не ?доставлен|не удается доставить|未送达|无法投递|無法|届きません|配信|失败|投递|退信",
    re.IGNORECASE,
)
_DELAY_SUBJECT = re.compile(
    r"delayed|\(delay\)|\[delay\]|delivery delay|delivery warning|warning: message|warning: could not send|could not send (?:mail|message) for|delivery status notification ?\(delay"
    r"|still being retried|fördröj|försena|verzöger|retard[ée]|retrasad|ritard|vertraagd|forsink|viiväst|отложен|opóźni|遅延|延迟",
    re.IGNORECASE,
)


@cache
def _words(name: str) -> tuple[str, ...]:
    return tuple(
        tomllib.loads((files(__package__) / "tables" / "signs.toml").read_text(encoding="utf-8"))[name]
    )


def is_daemon(headers: Headers) -> bool:
    """Does a mail system, not a person, say that it wrote this?"""
    sender = headers.text("from")
    if _DAEMON.search(sender) or sender.strip() in ("<>", ""):
        return True
    path = headers.raw("return-path").lower()
    return "mailer-daemon" in path


def subject_says_bounce(subject: str) -> bool:
    return _BOUNCE_SUBJECT.search(subject[:300]) is not None


def subject_says_delay(subject: str) -> bool:
    return _DELAY_SUBJECT.search(subject[:300]) is not None


def failure_said(text: str, *, loosely: bool = False) -> bool:
    """Do the words above the returned mail say that it did not arrive? Loosely: or only that something failed."""
    said = " ".join(text[:6_000].lower().split())
    return _has(said, "failed") or (loosely and _has(said, "failed_loosely"))


def delay_said(text: str) -> bool:
    """Do the words say that the server goes on trying? A sentence that it has given up decides against it."""
    said = " ".join(text[:6_000].lower().split())
    return _has(said, "delayed") and not _has(said, "given_up")


def away_said(text: str) -> bool:
    """Do the first words say that somebody is away, as an automatic answer without its headers does?"""
    return _has(" ".join(text[:600].lower().split()), "away")


def _has(said: str, name: str) -> bool:
    return any(words in said for words in _words(name))
