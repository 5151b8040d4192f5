"""Reading Zetkin: every list as pages of rows, and the direct question about one person or event."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from connectors.zetkin.client import Client, Repeat
from connectors.zetkin.lists import INSIDE, OF_PARENT, Allowed, Hanging, List, of_organization
from connectors.zetkin.paging import Ahead, counted_list, hanging_list, whole_list
from connectors.zetkin.refusals import Forbidden, NotThere
from connectors.zetkin.wire import canvassing, people
from connectors.zetkin.wire.shapes import Row, Rows, several, understood
from zetkin_sync.privacy import page_digester, renewing_hasher
from zetkin_sync.records import AreaAssignee, Found, Mirror, Organization, Page, Tag, Tagging

_V2_SIZE = 100  # the most that API v2 gives (API.md §2.4)


class Reads:
    """The reading half of the connector; see `zetkin_sync.ports.ZetkinReader`."""

    def __init__(
        self,
        client: Client,
        *,
        key: bytes,
        former: Sequence[bytes] = (),
        allowed: Allowed,
        page_size: int,
        width: int,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._now = now
        self._digest = page_digester(key)
        self._allowed = allowed
        self._size = page_size
        self._width = width
        self._pool: ThreadPoolExecutor | None = None
        self._ahead = Ahead(self._threads, widest=width, clock=client.gate.clock)
        self._largest: dict[type[Mirror], int] = {}
        self._tag_titles: dict[int, dict[int, str]] = {}
        self._renewed: dict[bytes, bytes] = {}
        hasher = renewing_hasher(key, former, self._renewed)
        self._lists = of_organization(key, allowed, hash_address=hasher)

    def renewed(self) -> Mapping[bytes, bytes]:
        """See `ports.ZetkinReader.renewed`."""
        found = dict(self._renewed)
        self._renewed.clear()
        return found

    # -- lists

    def pages(
        self, record: type[Mirror], *, organization: int, parents: Sequence[int] = ()
    ) -> Iterator[Page]:
        """All of a list, proven whole; see `ports.ZetkinReader.pages` and `paging`."""
        if record is Organization:
            return self._tree(organization)
        if record is Tagging:
            return self._hanging(parents, partial(self._taggings, organization))
        if record is AreaAssignee:
            return self._hanging(parents, partial(self._assignees, organization))
        if record in OF_PARENT:
            return self._hanging(parents, partial(self._under, record, organization))
        if record in INSIDE:
            return self._inside(record, organization)
        return self._list(record, organization)

    def _list(self, record: type[Mirror], organization: int) -> Iterator[Page]:
        rows = self._lists[record].rows
        endpoint = f"GET {self._path(self._lists[record], organization)}"
        for number, body in enumerate(self._bodies(self._lists[record], organization)):
            yield Page(number, self._digest(body), partial(understood, rows, body, endpoint=endpoint))

    def _path(self, which: List, organization: int) -> str:
        return f"/v{which.version}/orgs/{organization}/{which.path}"

    def _bodies(self, which: List, organization: int) -> Iterator[bytes]:
        path = self._path(which, organization)
        endpoint = f"{'POST' if which.search else 'GET'} {path}"
        if which.search:
            ask = partial(self._searched, path, which.search)
            return whole_list(ask, size=self._size, endpoint=endpoint, ahead=self._ahead)
        if which.version == 2:
            return counted_list(partial(self._numbered, path, which.query), endpoint=endpoint)
        return whole_list(partial(self._page, path), size=self._size, endpoint=endpoint, ahead=self._ahead)

    def _page(self, path: str, number: int) -> bytes:
        return self._client.get(path, f"p={number}&pp={self._size}")

    def _searched(self, path: str, filters: tuple[dict[str, Any], ...], number: int) -> bytes:
        """A page of what a search finds, which is asked by POST and changes nothing."""
        return self._client.send(
            "POST",
            path,
            {"filter_spec": filters},
            repeat=Repeat.SAFELY,
            query=f"p={number}&pp={self._size}",
        )

    def _numbered(self, path: str, query: str, number: int) -> bytes:
        return self._client.get(path, f"{query}&page={number}&size={_V2_SIZE}".lstrip("&"))

    # -- what hangs on a parent

    def _hanging(self, parents: Sequence[int], read: Callable[[int], Page]) -> Iterator[Page]:
        return self._ahead(partial(_unless_gone, read, parent) for parent in parents)

    def _under(self, record: type[Mirror], organization: int, parent: int) -> Page:
        hanging = OF_PARENT[record]
        version = 2 if hanging.path.startswith("area_") else 1
        path = f"/v{version}/orgs/{organization}/{hanging.path.format(parent=parent)}"
        bodies = self._of_parent(record, hanging, path)
        rows = partial(several, bodies, partial(hanging.rows, parent), endpoint=f"GET {path}")
        return Page(parent, self._digest(b"".join(bodies)), rows)

    def _of_parent(self, record: type[Mirror], hanging: Hanging | None, path: str) -> list[bytes]:
        if hanging is not None and not hanging.paged:
            return [self._client.get(path)]
        return hanging_list(
            partial(self._page, path),
            size=self._size,
            endpoint=f"GET {path}",
            largest=partial(self._larger, record),
        )

    def _larger(self, record: type[Mirror], rows: int) -> int:
        before = self._largest.get(record, 0)
        if rows > before:
            self._largest[record] = rows
        return before

    def _inside(self, record: type[Mirror], organization: int) -> Iterator[Page]:
        inside = INSIDE[record]
        path = f"/v1/orgs/{organization}/{inside.path}"
        for body in self._bodies(List(inside.path, lambda _body: []), organization):
            for parent, rows in understood(inside.rows, body, endpoint=f"GET {path}").items():
                digest = self._digest(msgspec.msgpack.encode(rows))
                yield Page(parent, digest, partial(_same, rows))

    def _assignees(self, organization: int, assignment: int) -> Page:
        path = f"/v2/orgs/{organization}/area_assignments/{assignment}/assignees"
        bodies = list(counted_list(partial(self._numbered, path, ""), endpoint=f"GET {path}"))
        decode = partial(canvassing.assignees, assignment, bodies)
        rows = partial(understood, lambda _body: decode(), b"", endpoint=f"GET {path}")
        return Page(assignment, self._digest(b"".join(bodies)), rows)

    def _tree(self, organization: int) -> Iterator[Page]:
        path = f"/v1/orgs/{organization}"
        root = self._client.get(path)
        below = self._client.get(f"{path}/sub_organizations", "recursive")
        rows = partial(understood, lambda body: people.tree(body, below), root, endpoint=f"GET {path}")
        yield Page(0, self._digest(root + below), rows)

    # -- tags on people

    def _taggings(self, organization: int, tag: int) -> Page:
        path = f"/v1/orgs/{organization}/people/tags/{tag}/people"
        bodies = self._of_parent(Tagging, None, path)
        if not self._has_values(organization, tag):
            rows = partial(_tagged, tag, bodies, endpoint=f"GET {path}")
            return Page(tag, self._digest(b"".join(bodies)), rows)
        tagged = several(bodies, people.ids, endpoint=f"GET {path}")
        whole, decode = self.values(organization, tag, tagged)
        return Page(tag, self._digest(b"".join(bodies) + whole), partial(decode, whole))

    def values(self, organization: int, tag: int, carrying: list[int]) -> tuple[bytes, Rows]:
        """What says which value of the tag each of these people has, and what makes rows of it."""
        theirs = {p: self._client.get(f"/v1/orgs/{organization}/people/{p}/tags") for p in carrying}
        return b"".join(theirs.values()), lambda _whole: _valued(tag, theirs)

    def _has_values(self, organization: int, tag: int) -> bool:
        """Does the configuration name this tag among those whose values are kept?"""
        if not self._allowed.tag_values:
            return False
        if organization not in self._tag_titles:
            self._tag_titles[organization] = {
                row[0]: row[1] for page in self._list(Tag, organization) for row in page.rows() if row[4]
            }
        title = self._tag_titles[organization].get(tag)
        return title is not None and title.startswith(tuple(self._allowed.tag_values))

    # -- single questions

    def look(self, record: type[Mirror], *, organization: int, row: int) -> Found:
        """Ask for one person, event or organization. Raises a Trouble when the answer decides nothing."""
        path = (
            f"/v1/orgs/{row}"
            if record is Organization
            else f"{self._path(self._lists[record], organization)}/{row}"
        )
        try:
            self._client.get(path)
        except NotThere:
            return Found.GONE
        except Forbidden:
            return Found.FORBIDDEN
        return Found.HERE

    def everybody(self, path: str) -> frozenset[int]:
        """The ids of all that a list of people holds, proven whole."""
        endpoint = f"GET {path}"
        bodies = whole_list(partial(self._page, path), size=self._size, endpoint=endpoint, ahead=self._ahead)
        return frozenset(several(bodies, people.ids, endpoint=endpoint))

    def email_of(self, *, organization: int) -> str | None:
        """An organization's own address, for a mail that is about to be sent; it is not stored."""
        path = f"/v1/orgs/{organization}"
        address: str | None = understood(people.email_of, self._client.get(path), endpoint=f"GET {path}")
        return address

    # -- life

    def begin(self) -> None:
        """A new run begins: its budget of requests is full, and what is remembered of Zetkin is asked anew."""
        self._client.gate.refill()
        self._tag_titles.clear()

    def close(self) -> None:
        """Let the connections go."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
        self._client.close()

    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._width, thread_name_prefix="zetkin")
        return self._pool


def _unless_gone(read: Callable[[int], Page], parent: int) -> Page:
    """What hangs on a parent; a parent that has gone meanwhile keeps what is known of it until it is proven gone."""
    try:
        return read(parent)
    except NotThere:
        return Page.unknown(parent)


def _same(rows: list[Row]) -> list[Row]:
    return rows


def _tagged(tag: int, bodies: list[bytes], *, endpoint: str) -> list[Row]:
    return [(tag, person, None) for person in several(bodies, people.ids, endpoint=endpoint)]


def _valued(tag: int, tags_of: dict[int, bytes]) -> list[Row]:
    endpoint = "GET /v1/orgs/…/people/…/tags"
    return [
        (tag, person, understood(partial(people.tag_value, tag=tag), body, endpoint=endpoint))
        for person, body in tags_of.items()
    ]
