"""Mail into a folder: each mail an .eml file, for the demo and for a district that wants to look first."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.settings import Settings


class Folder:
    """A mailer that writes files; the name is made of the Message-ID, so a repeated mail is one file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, mail: EmailMessage, *, envelope_from: str, recipient: str) -> None:
        """Write the mail. Raises NeedsHuman when the folder cannot be written."""
        name = re.sub(r"[^\w.-]+", "-", str(mail["Message-ID"]).strip("<>"))[:120]
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            partial = self.path / f".{name}.part"
            partial.write_bytes(mail.as_bytes(policy=SMTP))
            partial.replace(self.path / f"{name}.eml")
        except OSError as error:
            raise NeedsHuman(
                say("The mail folder cannot be written: {what}", what=error.strerror),
                say("Check the folder's rights and free space."),
            ) from error

    def greet(self) -> None:
        """Make the folder. Raises NeedsHuman when it cannot be written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NeedsHuman(
                say("The mail folder cannot be written: {what}", what=error.strerror),
                say("Check the folder's rights and free space."),
            ) from error


def connect(_settings: Settings, *, path: str = "outgoing-mail") -> Folder:
    """Mail goes to `path`."""
    return Folder(Path(path))
