"""A mail split into its parts, flat and bounded, without opening a mail that stands inside another.

The standard library's parser recurses (1,500 nested parts end it) and rewrites a delivery report as it reads
it. Here nesting is a list, nothing raises, and a part keeps its bytes. RFC 2045, 2046, 2047, 2231, 5322.
"""

from __future__ import annotations

import binascii
import codecs
import re
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header

from zetkin_sync.bounces.guard import MAX_DEPTH, MAX_PARTS, MAX_TEXT

_FIELD = re.compile(rb"([!-9;-~]{1,76})[ \t]*:[ \t]?(.*)", re.DOTALL)
_FOLD = re.compile(rb"\n(?=[ \t])")
_PARAMETER = re.compile(
    r""";\s*([a-z0-9_.-]{1,40})(?:\*0?\*?)?\s*=\s*(?:"((?:[^"\\]|\\.){0,300})"|([^\s;]{1,300}))""",
    re.IGNORECASE,
)
_BOUNDARY = re.compile(rb"(\n--[^\n]{4,100})\nContent-[A-Za-z-]{4,30}:")
_MAX_HEADER = 200_000
_ENCODED = re.compile(r"=\?[^?\s]{1,40}\?[bqBQ]\?")
_TAG_GAP = re.compile(r"<(?:br|/p|/div|/tr|/td|/h[1-6]|/li|p|div|tr)\b[^<>]{0,300}>", re.IGNORECASE)
_HIDDEN = ("head", "style", "script")
_TAG = re.compile(r"</?[a-z!][^<>]{0,1000}>", re.IGNORECASE)
_ENTITY = {"&nbsp;": " ", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&#64;": "@", "&#8203;": ""}


class Headers:
    """Header fields by lower-case name, unfolded, undecoded; the same name may stand several times."""

    __slots__ = ("_by_name",)

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._by_name: dict[str, list[str]] = {}
        for name, value in pairs:
            self._by_name.setdefault(name, []).append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def __len__(self) -> int:
        return len(self._by_name)

    def all(self, name: str) -> list[str]:
        """Every value of a field, as it stands."""
        return self._by_name.get(name, [])

    def raw(self, name: str) -> str:
        """The first value of a field as it stands, or an empty text."""
        found = self._by_name.get(name)
        return found[0] if found else ""

    def text(self, name: str) -> str:
        """The first value of a field with its encoded words decoded (RFC 2047)."""
        return decode_words(self.raw(name))


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is no container: its headers, its kind ("text/plain") and its bytes."""

    headers: Headers
    kind: str
    body: bytes

    def text(self, limit: int = MAX_TEXT) -> str:
        """The part as text: transfer encoding and charset undone, at most `limit` bytes of it."""
        return decode_text(self.body, self.headers, limit)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail: its headers, its kind and its parts in order. A mail inside it is one part, unopened."""

    headers: Headers
    kind: str
    parameters: dict[str, str] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    cut: bool = False


def split_mail(data: bytes) -> Mail:
    """Split a guarded mail. Too deep or too many parts: what stands first is kept and `cut` is set."""
    headers, body = split_headers(data)
    kind, parameters = content_type(headers)
    parts: list[Part] = []
    cut = False
    pending: list[tuple[Headers, str, dict[str, str], bytes, int]] = [(headers, kind, parameters, body, 0)]
    while pending:
        its_headers, its_kind, its_parameters, its_body, depth = pending.pop()
        container = its_kind.startswith("multipart/")
        pieces = (
            _pieces(its_body, its_parameters.get("boundary", "")) if container and depth < MAX_DEPTH else []
        )
        if not pieces:
            cut = cut or depth >= MAX_DEPTH
            parts.append(Part(its_headers, "text/plain" if container else its_kind, its_body))
        else:
            default = "message/rfc822" if its_kind == "multipart/digest" else "text/plain"
            nested = []
            for piece in pieces:
                piece_headers, piece_body = split_headers(piece)
                piece_kind, piece_parameters = content_type(piece_headers, default=default)
                nested.append((piece_headers, piece_kind, piece_parameters, piece_body, depth + 1))
            pending.extend(reversed(nested))
        if len(parts) >= MAX_PARTS or len(pending) > MAX_PARTS:
            cut = True
            pending = pending[-MAX_PARTS:]
        if len(parts) >= MAX_PARTS:
            break
    return Mail(headers, kind, parameters, tuple(parts), cut)


def _pieces(body: bytes, boundary: str) -> list[bytes]:
    """What stands between the boundary's lines; the closing one may be missing, the declared one wrong."""
    text = b"\n" + body
    mark = b"\n--" + boundary.encode("latin-1", "replace")
    if not boundary or mark not in text:
        guessed = _BOUNDARY.search(text)
        if guessed is None:
            return []
        mark = guessed.group(1)
    pieces = text.split(mark, MAX_PARTS + 2)
    found: list[bytes] = []
    for piece in pieces[1 : MAX_PARTS + 2]:
        if piece[:2] == b"--" and not piece[2:3].strip():
            break
        rest = piece.split(b"\n", 1)
        if rest[0].strip():  # another boundary that begins the same way
            if found:
                found[-1] += mark + piece
            continue
        found.append(rest[1] if len(rest) > 1 else b"")
    return found


def split_headers(data: bytes) -> tuple[Headers, bytes]:
    """Header fields and what follows them. Where there are no header fields, everything follows."""
    start = 0
    if data[:1] == b"\n":
        return Headers([]), data[1:]
    if data[:5] in (b"From ", b">From"):  # an mbox separator
        start = data.find(b"\n") + 1 or len(data)
    end = data.find(b"\n\n", start, start + _MAX_HEADER)
    block, body = (data[start:end], data[end + 2 :]) if end >= 0 else (data[start : start + _MAX_HEADER], b"")
    pairs: list[tuple[str, str]] = []
    unfolded = _FOLD.sub(b"", block) if b"\n " in block or b"\n\t" in block else block
    for line in unfolded.split(b"\n"):
        match = _FIELD.match(line)
        if match is None:
            if pairs and end < 0 and line.strip():  # no empty line: the body begins where fields end
                at = data.find(line[:80], start)
                return Headers(pairs), data[at:] if at >= 0 else b""
            continue
        name, value = match.groups()
        pairs.append((name.decode("ascii", "replace").lower(), _as_text(value.strip())))
    if not pairs:
        return Headers([]), data[start:]
    return Headers(pairs), body


def inner_headers(part: Part | None) -> Headers | None:
    """The header of the mail that stands in a part, or None when there is none."""
    if part is None:
        return None
    headers, _ = split_headers(part.body.lstrip(b"\n"))
    return headers if len(headers) else None


def _as_text(value: bytes) -> str:
    if value.isascii():
        return value.decode("ascii")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def content_type(headers: Headers, default: str = "text/plain") -> tuple[str, dict[str, str]]:
    """The kind in lower case and its parameters; the default where it is missing or senseless."""
    value = headers.raw("content-type")
    if not value:
        return default, {}
    words = value.split(";", 1)[0].split()
    kind = words[0].lower() if words else ""
    if "/" not in kind:
        return default, {}
    parameters: dict[str, str] = {}
    for name, quoted, plain in _PARAMETER.findall(value[:4000]):
        parameters.setdefault(name.lower().rstrip("*"), (quoted.replace("\\", "") if quoted else plain))
    return kind, parameters


def decode_words(value: str) -> str:
    """Encoded words decoded; what cannot be decoded stays as it is."""
    if "=?" not in value or _ENCODED.search(value) is None:
        return value
    try:
        pieces = decode_header(value[:4000])
    except (HeaderParseError, ValueError):
        return value
    return "".join(
        piece if isinstance(piece, str) else _decode(piece, charset or "ascii") for piece, charset in pieces
    )


def decode_text(body: bytes, headers: Headers, limit: int = MAX_TEXT) -> str:
    """Bytes as text by their headers: transfer encoding, charset, HTML; unknown ones are guessed, never refused."""
    encoding = headers.raw("content-transfer-encoding").lower()
    kind, parameters = content_type(headers)
    data = body[: limit * 2]
    if "base64" in encoding:
        compact = b"".join(data.split())
        try:
            data = binascii.a2b_base64(compact[: len(compact) // 4 * 4])
        except binascii.Error:
            data = body[: limit * 2]
    elif "quoted" in encoding:
        data = binascii.a2b_qp(data)
    text = _decode(data[:limit], parameters.get("charset", ""))
    if kind == "text/html":
        text = strip_html(text)
    return text


def _decode(data: bytes, charset: str) -> str:
    if data.isascii() and not charset.lower().startswith(("iso-2022", "utf-7", "utf-16", "hz")):
        return data.decode("ascii")
    try:
        codec = codecs.lookup(charset.strip("'\" ")) if charset else None
    except (LookupError, ValueError):
        codec = None
    if codec is not None and codec.name != "ascii" and getattr(codec, "_is_text_encoding", True):
        try:
            return codec.decode(data, "replace")[0]
        except (UnicodeError, ValueError):
            pass
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def strip_html(text: str) -> str:
    """What a reader of the page sees, roughly: tags away, line breaks kept."""
    for name in _HIDDEN:
        text = _without(text, name)
    text = _TAG.sub("", _TAG_GAP.sub("\n", text))
    for entity, sign in _ENTITY.items():
        if entity in text:
            text = text.replace(entity, sign)
    return text.replace("&amp;", "&")


def _without(text: str, name: str) -> str:
    """The text without one kind of element; one that is not closed stays."""
    lower = text.lower()
    kept, at = [], 0
    while (start := lower.find(f"<{name}", at)) >= 0:
        end = lower.find(f"</{name}>", start)
        if end < 0:
            break
        kept.append(text[at:start])
        at = end + len(name) + 3
    return "".join(kept) + text[at:]
