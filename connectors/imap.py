"""A mailbox over IMAP, only looked at: EXAMINE and BODY.PEEK, so that nobody's unread mail becomes read.

A position is (UIDVALIDITY, UID). When the server has made the folder anew, everything is read again, and the
store recognises what it has seen. Of a large mail only the beginning is fetched. A mail that cannot be
fetched is handed on with its trouble, and the rest goes on; after a lost connection it is tried again.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from zetkin_sync.errors import ConfigError, NeedsHuman, Temporary
from zetkin_sync.language import Message, say
from zetkin_sync.ports import MAIL_BYTES, FoundMail
from zetkin_sync.settings import Settings, is_loopback

TIMEOUT = 60.0
_CHUNK = 25  # mails a FETCH
_WINDOW = 50_000  # UIDs a SEARCH: its answer is one line, and lines are bounded
_TRIES = 3
_BODY = f"BODY.PEEK[]<0.{MAIL_BYTES + 1}>"
# What tells who wrote when in which thread, and whether a machine did; all that is asked for of a shared mailbox.
_HEADER = (
    "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID IN-REPLY-TO REFERENCES FROM DATE SUBJECT RETURN-PATH AUTO-SUBMITTED "
    "PRECEDENCE LIST-ID LIST-UNSUBSCRIBE X-AUTO-RESPONSE-SUPPRESS X-AUTOREPLY X-AUTORESPOND X-MAIL-AUTOREPLY)]"
)
_LOST = (IMAPClientAbortError, OSError, ssl.SSLError)


class Imap:
    """One folder of one account. `open_client` gives a connection that is logged in.

    With `headers_only` no more than some header fields of a mail ever leaves the server.
    """

    def __init__(
        self,
        open_client: Callable[[], IMAPClient],
        *,
        folder: str = "INBOX",
        move_to: str | None = None,
        headers_only: bool = False,
    ) -> None:
        self._open = open_client
        self.folder = folder
        self.move_to = move_to
        self._wanted = _HEADER if headers_only else _BODY
        self._client: IMAPClient | None = None
        self._validity = 0
        self._last = 0

    def mails(self, after: str | None) -> Iterator[FoundMail]:
        """Mails with a UID behind the position. Raises Temporary when the server stays away."""
        known = json.loads(after) if after else {}
        selected = self._examine()
        self._validity = int(selected[b"UIDVALIDITY"])
        self._last = int(known.get("uid", 0)) if known.get("validity") == self._validity else 0
        for uids in self._found(int(selected.get(b"UIDNEXT", 0)), int(selected.get(b"EXISTS", 0))):
            for start in range(0, len(uids), _CHUNK):
                for mail in self._fetched(uids[start : start + _CHUNK]):
                    self._last = int(mail.place)
                    yield mail

    def position(self) -> str | None:
        return json.dumps({"validity": self._validity, "uid": self._last}) if self._validity else None

    def settle(self, places: Sequence[str]) -> None:
        """Move the mails to the configured folder; without one nothing is ever changed."""
        if self.move_to is None or not places:
            return
        uids = [int(place) for place in places]
        try:
            client = self._connected()
            client.select_folder(self.folder)
            if not client.folder_exists(self.move_to):
                client.create_folder(self.move_to)
            if client.has_capability("MOVE"):
                client.move(uids, self.move_to)
            else:
                client.copy(uids, self.move_to)
                client.delete_messages(uids, silent=True)
                if client.has_capability("UIDPLUS"):
                    client.uid_expunge(uids)
            client.select_folder(self.folder, readonly=True)
        except (*_LOST, IMAPClientError) as error:
            self._drop()
            raise Temporary(
                say("The bounce mails could not be moved to {folder}.", folder=self.move_to),
                say("They are read and stay where they are."),
            ) from error

    def greet(self) -> None:
        """Log in and open the folder for reading. Raises ConfigError, NeedsHuman or Temporary."""
        self._examine()

    def close(self) -> None:
        if self._client is not None:
            try:
                self._client.logout()
            except (*_LOST, IMAPClientError):
                self._drop()
            self._client = None

    # -- the connection

    def _connected(self) -> IMAPClient:
        if self._client is None:
            self._client = self._open()
        return self._client

    def _examine(self) -> dict[bytes, Any]:
        try:
            selected: dict[bytes, Any] = self._connected().select_folder(self.folder, readonly=True)
        except _LOST as error:
            self._drop()
            raise Temporary(say("The mailbox does not answer.")) from error
        except IMAPClientError as error:
            raise NeedsHuman(
                say("The folder {folder} cannot be opened in the mailbox.", folder=self.folder),
                say("Check its name and the account's rights."),
            ) from error
        return selected

    def _drop(self) -> None:
        if self._client is not None:
            try:
                self._client.shutdown()
            except OSError:  # it is gone already, which is what was wanted
                self._client = None
        self._client = None

    def _again(self) -> None:
        """Connect anew. Raises Temporary when that fails or when the folder was made anew meanwhile."""
        self._drop()
        if int(self._examine()[b"UIDVALIDITY"]) != self._validity:
            raise Temporary(say("The mailbox was made anew while it was read."))

    # -- finding and fetching

    def _found(self, ahead: int, exists: int) -> Iterator[list[int]]:
        """UIDs behind the position, ascending, in windows."""
        window = _WINDOW if exists > _WINDOW else 2**32
        start = self._last + 1
        while start < max(ahead, start + 1):
            end = min(start + window - 1, 2**32 - 1)
            criteria = ["UID", f"{start}:{end if window == _WINDOW else '*'}"]
            uids = self._search(criteria)
            yield sorted(uid for uid in uids if uid >= start)  # "n:*" always names the last mail
            if window != _WINDOW:
                return
            start = end + 1

    def _search(self, criteria: list[str]) -> list[int]:
        for attempt in range(_TRIES):
            try:
                return [int(uid) for uid in self._connected().search(criteria)]
            except _LOST:
                if attempt == _TRIES - 1:
                    break
                self._again()
            except IMAPClientError as error:
                raise NeedsHuman(say("The mailbox refuses to be searched.")) from error
        raise Temporary(say("The mailbox breaks off again and again."))

    def _fetched(self, uids: list[int]) -> Iterator[FoundMail]:
        """The mails of these UIDs: together, and one by one where that does not work."""
        try:
            yield from self._read(uids)
            return
        except _LOST:
            self._again()
        except (IMAPClientError, ValueError, KeyError):
            pass  # one of them is at fault: the loop below finds out which
        for uid in uids:
            yield from self._one(uid)

    def _one(self, uid: int) -> list[FoundMail]:
        for attempt in range(_TRIES):
            try:
                return self._read([uid])
            except _LOST:
                self._again()
                if attempt == _TRIES - 1:
                    return [_trouble(uid, say("The server breaks off whenever this mail is fetched."))]
            except (IMAPClientError, ValueError, KeyError):
                return [_trouble(uid, say("The server does not give this mail out."))]
        return []

    def _read(self, uids: list[int]) -> list[FoundMail]:
        found = self._connected().fetch(uids, [self._wanted, "INTERNALDATE"])
        mails = []
        for uid in uids:
            answer = found.get(uid)
            if answer is None:
                continue  # somebody removed it meanwhile
            body = next((value for name, value in answer.items() if name.startswith(b"BODY[")), None)
            if body is None:
                mails.append(_trouble(uid, say("The server does not give this mail out.")))
                continue
            received = answer.get(b"INTERNALDATE")
            mails.append(
                FoundMail(str(uid), bytes(body), received if isinstance(received, datetime) else None)
            )
        return mails


def _trouble(uid: int, why: Message) -> FoundMail:
    return FoundMail(str(uid), b"", None, why)


def connect(
    settings: Settings,
    *,
    folder: str | None = None,
    move_to: str | None = None,
    account: Literal["bounce", "shared"] = "bounce",
    headers_only: bool = False,
) -> Imap:
    """The account of ZETKIN_SYNC_IMAP_URL: imaps://user:password@host:993/INBOX, or imap:// with STARTTLS.

    With `account = "shared"` it is that of ZETKIN_SYNC_SHARED_IMAP_URL. `move_to` is where mails go after they
    are stored; without it they stay and stay unread. Only a server on this machine may be spoken to without TLS.
    """
    name = "ZETKIN_SYNC_IMAP_URL" if account == "bounce" else "ZETKIN_SYNC_SHARED_IMAP_URL"
    secret = settings.imap_url if account == "bounce" else settings.shared_imap_url
    if secret is None:
        raise ConfigError(
            say("{name} is not set.", name=name), say("Set it to imaps://user:password@host:993/INBOX.")
        )
    url = urlsplit(secret.get_secret_value())
    if url.scheme not in ("imap", "imaps") or not url.hostname or not url.username:
        raise ConfigError(
            say("{name} is not a mailbox's address.", name=name),
            say("Set it to imaps://user:password@host:993/INBOX."),
        )
    host, user, password = url.hostname, unquote(url.username), unquote(url.password or "")
    port = url.port or (993 if url.scheme == "imaps" else 143)

    def open_client() -> IMAPClient:
        return _log_in(host, port, user=user, password=password, tls=url.scheme == "imaps", name=name)

    where = folder or unquote(url.path.strip("/")) or "INBOX"
    return Imap(open_client, folder=where, move_to=move_to, headers_only=headers_only)


def _log_in(host: str, port: int, *, user: str, password: str, tls: bool, name: str) -> IMAPClient:
    """A connection that is logged in; `name` is the setting that a person can correct."""
    context = ssl.create_default_context()
    try:
        client = IMAPClient(host, port=port, ssl=tls, ssl_context=context if tls else None, timeout=TIMEOUT)
        client.normalise_times = False
        if not tls and not is_loopback(host):
            client.starttls(context)
        client.login(user, password)
    except LoginError as error:
        raise ConfigError(
            say("The mailbox does not accept the user or password."),
            say("Correct {name}.", name=name),
        ) from error
    except ssl.SSLError as error:
        raise ConfigError(
            say("The mail server's certificate is not valid for {host}.", host=host),
            say("Use the name that stands in the certificate."),
        ) from error
    except (*_LOST, IMAPClientError) as error:
        raise Temporary(say("The mailbox {host} does not answer.", host=host)) from error
    return client
