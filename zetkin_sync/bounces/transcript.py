"""The human-readable part of a bounce: whom it names, what it says of them, and the mail that came back with it.

Servers without a machine-readable report list recipients with the reason on the same or the next lines, and
then quote the returned mail. Everything from the first line of that mail on is not read as a report.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from zetkin_sync.bounces.addresses import in_text, is_nobody, same, undo_rewriting
from zetkin_sync.bounces.guard import MAX_RECIPIENTS
from zetkin_sync.bounces.mime import Headers, split_headers

_MAX_LINES = 2_000
_MAX_SAID = 1_500
_FRAME = " \t-=_*#|>:.~+"
_CUT_HINT = re.compile(
    r"copy|original|returned|unsent|bounced|undelivered|follow|header|message text|ursprung|adjunto|origine|oorspronk"
)
_CUT = re.compile(
    r"(?:start of |the )?(?:original|returned|unsent|bounced|undelivered|failed|rejected) (?:message|mail|e-mail|email|text)"
    r"(?: (?:headers?|text|body|information|details))?(?: is)?(?: follow(?:s|ing)?| below| attached)?"
    r"|.{0,60}copy of (?:the|your|this|an) .{0,40}(?:message|e-?mail|header|letter).{0,60}"
    r"|.{0,40}(?:message|mail) (?:headers?|text|body|contents?) follows?.{0,20}"
    r"|(?:the )?headers? (?:of|from) (?:the|your) (?:original )?message.{0,40}"
    r"|.{0,20}first \d+ lines of (?:the|your) .{0,40}"
    r"|(?:original|unsent|returned) message.{0,10}follows?"
    r"|ursprunglig\w* (?:meddelande\w*|e-post\w*|brev).{0,30}"
    r"|meddelandets (?:ursprungliga )?huvud\w*.{0,20}"
    r"|.{0,10}originalmeddelande.{0,20}"
    r"|urspr[uü]ngliche (?:nachricht|kopfzeilen).{0,20}"
    r"|mensaje original.{0,20}|message d'origine.{0,20}"
)
_HEADER = re.compile(
    r"(received|return-path|message-id|from|to|cc|subject|date|mime-version|content-type|reply-to|sender|x-[a-z-]{2,30})\s*:",
    re.IGNORECASE,
)
_TELLING = ("received", "return-path", "message-id", "mime-version", "content-type")
_NOT_FAILED = re.compile(
    r"(?:from|sender|contact|reply-to|return-path|helo|ehlo|message-?id|references|in-reply-to|please e-?mail|write to"
    r"|notify|administrator|support|help|avsändare|från|kontakta|f|h|mail from:?|size=\d+)[\s:=<\[(\"']{0,6}$",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"(?:recipients?|address(?:es)?|addressed|to|rcpt to|adress(?:en)?|mottagare|mottagaren|undeliverable|user|for|full"
    r"|affected|size|mailbox|account|till|deliver|delivering)[\s:=<\[(\"'-]{0,6}$",
    re.IGNORECASE,
)
_REPLY_LINE = re.compile(r"\s*(?:<<<\s*)?[45]\d\d[\s-]")
_EXPANDED = re.compile(
    r"\((?:ultimately )?(?:expanded|generated) from:?\s*<?([^\s<>()]{3,320})>?\)", re.IGNORECASE
)
_NAME = re.compile(
    r"[\s*-]*[\w.,' \"-]{1,60}[ \t][<(\[]"
)  # Anna Andersson <anna@example.se>, alone on its line
_BULLET = re.compile(r"[\s<>\"'*\-\[\](){}|:;.,#]*(?:\d{1,3}[.)]\s*)?")


@dataclass(slots=True)
class Note:
    """An address that the text names as failing, and what it says of it. `strength` 2: as an item of a list."""

    address: str
    strength: int
    said: list[str] = field(default_factory=list)
    expanded_from: str | None = None

    @property
    def text(self) -> str:
        return " ".join(self.said)[:_MAX_SAID]


@dataclass(frozen=True, slots=True)
class Transcript:
    """A report's text: what stands above the returned mail, whom it names, and the returned mail's header."""

    above: str
    notes: tuple[Note, ...]
    returned: Headers | None


def read_transcript(text: str) -> Transcript:
    """Read a report's text."""
    lines = text.split("\n")[:_MAX_LINES]
    at = _cut_at(lines)
    above = lines[:at]
    returned = _returned("\n".join(lines[at : at + 200])) if at < len(lines) else None
    return Transcript("\n".join(above), tuple(_notes(above)), returned)


def _cut_at(lines: list[str]) -> int:
    """The number of the line where the returned mail begins."""
    run, telling, start = 0, False, 0
    for number, line in enumerate(lines):
        if len(line) > 400:
            run = 0
            continue
        bare = line.strip(_FRAME).lower()
        if bare and _CUT_HINT.search(bare) and _CUT.fullmatch(bare):
            return number
        header = _HEADER.match(line)
        if header:
            if not run:
                start, telling = number, False
            run += 1
            telling = telling or header.group(1).lower() in _TELLING
            if run >= 3 and telling:
                return start
        elif not (run and line[:1] in (" ", "\t") and line.strip()):
            run = 0
    return len(lines)


def _returned(text: str) -> Headers | None:
    """The header of the quoted mail: the first block of header fields after the line that announces it."""
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines[:40]) if _HEADER.match(line.strip())), None)
    if first is None:
        return None
    block = [line if line[:1] in (" ", "\t") and n else line.strip() for n, line in enumerate(lines[first:])]
    if lines[first][:1] in (" ", "\t"):
        block = [line.strip() for line in lines[first:]]
    headers, _ = split_headers("\n".join(block).encode("utf-8", "replace"))
    return headers if len(headers) else None


def _notes(lines: list[str]) -> list[Note]:
    notes: dict[str, Note] = {}
    current: Note | None = None
    for line in lines:
        bare = line.strip()
        if "@" not in line or len(line) > 4_000:
            if current is not None and bare:
                _say(current, bare)
            continue
        expanded = _EXPANDED.search(line)
        if expanded and current is not None and "@" in expanded.group(1):
            origin = in_text(expanded.group(1))
            rest = line[: expanded.start()]
            if origin:
                current.expanded_from = origin[0]
            if "@" not in rest:
                continue
        found = _named(line)
        if not found:
            if current is not None and bare:
                _say(current, bare)
            continue
        for address, strength in found:
            note = notes.get(same(address))
            if note is None:
                if len(notes) >= MAX_RECIPIENTS:
                    break
                note = notes[same(address)] = Note(address, strength)
            note.strength = max(note.strength, strength)
            if strength == 2 or current is None:
                current = note
            if expanded and "@" in expanded.group(1):
                origin = in_text(expanded.group(1))
                if origin and same(origin[0]) != same(address):
                    note.expanded_from = origin[0]
            _say(note, bare)
    return list(notes.values())


def _say(note: Note, line: str) -> None:
    if len(note.said) < 12:
        note.said.append(line[:600])


def _named(line: str) -> list[tuple[str, int]]:
    """The addresses of a line that may be failing recipients, each with how surely."""
    found: list[tuple[str, int]] = []
    end = 0
    for address in in_text(line, limit=50):
        at = line.find(address, end)
        if found and line[end:at].strip() == "<" and line[at + len(address) : at + len(address) + 1] == ">":
            found.pop()  # a name that looks like an address, then the address
        before = line[max(0, at - 60) : at]
        end = at + len(address)
        expanded = _EXPANDED.search(line)
        if (
            is_nobody(address)
            or _NOT_FAILED.search(before)
            or (expanded and expanded.start() < at < expanded.end())
        ):
            continue
        if _BULLET.fullmatch(line[:at]) or (
            _NAME.fullmatch(line[:at]) and not line[end:].strip(" \t>)].,;:")
        ):
            listed = True
        else:
            listed = _FAILED.search(before) is not None or _REPLY_LINE.match(line) is not None
        found.append((undo_rewriting(address), 2 if listed else 1))
    return found
