"""Where a record can be seen: in Zetkin's own pages, or on ours."""

from __future__ import annotations

from collections.abc import Mapping


class Links:
    """Addresses of records; none for a kind that has no page of its own."""

    def __init__(self, *, district: int, owners: Mapping[int, int], zetkin: str, page: str) -> None:
        """`owners` gives the organization of each event; `zetkin` is the address of Zetkin's pages (not of its
        API), `page` of ours."""
        self._zetkin, self._page = zetkin.rstrip("/"), page.rstrip("/")
        self._district, self._owners = district, owners

    def link(self, kind: str, id_: int | str) -> str | None:
        """The address of one record of some evidence. No link leads to a person."""
        if kind.endswith("event") or kind == "event without place":
            return self.event(int(id_))
        match kind:
            case "organization":
                return f"{self._zetkin}/organize/{id_}"
            case "tag":
                return f"{self._zetkin}/organize/{self._district}/people"
            case "area":
                return f"{self._page}/areas/{id_}"
            case "attestation":
                return f"{self._page}/confirm"
            case _:
                return None

    def event(self, id_: int) -> str | None:
        """An event's page; Zetkin finds it by its id whatever project it is in."""
        return f"{self._zetkin}/organize/{self._owners.get(id_, self._district)}/projects/standalone/events/{id_}"
