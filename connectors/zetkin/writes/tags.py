"""Tags: find, make, put on, take off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from connectors.zetkin.client import Client
from connectors.zetkin.refusals import NotThere
from connectors.zetkin.wire import people
from connectors.zetkin.wire.shapes import Id, envelope, understood
from zetkin_sync.errors import OutcomeUnknown
from zetkin_sync.language import say
from zetkin_sync.records import Page, Tag


class _Made(msgspec.Struct):
    id: Id


class _Group(msgspec.Struct):
    id: Id
    title: str


_made = envelope(_Made).decode
_groups = envelope(list[_Group]).decode


def made(body: bytes, *, endpoint: str) -> int:
    """The id that Zetkin gave to what we made. Raises OutcomeUnknown when the answer does not say."""
    try:
        return int(_made(body).data.id)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OutcomeUnknown(
            say("Zetkin's answer to {endpoint} does not say what it made.", endpoint=endpoint)
        ) from error


class Tags:
    """Tags of ours lie in a tag group of ours; that is how they are known."""

    _client: Client
    pages: Callable[..., Iterator[Page]]

    def find_tag(self, *, organization: int, group: str, title: str) -> int | None:
        rows = (row for page in self.pages(Tag, organization=organization) for row in page.rows())
        return min((row[0] for row in rows if row[1] == title and row[3] == group), default=None)

    def create_tag(self, *, organization: int, group: str, title: str, description: str) -> int:
        path = f"/v1/orgs/{organization}/people/tags"
        body = {
            "title": title,
            "description": description,
            "group_id": self._group(organization, group),
        }
        return made(self._client.send("POST", path, body), endpoint=f"POST {path}")

    def _group(self, organization: int, title: str) -> int:
        """Our tag group, made where there is none."""
        path = f"/v1/orgs/{organization}/tag_groups"
        groups: list[Any] = understood(_groups, self._client.get(path), endpoint=f"GET {path}").data
        found = sorted(group.id for group in groups if group.title == title)
        if found:
            return int(found[0])
        return made(self._client.send("POST", path, {"title": title}), endpoint=f"POST {path}")

    def has_tag(self, *, organization: int, person: int, tag: int) -> bool:
        path = f"/v1/orgs/{organization}/people/{person}/tags"
        return tag in understood(people.ids, self._client.get(path), endpoint=f"GET {path}")

    def put_tag(self, *, organization: int, person: int, tag: int, value: str | None = None) -> None:
        body = None if value is None else {"value": value}
        self._client.send("PUT", f"/v1/orgs/{organization}/people/{person}/tags/{tag}", body)

    def delete_tag(self, *, organization: int, person: int, tag: int) -> None:
        try:
            self._client.send("DELETE", f"/v1/orgs/{organization}/people/{person}/tags/{tag}")
        except NotThere:
            return  # it was off already
