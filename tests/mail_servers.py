"""Mail servers for tests: one that takes mail and refuses whom it is told to, with or without TLS; and one that dies on cue."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.ports import free_port

USER, PASSWORD = "service", "p@ss:word"


@dataclass
class Inbox:
    """What a server took. `refuses` maps the beginning of a recipient to what the server says instead of 250."""

    refuses: Mapping[str, str] = field(default_factory=dict)
    taken: list[tuple[str, str, bytes]] = field(default_factory=list)  # from, to, mail
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        for start, answer in self.refuses.items():
            if address.startswith(start):
                return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:
        self.taken.append((envelope.mail_from, envelope.rcpt_tos[0], envelope.original_content))
        self.encrypted.append(session.ssl is not None)
        return "250 OK"

    def mails(self) -> list[EmailMessage]:
        """The mails as the standard library reads them."""
        return [cast(EmailMessage, message_from_bytes(raw, policy=default)) for _from, _to, raw in self.taken]


def _authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and data == LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False)


@contextmanager
def taking(inbox: Inbox, *, tls: ssl.SSLContext | None = None, implicit: bool = False) -> Iterator[int]:
    """A real SMTP server; gives its port. With `tls` it demands STARTTLS (or speaks TLS at once) and a password."""
    port = free_port()
    secured: dict[str, Any] = {"authenticator": _authenticate, "auth_required": True}
    options: dict[str, Any] = {}
    if tls is not None and implicit:
        options = {**secured, "ssl_context": tls, "auth_require_tls": False}
    elif tls is not None:
        options = {**secured, "tls_context": tls, "require_starttls": True}
    server = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    server.start()
    try:
        yield port
    finally:
        server.stop()


def certificate(folder: Path, *names: str) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS for these names, and the file of the authority that signed it."""
    folder.mkdir(parents=True, exist_ok=True)
    authority_key, server_key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
    authority = (
        _certificate(issuer, issuer, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    alternatives = [x509.IPAddress(ip_address(n)) if n[0].isdigit() else x509.DNSName(n) for n in names]
    own = (
        _certificate(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])]), issuer, server_key.public_key()
        )
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "authority.pem").write_bytes(authority.public_bytes(pem))
    (folder / "server.pem").write_bytes(
        own.public_bytes(pem)
        + server_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context, folder / "authority.pem"


def _certificate(subject: x509.Name, issuer: x509.Name, key: Any) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )


@dataclass
class Mortal:
    """A server that breaks off at a point: "greeting", "mail", "body" or "dot"; or answers the dot with `last`.

    `whole` counts the mails that it took to the final dot, which a server may deliver even when it dies then.
    """

    dies_at: str = ""
    last: bytes = b"250 OK"
    whole: int = 0

    @contextmanager
    def serving(self) -> Iterator[int]:
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(0.1)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(5)
                    self._talk(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stop.set()
            thread.join()
            listener.close()

    def _talk(self, connection: socket.socket) -> None:
        if self.dies_at == "greeting":
            return
        file = connection.makefile("rwb")

        def answer(line: bytes) -> None:
            file.write(line + b"\r\n")
            file.flush()

        answer(b"220 mortal ESMTP")
        while line := file.readline():
            word = line[:4].upper()
            if word == b"MAIL" and self.dies_at == "mail":
                return
            if word != b"DATA":
                answer(b"221 bye" if word == b"QUIT" else b"250 OK")
                if word == b"QUIT":
                    return
                continue
            answer(b"354 go on")
            if self.dies_at == "body":
                file.readline()
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                return
            while (line := file.readline()) and line != b".\r\n":
                pass
            self.whole += 1
            if self.dies_at == "dot":
                return
            answer(self.last)
