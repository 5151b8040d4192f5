"""Addresses as they stand in bounces: read out of fields and text, checked, undone from what relays made of them.

Syntax after RFC 5321 §4.1.2 and RFC 6531; typed addresses after RFC 3464 §2.3 and RFC 6533 §3.
"""

from __future__ import annotations

import re

_LOCAL = r"""[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff.-]{1,80}"""
_DOMAIN = r"""(?:[A-Za-z0-9\u0080-\U0010ffff_](?:[A-Za-z0-9\u0080-\U0010ffff_-]{0,62})\.){0,10}[A-Za-z0-9\u0080-\U0010ffff][A-Za-z0-9\u0080-\U0010ffff-]{0,62}"""
_QUOTED = r'"(?:[^"\\\x00-\x1f]|\\[ -~]){1,64}"'
_WHOLE = re.compile(rf"(?:{_LOCAL}|{_QUOTED})@(?:{_DOMAIN}|\[[0-9A-Fa-f:.IPv]{{3,45}}\])\.?")
_IN_TEXT = re.compile(rf"(?<![A-Za-z0-9!#$%&'*+/=?^_`{{|}}~.-])(?:{_LOCAL}|{_QUOTED})@{_DOMAIN}")
_TYPED = re.compile(r"\s*([A-Za-z0-9-]{1,40})\s*;\s*(.*)", re.DOTALL)
_XTEXT = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_ANGLE = re.compile(r"<([^<>]{1,320})>")
_SRS = re.compile(r"SRS0[=+-][^=]{1,12}=[^=]{1,6}=([^=@]{1,253})=([^@]{1,64})@", re.IGNORECASE)
_BATV = re.compile(r"prvs=[0-9a-z]{4,12}=", re.IGNORECASE)

NOBODY = frozenset(
    ("mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "mdaemon", "double-bounce", "bounce-null")
)


def clean(text: str) -> str | None:
    """One address out of a field's value: brackets, comments, quotes and a closing dot away; None if none is left."""
    text = text.strip()
    if not text or len(text) > 1000:
        text = text[:1000]
    if "@" not in text:
        return None
    if "<" in text:
        angle = _ANGLE.search(text)
        if angle and "@" in angle.group(1):
            text = angle.group(1)
    text = text.strip(" \t<>[](){},;:'`")
    if text.lower().startswith(("mailto:", "smtp:", "rfc822:")):
        text = text.split(":", 1)[1]
    if text[:1] == '"' and text[-1:] == '"' and text.count('"') == 2:  # "anna@example.se"
        text = text[1:-1]
    if " " in text and text[:1] != '"':
        text = text.split()[0]
    return text.rstrip(".") if is_address(text) else None


def is_address(text: str) -> bool:
    """Is this the syntax of an address that a person could have?"""
    if len(text) > 320 or _WHOLE.fullmatch(text) is None:
        return False
    local, _, domain = text.rpartition("@")
    return local.strip(".-") != "" and len(domain) < 254


def typed(value: str) -> str | None:
    """The address of a `type; address` field of a delivery report (rfc822, utf-8; a missing type is forgiven)."""
    match = _TYPED.match(value)
    kind, rest = (match.group(1).lower(), match.group(2)) if match else ("rfc822", value)
    if kind in ("x400", "unknown", "system"):
        return None
    if "\\x{" in rest:
        rest = _XTEXT.sub(_unescape, rest)
    return clean(rest)


def _unescape(match: re.Match[str]) -> str:
    code = int(match.group(1), 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else ""


def in_text(text: str, limit: int = 200) -> list[str]:
    """Every address in a text, in order, each once."""
    if "@" not in text:
        return []
    found: dict[str, None] = {}
    for match in _IN_TEXT.finditer(text):
        address = match.group().rstrip(".").lstrip(".'`*=-") if match.group()[0] != '"' else match.group()
        if is_address(address) and (".." not in address or address[0] == '"'):
            found.setdefault(address)
            if len(found) >= limit:
                break
    return list(found)


def from_list(values: list[str]) -> list[str]:
    """The addresses of To-like header fields, in order."""
    return in_text(", ".join(values)[:20_000]) if values else []


def same(address: str) -> str:
    """The address as it is compared inside one mail."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.strip(chr(34))}@{domain.rstrip('.')}"


def undo_rewriting(address: str) -> str:
    """The address before a forwarder (SRS) or a sender's signature (BATV) rewrote it."""
    srs = _SRS.match(address)
    if srs:
        return f"{srs.group(2)}@{srs.group(1)}"
    return _BATV.sub("", address, count=1) if address[:5].lower() == "prvs=" else address


def is_nobody(address: str) -> bool:
    """Is it a mail system's own address?"""
    return address.partition("@")[0].lower() in NOBODY
