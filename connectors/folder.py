"""Mail into a folder, each an .eml file, or into a Maildir: for the demo and for a district that wants to look first."""

from __future__ import annotations

import re
from email.message import EmailMessage
from pathlib import Path

from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.settings import Settings


class Folder:
    """A mailer that writes files; the name is made of the Message-ID, so a repeated mail is one file.

    A `maildir` gets its mails unread in `new/`, written in `tmp/` first, so that no reader sees half of one.
    """

    def __init__(self, path: Path, *, maildir: bool = False) -> None:
        self.path = path
        self.maildir = maildir

    def send(self, mail: EmailMessage, *, envelope_from: str, recipient: str) -> None:
        """Write the mail. Raises NeedsHuman when the folder cannot be written."""
        name = re.sub(r"[^\w.-]+", "-", str(mail["Message-ID"]).strip("<>"))[:120]
        try:
            folders = [self.path / each for each in ("tmp", "new", "cur")] if self.maildir else [self.path]
            for folder in folders:
                folder.mkdir(parents=True, exist_ok=True)
            if self.maildir:
                partial, whole = self.path / "tmp" / name, self.path / "new" / name
            else:
                partial, whole = self.path / f".{name}.part", self.path / f"{name}.eml"
            partial.write_bytes(mail.as_bytes(policy=mail.policy.clone(linesep="\r\n")))
            partial.replace(whole)
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


def connect(_settings: Settings, *, path: str = "outgoing-mail", maildir: bool = False) -> Folder:
    """Mail goes to `path`, as files or as a Maildir."""
    return Folder(Path(path), maildir=maildir)
