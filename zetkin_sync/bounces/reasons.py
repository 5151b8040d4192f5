"""Why a mail did not arrive: votes of what the server said, of its codes, and of the report's status.

The words come first, because servers write the wrong code over the right sentence more often than the other
way round (sendmail reports 5.1.1 where the server said "550 5.7.1 blacklisted"). A code that only says
"undefined" has no vote. RFC 3463, RFC 5321 §4.2, the IANA registry; tables/ holds the data.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from zetkin_sync.bounces.verdict import Kind, Reason, Side

_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
# after a reply code; in angle brackets where Amazon SES quotes the last server's answer
_ANSWER = re.compile(r"(<)?(?<![\d.])[45]\d\d[ -]['\"(#]{0,2}([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_STATUS = re.compile(r"\s*\(?\s*([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY = re.compile(r"(?<![\d.:/=-])([45]\d\d)(?=[ \-#:]|$)")
_CONTINUED = re.compile(r"\s[245]\d\d-(?:[245]\.\d{1,3}\.\d{1,3}\s)?")
_ADDRESS = re.compile(r"[^\s<>()\[\]\"':;,]+@[^\s<>()\[\]\"':;,]+")
_BLANKS = re.compile(r"\s+")
_BEFORE_RECIPIENT = re.compile(
    r"(?:after|following|reply to|response to|in)\s*:?\s*(?:pipelined )?(?:mail from|mail command|helo|ehlo|initial connection)"
    r"|>>> mail from"
)
_REJECTED = re.compile(r"(?:recipient )?address rejected: (?=\w)")  # what follows is the reason
_NO_MAIL = ("521", "556")  # the host or the domain takes no mail at all (RFC 7504)
_GAP = 60
_MAX = 3_000


@dataclass(frozen=True, slots=True)
class Decision:
    """A reason, what decided it, and the status code that goes with it."""

    reason: Reason
    by: str
    status: str | None


class _Phrases:
    """The table of phrases, in order."""

    def __init__(self, rows: list[tuple[Reason, tuple[str, ...]]]) -> None:
        self.rows = rows

    def find(self, text: str) -> Reason | None:
        text = f" {text} "  # a phrase that begins with a blank begins with a word
        for reason, parts in self.rows:
            if parts[0] in text and (len(parts) == 1 or _fits(text, parts)):
                return reason
        return None


def _fits(text: str, parts: tuple[str, ...]) -> bool:
    """Do the parts stand in this order, each a short gap after the one before?"""
    first, rest = parts[0], parts[1:]
    start = text.find(first)
    while start >= 0:
        at = start + len(first)
        for part in rest:
            found = text.find(part, at, at + _GAP + len(part))
            if found < 0:
                break
            at = found + len(part)
        else:
            return True
        start = text.find(first, start + 1)
    return False


@cache
def _phrases(weight: str) -> _Phrases:
    return _Phrases(
        [
            (Reason(row["reason"]), tuple(row["phrase"].split("*")))
            for row in read_table("phrases.csv")
            if row["weight"] == weight
        ]
    )


@cache
def _codes() -> dict[str, tuple[Reason, str]]:
    return {row["code"]: (Reason(row["reason"]), row["weight"]) for row in read_table("enhanced_status.csv")}


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of a table in tables/; lines that begin with # are notes."""
    text = (files(__package__) / "tables" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if line and not line.startswith("#")))


def plain(text: str) -> str:
    """A server's words as they are compared: lower case, one blank, no continued codes, "@" for an address."""
    text = _BLANKS.sub(" ", text[:_MAX]).lower()
    if "@" in text:
        text = _ADDRESS.sub("@", text)
    return _CONTINUED.sub(" ", text)


def status_in(text: str) -> str | None:
    """The first enhanced status code in a text: of a failure before of a success, a specific one before an undefined one."""
    answers = _ANSWER.findall(text[:_MAX])
    found = (
        [code for inner, code in answers if inner]
        or [code for _, code in answers]
        or _CODE.findall(text[:_MAX])
    )
    found = [code for code in found if code[0] != "2"] or found
    return next((code for code in found if is_specific(code)), found[0] if found else None)


def status_field(value: str) -> str | None:
    """The code of a Status field (RFC 3464 §2.3.4), whose comment may follow."""
    match = _STATUS.match(value)
    return match.group(1) if match else None


def is_specific(code: str | None) -> bool:
    """Does the code say more than "undefined"?"""
    return code is not None and not code.endswith(".0.0")


def reply_in(text: str) -> str | None:
    """The last SMTP reply code in a text."""
    found = _REPLY.findall(text[:_MAX])
    return found[-1] if found else None


def decide(*, said: str, status: str | None = None, around: str = "") -> Decision:
    """The reason of one failure.

    `said` is what the server said (Diagnostic-Code or its lines in the text), `status` the report's Status
    field, `around` the text around it, which is heard only when the rest is silent.
    """
    spoken = status_in(said)
    heard = status_in(around) if around and spoken is None else None
    codes = [code for code in (spoken, status, heard) if code]
    code = next((c for c in codes if is_specific(c)), codes[0] if codes else None)
    reply = reply_in(said)
    if reply in _NO_MAIL:
        return Decision(Reason.UNKNOWN_DOMAIN, "reply", code)
    words = plain(said)
    for weight in ("sure", "weak"):
        for by, reason in _votes(words, (spoken, status), around, weight):
            if reason is not None:
                return Decision(_tempered(reason, code, words), by, code)
    return Decision(_by_reply(reply), "reply" if reply else "nothing", code)


def _votes(
    words: str, codes: tuple[str | None, ...], around: str, weight: str
) -> Iterator[tuple[str, Reason | None]]:
    """What decides, and for what: the server's words, the codes, the words around them."""
    for text, by in ((words, "phrase"), *((code or "", "code") for code in codes), (around, "phrase")):
        if not text:
            continue
        if by == "code":
            yield by, _by_code(text, weight)
            continue
        compared = text if text is words else plain(text)
        yield by, _phrases(weight).find(_REJECTED.sub("", compared) if weight == "weak" else compared)


def _by_code(code: str | None, weight: str) -> Reason | None:
    if code is None:
        return None
    known = _codes().get(code[2:])
    if known is None or known[1] != weight or known[0] is Reason.UNDETERMINED:
        return None
    return known[0]


def _tempered(reason: Reason, code: str | None, words: str) -> Reason:
    """The reason, unless it blames an address that was not yet spoken of, or for what may be over tomorrow.

    A refusal after MAIL FROM or at the greeting is about the sender. A domain that "was not found" with a
    temporary code is name service trouble, not a dead domain.
    """
    if reason.side is Side.ADDRESS:
        if _BEFORE_RECIPIENT.search(words):
            return Reason.POLICY
        if reason is Reason.UNKNOWN_DOMAIN and code is not None and code[0] == "4":
            return Reason.NETWORK
    return reason


def _by_reply(reply: str | None) -> Reason:
    match reply:
        case "552":
            return Reason.FULL
        case "551":
            return Reason.MOVED
        case "421" | "450" | "451" | "452" | "431" | "441" | "442":
            return Reason.SYSTEM
        case "500" | "501" | "502" | "503" | "504" | "555":
            return Reason.SYSTEM
        case _:
            return Reason.UNDETERMINED


def kind_of(reason: Reason, status: str | None) -> Kind:
    """Hard where the address itself is dead and the code does not call it temporary."""
    temporary = status is not None and status[0] == "4"
    return Kind.HARD if reason.side is Side.ADDRESS and not temporary else Kind.SOFT
