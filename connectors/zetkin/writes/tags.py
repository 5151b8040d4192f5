"""Tags: find, make, put on, take off."""

from __future__ import annotations

import msgspec

from connectors.zetkin.wire import people
from connectors.zetkin.wire.shapes import Id, envelope, understood
from connectors.zetkin.writes.tools import Verbs
from zetkin_sync.records import Tag


class _Group(msgspec.Struct):
    id: Id
    title: str


_groups = envelope(list[_Group]).decode


class Tags(Verbs):
    """Tags of ours lie in a tag group of ours; that is how they are known."""

    def find_tag(self, *, organization: int, group: str, title: str) -> int | None:
        rows = (row for page in self.pages(Tag, organization=organization) for row in page.rows())
        return min((row[0] for row in rows if row[1] == title and row[3] == group), default=None)

    def create_tag(self, *, organization: int, group: str, title: str, description: str) -> int:
        group_id = self._group(organization, group)
        body = {"title": title, "description": description, "group_id": group_id}
        return self.make(f"/v1/orgs/{organization}/people/tags", body)

    def _group(self, organization: int, title: str) -> int:
        """Our tag group, made where there is none."""
        path = f"/v1/orgs/{organization}/tag_groups"
        found = min((group.id for group in self.ask(path, _groups) if group.title == title), default=None)
        return self.make(path, {"title": title}) if found is None else found

    def has_tag(self, *, organization: int, person: int, tag: int) -> bool:
        path = f"/v1/orgs/{organization}/people/{person}/tags"
        return tag in understood(people.ids, self._client.get(path), endpoint=f"GET {path}")

    def put_tag(self, *, organization: int, person: int, tag: int, value: str | None = None) -> None:
        body = None if value is None else {"value": value}
        self._client.send("PUT", f"/v1/orgs/{organization}/people/{person}/tags/{tag}", body)

    def delete_tag(self, *, organization: int, person: int, tag: int) -> None:
        self.remove(f"/v1/orgs/{organization}/people/{person}/tags/{tag}")

    def tagged(self, *, organization: int, tag: int) -> frozenset[int]:
        return self.everybody(f"/v1/orgs/{organization}/people/tags/{tag}/people")
