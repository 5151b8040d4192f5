"""An opened mail: its parts sorted into report, words and the mail that came back, each looked up once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from zetkin_sync.bounces import addresses
from zetkin_sync.bounces.delivery_status import Row, read_rows
from zetkin_sync.bounces.mime import Headers, Mail, Part, inner_headers, split_headers
from zetkin_sync.bounces.signs import is_daemon, subject_says_bounce
from zetkin_sync.bounces.transcript import Transcript, read_transcript
from zetkin_sync.bounces.verdict import Returned

_MESSAGE_ID = re.compile(r"<([^<>\s]{1,300})>")
_QUOTED = re.compile(r"^(?:> ?)+")
_REPORT = 400_000  # bytes of a delivery report: a thousand recipients
_RETURNED = frozenset(
    (
        "message/rfc822",
        "text/rfc822-headers",
        "message/rfc822-headers",
        "message/global",
        "message/global-headers",
        "message/partial",
    )
)
_TEXTS = 8
STAMP = "x-zetkin-sync-delivery"  # the header with our token
_WORDS = frozenset(("text/plain", "text/html", "text/enriched", "message/news"))


@dataclass
class Opened:
    """A split mail and what is looked up in it once."""

    mail: Mail
    data: bytes

    @property
    def headers(self) -> Headers:
        return self.mail.headers

    @cached_property
    def daemon(self) -> bool:
        return is_daemon(self.headers)

    @cached_property
    def subject(self) -> str:
        return self.headers.text("subject")

    @cached_property
    def _kinds(self) -> tuple[list[Part], list[Part], Part | None]:
        """The report's own parts, text parts, and the part with the returned mail."""
        reports: list[Part] = []
        texts: list[Part] = []
        back: Part | None = None
        for part in self.mail.parts:
            kind = part.kind
            if kind.startswith("message/") and "delivery-status" in kind:
                if back is None or not reports:  # one that follows the returned mail is most likely inside it
                    reports.append(part)
            elif kind in _RETURNED:
                back = back or part
            elif kind in _WORDS and back is None and len(texts) < _TEXTS:
                texts.append(part)
        return reports, texts, back

    @cached_property
    def rows(self) -> list[Row]:
        """The rows of the delivery report, in its own part or, from a mail system, in the text."""
        rows: list[Row] = []
        for part in self._kinds[0][:5]:
            rows += read_rows(part.text(_REPORT))
        if not rows and b"inal-" in self.data and self._likely:
            for part in self._kinds[1]:
                if part.kind == "text/plain" and "inal-recipient" in self.text.lower():
                    rows += read_rows(self.transcript.above)
                    break
        return rows

    @cached_property
    def _likely(self) -> bool:
        return self.daemon or subject_says_bounce(self.subject) or "report" in self.mail.kind

    @cached_property
    def text(self) -> str:
        plain = [part for part in self._kinds[1] if part.kind != "text/html"]
        text = "\n".join(part.text() for part in plain)
        if "@" not in text or len(text.strip()) < 40:
            text += "\n" + "\n".join(part.text() for part in self._kinds[1] if part.kind == "text/html")
        if "\n> " in text and "inal-recipient" in text.lower():  # a report that a person passed on
            quoted = [_QUOTED.sub("", line) for line in text.split("\n") if line[:1] == ">"]
            text = split_headers("\n".join(quoted).encode())[1].decode()
        return text

    @cached_property
    def transcript(self) -> Transcript:
        return read_transcript(self.text)

    @cached_property
    def returned(self) -> Headers | None:
        return inner_headers(self._kinds[2]) or self.transcript.returned

    @cached_property
    def brings_back(self) -> bool:
        """Is the returned mail there, as a part of its own?"""
        return self._kinds[2] is not None

    @cached_property
    def mailed_to(self) -> list[str]:
        """To whom the returned mail was addressed."""
        if self.returned is None:
            return []
        return addresses.from_list([*self.returned.all("to"), *self.returned.all("cc")])

    @cached_property
    def delivered_to(self) -> list[str]:
        """Where this report was delivered: our own address, perhaps with a token."""
        names = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to")
        return addresses.from_list([value for name in names for value in self.headers.all(name)[:5]])

    @cached_property
    def ours(self) -> set[str]:
        """Addresses of the sender's side, which a text may mention without saying that they failed."""
        own = list(self.delivered_to)
        if self.returned is not None:
            for name in ("from", "sender", "return-path", "reply-to", "errors-to"):
                own += addresses.from_list(self.returned.all(name))
        return {addresses.same(a) for a in own}

    @cached_property
    def came_back(self) -> Returned:
        back = self.returned
        if back is None:
            return Returned()
        sender = addresses.from_list(back.all("from"))
        path = addresses.from_list(back.all("return-path"))
        return Returned(
            message_id=message_id(back),
            sender=sender[0] if sender else None,
            recipients=tuple(self.mailed_to[:50]),
            path=path[0] if path else None,
            stamp=back.raw(STAMP)[:200] or None,
        )


def message_id(headers: Headers) -> str | None:
    match = _MESSAGE_ID.search(headers.raw("message-id"))
    return match.group(1) if match else None
