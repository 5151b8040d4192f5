"""Lists of people ("views"): make, fill, aim, remove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from connectors.zetkin.wire.shapes import Id, envelope
from connectors.zetkin.writes.tools import Filters, Verbs
from zetkin_sync.records import PeopleList


class _Folder(msgspec.Struct):
    id: Id
    title: str


_folders = envelope(list[_Folder]).decode


class Lists(Verbs):
    """Lists of ours lie in a folder of ours and carry our mark as their title."""

    def find_lists(self, *, organization: int, title: str) -> tuple[int, ...]:
        return self.titled(PeopleList, organization, title)

    def create_list(self, *, organization: int, folder: str, title: str) -> int:
        path = f"/v1/orgs/{organization}/people/view_folders"
        found = min((f.id for f in self.ask(path, _folders) if f.title == folder), default=None)
        folder_id = self.make(path, {"title": folder}) if found is None else found
        return self.make(f"/v1/orgs/{organization}/people/views", {"title": title, "folder_id": folder_id})

    def list_people(self, *, organization: int, list_id: int) -> frozenset[int]:
        return self.everybody(f"/v1/orgs/{organization}/people/views/{list_id}/rows")

    def add_to_list(self, *, organization: int, list_id: int, person: int) -> None:
        self._client.send("PUT", f"/v1/orgs/{organization}/people/views/{list_id}/rows/{person}")

    def remove_from_list(self, *, organization: int, list_id: int, person: int) -> None:
        self.remove(f"/v1/orgs/{organization}/people/views/{list_id}/rows/{person}")

    def delete_list(self, *, organization: int, list_id: int) -> None:
        self.remove(f"/v1/orgs/{organization}/people/views/{list_id}")

    def add_column(
        self, *, organization: int, list_id: int, kind: str, title: str, config: Mapping[str, Any]
    ) -> int:
        body = {"type": kind, "title": title, "config": dict(config)}
        return self.make(f"/v1/orgs/{organization}/people/views/{list_id}/columns", body)

    def search_list(self, *, organization: int, list_id: int, filters: Filters) -> None:
        path = f"/v1/orgs/{organization}/people/views/{list_id}/content_query"
        self._client.send("PATCH", path, {"filter_spec": filters})
