"""What the core needs of the outside world, as protocols. Connectors fulfil them; tests and the demo too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from typing import Any, Protocol

from zetkin_sync.records import Found, Mirror, Page


class ZetkinReader(Protocol):
    """Reading Zetkin. Every method raises Temporary, Permanent, NeedsHuman or ConfigError."""

    def pages(
        self, record: type[Mirror], *, organization: int, parents: Sequence[int] = ()
    ) -> Iterator[Page]:
        """All of a list, proven whole: the iterator ends only when the server's last page was seen."""
        ...

    def look(self, record: type[Mirror], *, organization: int, row: int) -> Found:
        """Ask for one person or event directly."""
        ...


class ZetkinWriter(Protocol):
    """Writing to Zetkin, one method a verb; called by `apply` only.

    Raises Temporary when the request provably did not take effect, OutcomeUnknown when nobody can know,
    Permanent and NeedsHuman when Zetkin refused.
    """

    def find_tag(self, *, organization: int, group: str, title: str) -> int | None: ...

    def create_tag(self, *, organization: int, group: str, title: str, description: str) -> int: ...

    def has_tag(self, *, organization: int, person: int, tag: int) -> bool: ...

    def put_tag(self, *, organization: int, person: int, tag: int, value: str | None = None) -> None: ...

    def delete_tag(self, *, organization: int, person: int, tag: int) -> None: ...


class Zetkin(ZetkinReader, ZetkinWriter, Protocol):
    """Zetkin, read and written."""

    def close(self) -> None: ...


class Mailer(Protocol):
    """Sends one mail. Raises Temporary (not sent), Permanent (refused) or OutcomeUnknown (nobody knows)."""

    def send(self, mail: EmailMessage, *, envelope_from: str, recipient: str) -> None: ...


class Progress(Protocol):
    """Where long work says how far it is. `step` is a message as JSON, `total` 0 when it is not known."""

    def __call__(self, step: Any, done: int = 0, total: int = 0) -> None: ...
