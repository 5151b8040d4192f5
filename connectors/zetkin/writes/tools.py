"""What the verbs share: ids of what was made, everybody on a list, the filters of a target."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from connectors.zetkin.client import Client
from connectors.zetkin.paging import Ahead
from connectors.zetkin.refusals import NotThere
from connectors.zetkin.wire.shapes import Id, envelope, understood
from zetkin_sync.errors import OutcomeUnknown
from zetkin_sync.language import say
from zetkin_sync.records import Page

Filters = list[dict[str, Any]]


class Verbs:
    """What a group of verbs stands on; `Reads` gives it."""

    _client: Client
    _size: int
    _ahead: Ahead
    pages: Callable[..., Iterator[Page]]
    everybody: Callable[[str], frozenset[int]]

    def ask(self, path: str, decode: Callable[[bytes], Any]) -> Any:
        """One thing, decoded."""
        return understood(decode, self._client.get(path), endpoint=f"GET {path}").data

    def make(self, path: str, body: dict[str, Any]) -> int:
        """Make something; the id that Zetkin gave it. Not repeatable."""
        return made(self._client.send("POST", path, body), endpoint=f"POST {path}")

    def remove(self, path: str) -> None:
        """Remove something; when it was not there, it is done all the same."""
        try:
            self._client.send("DELETE", path)
        except NotThere:
            return

    def titled(self, record: type[Any], organization: int, title: str) -> tuple[int, ...]:
        """The ids of everything in a list with exactly that title (the second column), the oldest first."""
        found = (row for page in self.pages(record, organization=organization) for row in page.rows())
        return tuple(sorted(row[0] for row in found if row[1] == title))


class _Made(msgspec.Struct):
    id: Id


_made = envelope(_Made).decode


def made(body: bytes, *, endpoint: str) -> int:
    """The id that Zetkin gave to what we made. Raises OutcomeUnknown when the answer does not say."""
    try:
        return int(_made(body).data.id)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OutcomeUnknown(
            say("Zetkin's answer to {endpoint} does not say what it made.", endpoint=endpoint)
        ) from error


def everybody_on(list_id: int) -> Filters:
    """The filters that select everybody on one list (API.md §5.3)."""
    return [{"op": "add", "type": "person_view", "config": {"operator": "in", "view": list_id}}]


class _ListConfig(msgspec.Struct):
    view: int | None = None
    operator: str | None = None


class _Filter(msgspec.Struct):
    type: str
    op: str = "add"
    config: msgspec.Raw = msgspec.Raw(b"null")


class Target(msgspec.Struct):
    """The smart search by which an email or a task selects people."""

    id: Id
    filter_spec: list[_Filter] = []

    def only_list(self) -> int | None:
        """The list that it selects, when it is exactly everybody on one list."""
        if len(self.filter_spec) != 1 or self.filter_spec[0].type != "person_view":
            return None
        try:
            config = msgspec.json.decode(self.filter_spec[0].config, type=_ListConfig)
        except msgspec.DecodeError:
            return None
        return config.view if self.filter_spec[0].op == "add" and config.operator == "in" else None
