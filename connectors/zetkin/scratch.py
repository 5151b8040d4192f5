"""The values of a tag read by a list made for it: a few requests for everybody who carries it, not one for each.

It writes in Zetkin, without a plan: so only where the configuration says `scratch_folder`. The list lies in that folder,
bears our mark and the tag's id, and is removed when it has been read; one that a killed reading left is removed
before the next. Organizers who look meanwhile see it.
"""

from __future__ import annotations

from functools import partial

import msgspec

from connectors.zetkin.paging import whole_list
from connectors.zetkin.reads import Reads
from connectors.zetkin.wire.shapes import Id, Rows, listing, several
from connectors.zetkin.writes.lists import Lists
from zetkin_sync.errors import Temporary
from zetkin_sync.language import say

MARK = "zetkin_sync:values"


class _Applied(msgspec.Struct, gc=False):
    value: str | int | float | None = None


class _Row(msgspec.Struct, gc=False):
    id: Id
    content: tuple[_Applied | None]


class Scratch(Reads, Lists):
    """Reads the values of tags by a list of ours, where that is allowed."""

    def values(self, organization: int, tag: int, carrying: list[int]) -> tuple[bytes, Rows]:
        if self._allowed.scratch_folder is None:
            return super().values(organization, tag, carrying)
        self.sweep(organization, tag)
        made = self.create_list(
            organization=organization, folder=self._allowed.scratch_folder, title=f"{MARK} {tag}"
        )
        try:
            bodies = self._rows_of(organization, made, tag)
        finally:
            self.delete_list(organization=organization, list_id=made)
        return b"".join(bodies), partial(_valued, tag, carrying, bodies)

    def sweep(self, organization: int, tag: int) -> None:
        """Remove what an earlier reading of this tag left."""
        for left in self.find_lists(organization=organization, title=f"{MARK} {tag}"):
            self.delete_list(organization=organization, list_id=left)

    def _rows_of(self, organization: int, made: int, tag: int) -> list[bytes]:
        place = {"organization": organization, "list_id": made}
        self.add_column(**place, kind="person_tag", title=MARK, config={"tag_id": tag})
        config = {"condition": "any", "tags": [tag]}
        self.search_list(**place, filters=[{"op": "add", "type": "person_tags", "config": config}])
        path = f"/v1/orgs/{organization}/people/views/{made}/rows"
        ask = partial(self._page, path)
        return list(whole_list(ask, size=self._size, endpoint=f"GET {path}", ahead=self._ahead))


_rows = listing(_Row, lambda row: (row.id, row.content[0]))


def _valued(
    tag: int, carrying: list[int], bodies: list[bytes], _body: bytes
) -> list[tuple[int, int, str | None]]:
    endpoint = "GET /v1/orgs/…/people/views/…/rows"
    found = {
        person: applied.value for person, applied in several(bodies, _rows, endpoint=endpoint) if applied
    }
    if found.keys() != set(carrying):
        raise Temporary(say("A tag was put on or taken off while {endpoint} was read.", endpoint=endpoint))
    return [(tag, person, None if found[person] is None else str(found[person])) for person in carrying]
