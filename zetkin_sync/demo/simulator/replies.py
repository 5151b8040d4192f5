"""What the simulator answers: envelopes, status codes and error bodies (API.md §2.1–2.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

Row = dict[str, Any]
_encode = msgspec.json.Encoder().encode


class Reply(Struct, frozen=True):
    """One answer: status, body and further headers."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()


NOTHING = Reply(204)


def encode(value: Any) -> bytes:
    """A value as JSON."""
    return _encode(value)


def plain(value: Any, status: int = 200) -> Reply:
    """JSON without envelope."""
    return Reply(status, _encode(value))


def data(value: Any, status: int = 200) -> Reply:
    """The v1 envelope around one value."""
    return Reply(status, b'{"data":' + _encode(value) + b"}")


def raw(row: bytes, status: int = 200) -> Reply:
    """The v1 envelope around a row that is written already."""
    return Reply(status, b'{"data":' + row + b"}")


def rows(written: Iterable[bytes]) -> Reply:
    """The v1 envelope around rows that are written already."""
    return Reply(200, b'{"data":[' + b",".join(written) + b"]}")


def item_v2(value: Any, status: int = 200) -> Reply:
    """The v2 envelope around one value."""
    return plain({"data": value, "meta": {"fields": {}}, "related": {}, "success": True}, status)


def list_v2(page: Sequence[Row], *, number: int, size: int, total: int) -> Reply:
    """The v2 envelope around one page."""
    meta = {
        "fields": {},
        "filters": [],
        "ordering": [],
        "pagination": {"page": number, "size": size, "total": total},
    }
    return plain({"data": page, "meta": meta, "related": {}, "success": True})


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The request is answered with an error."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status, reply.body)
        self.reply = reply


def refusal(status: int, title: str, description: str | None = "") -> Refused:
    """An ordinary v1 error; without `description` that key is left out (404 and some 409)."""
    error: Row = {"title": title}
    if description is not None:
        error["description"] = description
    return Refused(plain({"error": error}, status))


def not_found() -> Refused:
    return refusal(404, "404 Not Found", None)


def forbidden(title: str = "403 Forbidden") -> Refused:
    return refusal(403, title)


def conflict(title: str = "409 Conflict") -> Refused:
    return refusal(409, title)


def missing(name: str) -> Refused:
    return refusal(400, "Missing parameter", f'The "{name}" parameter is required.')


def invalid(name: str, why: str) -> Refused:
    """The description leaks the message of the server's validation library, as the real one does."""
    return refusal(400, "Invalid parameter", f'The "{name}" parameter is invalid. {why}')


def oauth_error(status: int, error: str, description: str) -> Refused:
    """OAuth's error body: `error` is a string here (API.md §1.3)."""
    return Refused(plain({"error": error, "error_description": description}, status))


def unprocessable(name: str, message: str, kind: str) -> Refused:
    """A v2 validation error."""
    return Refused(plain({"detail": [{"loc": ["body", name], "msg": message, "type": kind}]}, 422))
