"""The connections themselves, against sockets that answer, stall, lie and hang up."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from connectors.zetkin.wires import Wires

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def server(*answers: bytes | Callable[[socket.socket], None]) -> Iterator[tuple[httpx.URL, list[bytes]]]:
    """Answers one request after another, on whatever connections come; bytes ending in … hang up."""
    asked: list[bytes] = []
    left = list(answers)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection:
            while left:
                head = b""
                while b"\r\n\r\n" not in head:
                    more = connection.recv(65536)
                    if not more:
                        return
                    head += more
                asked.append(head)
                answer = left.pop(0)
                if callable(answer):
                    answer(connection)
                    return
                connection.sendall(answer)

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield httpx.URL(f"http://127.0.0.1:{listening.getsockname()[1]}"), asked
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def ask(wires: Wires, base: httpx.URL, method: str = "GET", content: bytes | None = None) -> bytes:
    request = httpx.Request(method, base.join("/v1/x?p=0"), headers={"Host": "h"}, content=content)
    response = wires.handle_request(request)
    try:
        return b"".join(response.stream)  # type: ignore[arg-type]
    finally:
        response.close()


def hang_up(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def test_a_connection_is_used_again() -> None:
    with server(OK, OK, OK) as (base, asked):
        wires = Wires(base, timeout=5)
        assert [ask(wires, base) for _ in range(3)] == [b"ok"] * 3
        assert len(wires._idle) == 1
        wires.close()
    assert asked[0].startswith(b"GET /v1/x?p=0 HTTP/1.1\r\n")


def test_chunked_answers_are_put_together() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    with server(chunked, OK) as (base, _):
        wires = Wires(base, timeout=5)
        assert ask(wires, base) == b"abcde"
        assert ask(wires, base) == b"ok"


def test_a_connection_that_the_server_closed_meanwhile_is_not_written_to() -> None:
    def ok_then_gone(connection: socket.socket) -> None:
        connection.sendall(OK)

    with server(ok_then_gone, OK) as (base, asked):
        wires = Wires(base, timeout=5)
        assert ask(wires, base) == b"ok"
        time.sleep(0.05)
        assert ask(wires, base, "POST", b"{}") == b"ok"
    assert len(asked) == 2


def test_a_connection_is_not_kept_for_ever() -> None:
    at = [0.0]
    with server(OK, OK) as (base, _):
        wires = Wires(base, timeout=5, clock=lambda: at[0])
        ask(wires, base)
        ((first, _since),) = wires._idle
        at[0] = 6.0
        ask(wires, base)
        assert wires._idle[0][0] is not first


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (hang_up, httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", httpx.ReadTimeout),
        (b"what is this?\r\n\r\n", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nContent-", httpx.ReadTimeout),
        (lambda _c: time.sleep(1), httpx.ReadTimeout),
        (
            lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") or hang_up(c),
            httpx.RemoteProtocolError,
        ),
        (
            lambda c: (
                c.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc") or hang_up(c)
            ),
            httpx.ReadError,
        ),
    ],
)
def test_what_goes_wrong_is_one_of_httpxs_errors(
    answer: bytes | Callable[[socket.socket], None], error: type[Exception]
) -> None:
    with server(answer, OK) as (base, _):
        wires = Wires(base, timeout=0.3)
        with pytest.raises(error):
            ask(wires, base)
        assert wires._idle == []
        assert ask(wires, base) == b"ok"


def test_nobody_there_is_a_connect_error() -> None:
    with server() as (base, _):
        pass
    with pytest.raises(httpx.ConnectError):
        ask(Wires(base, timeout=1), base)


def test_a_body_that_is_not_read_to_its_end_costs_the_connection() -> None:
    with server(OK, OK) as (base, _):
        wires = Wires(base, timeout=5)
        response = wires.handle_request(httpx.Request("GET", base.join("/x"), headers={"Host": "h"}))
        response.close()
        assert wires._idle == []
        assert ask(wires, base) == b"ok"


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: object) -> None:
    import datetime as dt
    import ssl

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    start = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path / "server.pem"  # type: ignore[operator]
    file.write_bytes(private + pem)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)

    def answer(connection: socket.socket) -> None:
        with serving.wrap_socket(connection, server_side=True) as wrapped:
            wrapped.recv(65536)
            wrapped.sendall(OK)

    listening = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        for _ in range(2):
            connection, _address = listening.accept()
            try:
                answer(connection)
            except OSError:
                connection.close()

    threading.Thread(target=accept, daemon=True).start()
    base = httpx.URL(f"https://localhost:{listening.getsockname()[1]}")
    strangers, friends = (
        httpx.create_ssl_context(trust_env=False),
        ssl.create_default_context(cadata=pem.decode()),
    )
    with pytest.raises(httpx.ConnectError):
        ask(Wires(base, timeout=5, context=strangers), base)
    assert ask(Wires(base, timeout=5, context=friends), base) == b"ok"
    listening.close()
