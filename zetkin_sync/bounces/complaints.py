"""Complaints: a recipient's provider tells us that our mail was reported as spam (RFC 5965, RFC 6430)."""

from __future__ import annotations

import re

from zetkin_sync.bounces.addresses import clean, from_list
from zetkin_sync.bounces.mime import Headers, Mail
from zetkin_sync.bounces.verdict import Reason

_AUTHENTICATION = frozenset(
    ("auth-failure", "dmarc", "dkim", "spf")
)  # RFC 6591: about our domain, from no person
_WELCOME = frozenset(("not-spam",))  # RFC 6430: the recipient wants our mail
_FORWARDED = re.compile(
    r"\s*complaint about message from", re.IGNORECASE
)  # Microsoft's junk mail reporting program
_FIELD = re.compile(r"^([a-z-]{3,40})[ \t]*:[ \t]*(.*)$", re.IGNORECASE | re.MULTILINE)
_REDACTED = re.compile(r"redacted|removed|hidden|undisclosed", re.IGNORECASE)


def feedback_fields(mail: Mail) -> dict[str, list[str]] | None:
    """The fields of the feedback report in this mail, or None when it is none."""
    part = next((p for p in mail.parts if p.kind == "message/feedback-report"), None)
    if part is None:
        if _FORWARDED.match(mail.headers.text("subject")) and any(
            p.kind == "message/rfc822" for p in mail.parts
        ):
            return {}
        if "feedback-report" not in mail.parameters.get("report-type", "").lower():
            return None
        part = next((p for p in mail.parts if b"feedback-type" in p.body[:5_000].lower()), None)
        if part is None:
            return None
    fields: dict[str, list[str]] = {}
    for name, value in _FIELD.findall(part.text()):
        fields.setdefault(name.lower(), []).append(value.strip())
    return fields


def reason_of(fields: dict[str, list[str]]) -> Reason:
    """What the report is about: a person's complaint, our domain's authentication, or neither."""
    kinds = {value.lower() for value in fields.get("feedback-type", [])}
    if kinds & _AUTHENTICATION:
        return Reason.AUTHENTICATION
    return Reason.UNDETERMINED if kinds & _WELCOME else Reason.COMPLAINT


def complainers(fields: dict[str, list[str]], returned: Headers | None) -> list[str]:
    """Who complained: the report's own fields, else to whom the returned mail was sent. Often withheld."""
    named = [*fields.get("original-rcpt-to", []), *fields.get("removal-recipient", [])]
    found = [address for value in named if (address := clean(value))]
    if not found and returned is not None:
        for name in ("x-hmxmroriginalrecipient", "to", "x-original-to", "delivered-to"):
            found = from_list(returned.all(name))
            if found:
                break
    return [a for a in dict.fromkeys(found) if not _REDACTED.search(a)]
