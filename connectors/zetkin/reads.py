"""How each list of the mirror is read from Zetkin."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

from connectors.zetkin.client import Client
from connectors.zetkin.paging import Ahead, hanging_list, whole_list
from connectors.zetkin.refusals import Forbidden, NotThere
from connectors.zetkin.wire import events, people
from connectors.zetkin.wire.shapes import Row, Rows, several, understood
from connectors.zetkin.wire.times import Reading
from zetkin_sync.privacy import page_digest
from zetkin_sync.records import (
    Event,
    EventType,
    Field,
    Found,
    Mirror,
    Official,
    Organization,
    Page,
    Participation,
    PeopleList,
    Person,
    Place,
    Project,
    Response,
    Tag,
    Tagging,
)

UnderParent = Callable[[int, bytes], list[Row]]


class Allowed(NamedTuple):
    """What the configuration lets us read: slugs of custom fields, titles of tags whose values are kept, times."""

    when: Reading
    fields: Collection[str] = ()
    tag_values: Collection[str] = ()


class Reads:
    """The reading half of the connector; see `zetkin_sync.ports.ZetkinReader`."""

    def __init__(self, client: Client, *, key: bytes, allowed: Allowed, page_size: int, width: int) -> None:
        self._client = client
        self._key = key
        self._allowed = allowed
        self._size = page_size
        self._width = width
        self._pool: ThreadPoolExecutor | None = None
        self._largest: dict[type[Mirror], int] = {}
        self._tag_titles: dict[int, dict[int, str]] = {}
        self._lists: dict[type[Mirror], tuple[str, Rows]] = {
            Person: ("people", people.people(key, allowed.fields)),
            Field: ("people/fields", people.fields),
            Tag: ("people/tags", people.tags),
            Official: ("officials", people.officials),
            PeopleList: ("people/views", people.views),
            Project: ("campaigns", events.projects),
            EventType: ("activities", events.event_types),
            Place: ("locations", events.places),
            Event: ("actions", events.events(allowed.when)),
        }
        self._hanging: dict[type[Mirror], tuple[str, UnderParent]] = {
            Participation: ("actions/{parent}/participants", events.participants),
            Response: ("actions/{parent}/responses", events.responses),
        }

    # -- lists

    def pages(
        self, record: type[Mirror], *, organization: int, parents: Sequence[int] = ()
    ) -> Iterator[Page]:
        """All of a list, proven whole; see `ports.ZetkinReader.pages` and `paging`."""
        if record is Organization:
            return self._tree(organization)
        if record is Tagging:
            return self._hanging_pages(parents, partial(self._taggings, organization))
        if record in self._hanging:
            return self._hanging_pages(parents, partial(self._under, record, organization))
        return self._list(record, organization)

    def _list(self, record: type[Mirror], organization: int) -> Iterator[Page]:
        name, rows = self._lists[record]
        path = f"/v1/orgs/{organization}/{name}"
        endpoint = f"GET {path}"
        bodies = whole_list(
            partial(self._page, path), size=self._size, endpoint=endpoint, ahead=self._ahead()
        )
        for number, body in enumerate(bodies):
            yield Page(
                number, page_digest(self._key, body), partial(understood, rows, body, endpoint=endpoint)
            )

    def _page(self, path: str, number: int) -> bytes:
        return self._client.get(path, f"p={number}&pp={self._size}")

    def _hanging_pages(self, parents: Sequence[int], read: Callable[[int], Page]) -> Iterator[Page]:
        return self._ahead()(partial(read, parent) for parent in parents)

    def _under(self, record: type[Mirror], organization: int, parent: int) -> Page:
        name, rows = self._hanging[record]
        path = f"/v1/orgs/{organization}/{name.format(parent=parent)}"
        bodies = self._bodies(record, path)
        return Page(
            parent,
            page_digest(self._key, b"".join(bodies)),
            partial(several, bodies, partial(rows, parent), endpoint=f"GET {path}"),
        )

    def _bodies(self, record: type[Mirror], path: str) -> list[bytes]:
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

    def _tree(self, organization: int) -> Iterator[Page]:
        path = f"/v1/orgs/{organization}"
        root = self._client.get(path)
        below = self._client.get(f"{path}/sub_organizations", "recursive")
        rows = partial(understood, lambda body: people.tree(body, below), root, endpoint=f"GET {path}")
        yield Page(0, page_digest(self._key, root + below), rows)

    def _taggings(self, organization: int, tag: int) -> Page:
        path = f"/v1/orgs/{organization}/people/tags/{tag}/people"
        bodies = self._bodies(Tagging, path)
        with_values = self._has_values(organization, tag)
        tagged = several(bodies, people.ids, endpoint=f"GET {path}") if with_values else []
        of_person = f"/v1/orgs/{organization}/people/%d/tags"
        values = [self._client.get(of_person % person) for person in tagged]

        def rows() -> list[Row]:
            if with_values:
                return [
                    (tag, person, understood(partial(people.tag_value, tag=tag), body, endpoint=of_person))
                    for person, body in zip(tagged, values, strict=True)
                ]
            return [(tag, person, None) for person in several(bodies, people.ids, endpoint=f"GET {path}")]

        return Page(tag, page_digest(self._key, b"".join(bodies + values)), rows)

    def _has_values(self, organization: int, tag: int) -> bool:
        """Does the configuration name this tag among those whose values are kept?"""
        if not self._allowed.tag_values:
            return False
        if organization not in self._tag_titles:
            self._tag_titles[organization] = {
                row[0]: row[1] for page in self._list(Tag, organization) for row in page.rows() if row[4]
            }
        return self._tag_titles[organization].get(tag) in self._allowed.tag_values

    # -- single questions

    def look(self, record: type[Mirror], *, organization: int, row: int) -> Found:
        """Ask for one person or event directly. Raises a Trouble when the answer decides nothing."""
        name, _ = self._lists[record]
        try:
            self._client.get(f"/v1/orgs/{organization}/{name}/{row}")
        except NotThere:
            return Found.GONE
        except Forbidden:
            return Found.FORBIDDEN
        return Found.HERE

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

    def _ahead(self) -> Ahead:
        return Ahead(self._threads, widest=self._width, clock=self._client.gate.clock)

    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._width, thread_name_prefix="zetkin")
        return self._pool
