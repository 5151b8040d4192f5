"""A real IMAP server of the test's own: Debian's Dovecot on a loopback port, with one account."""

from __future__ import annotations

import getpass
import grp
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient
from pydantic import SecretStr

from tests.conftest import needs
from tests.ports import free_port
from zetkin_sync.settings import Settings

USER, PASSWORD = "studs", "ett-hemligt-ord"
_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 0
first_valid_gid = 0
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
mail_max_userip_connections = 100
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


@dataclass
class Dovecot:
    """A running server. `mail` is the account's Maildir."""

    port: int
    mail: Path

    def settings(self, *, port: int | None = None, folder: str = "INBOX") -> Settings:
        url = f"imap://{USER}:{PASSWORD}@127.0.0.1:{port or self.port}/{folder}"
        return Settings.model_validate({"imap_url": SecretStr(url)})

    def client(self) -> IMAPClient:
        client = IMAPClient("127.0.0.1", port=self.port, ssl=False)
        client.login(USER, PASSWORD)
        return client

    def put(self, mails: Sequence[bytes], *, folder: str = "INBOX") -> None:
        """Deliver mails over IMAP, so that each gets its number."""
        client = self.client()
        if not client.folder_exists(folder):
            client.create_folder(folder)
        for mail in mails:
            client.append(folder, mail)
        client.logout()

    def deliver(self, mail: bytes, *, name: str) -> None:
        """Deliver a mail as a local delivery agent does: into `tmp`, then renamed into `new`."""
        self.count()  # makes the account's folders, owned as they should be
        file = self.mail / "tmp" / name
        file.write_bytes(mail)
        os.chown(file, self.mail.stat().st_uid, self.mail.stat().st_gid)
        file.rename(self.mail / "new" / name)

    def unseen(self, folder: str = "INBOX") -> int:
        client = self.client()
        client.select_folder(folder, readonly=True)
        found = len(client.search(["UNSEEN"]))
        client.logout()
        return found

    def count(self, folder: str = "INBOX") -> int:
        client = self.client()
        found = client.select_folder(folder, readonly=True)[b"EXISTS"] if client.folder_exists(folder) else 0
        client.logout()
        return int(found)

    def make_anew(self, folder: str) -> None:
        """Delete and create a folder: its numbers begin again, under another UIDVALIDITY."""
        client = self.client()
        client.delete_folder(folder)
        time.sleep(1.1)  # Dovecot takes the second as the new UIDVALIDITY
        client.create_folder(folder)
        client.logout()


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """Start the server, wait until it answers, stop it."""
    program = shutil.which("dovecot")
    needs("Dovecot", program is not None)
    assert program is not None
    folder = Path(tempfile.mkdtemp(prefix="zs-imap-"))
    folder.chmod(0o755)
    port = free_port()
    for part in ("run", "state", "mail"):
        (folder / part).mkdir()
    root = os.geteuid() == 0
    user, group = ("mail", "mail") if root else (getpass.getuser(), grp.getgrgid(os.getgid()).gr_name)
    if root:  # Dovecot lets nobody's mail belong to root
        shutil.chown(folder / "mail", user, group)
    config = folder / "dovecot.conf"
    config.write_text(
        _CONFIG.format(
            folder=folder,
            port=port,
            password=PASSWORD,
            user=user,
            group=group,
            internal="dovecot" if root else user,
            internal_group="dovecot" if root else group,
            login="dovenull" if root else user,  # the login process refuses to be root
        )
    )
    with subprocess.Popen(
        [program, "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    ) as server:
        try:
            _wait(port, folder / "log")
            yield Dovecot(port, folder / "mail")
        finally:
            server.terminate()
            server.wait(20)
            shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int, log: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                if connection.recv(100).startswith(b"* OK"):
                    return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"Dovecot did not start: {log.read_text() if log.exists() else 'no log'}")
