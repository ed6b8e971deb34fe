"""Requests that are sent by a certain moment or not at all, and over in time: real connections, with time moved."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from urllib3.connection import HTTPConnection, HTTPSConnection

from screener.services.http_deadlines import PunctualAdapter, TooLateToSend, over_within, sent_before

IN_TIME = timedelta(seconds=20)


class Server(ThreadingHTTPServer):
    """Counts connections, and keeps what it was sent in full."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.connections = 0
        self.requests: list[bytes] = []
        self.over = threading.Event()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        announced = int(self.headers["Content-Length"])
        body = self.rfile.read(announced)
        if len(body) < announced:
            return  # a request of which a part is missing is none
        self.server.requests.append(body)
        self.send_response(204)
        self.end_headers()

    def do_GET(self) -> None:
        """An answer that takes a few seconds, byte by byte: all of it, or its body alone."""
        self.close_connection = True
        head, body = b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n", bytes(200)
        whole, dripping = (head, body) if self.path == "/body" else (b"", head + body)
        with suppress(OSError):
            self.wfile.write(whole)
            for byte in dripping:
                if self.server.over.wait(0.02):
                    break
                self.wfile.write(bytes([byte]))

    def log_message(self, *args: Any) -> None:
        pass


def served(server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    yield from served(Server())


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        for scheme in ("http://", "https://"):
            session.mount(scheme, PunctualAdapter(max_retries=0))
        yield session


def url(server: Server, scheme: str = "http") -> str:
    return f"{scheme}://127.0.0.1:{server.server_port}/"


def post(session: requests.Session, address: str, deadline: datetime, **options: Any) -> requests.Response:
    with sent_before(deadline):
        return session.post(address, data="ring", timeout=5, **options)


def time_passes_while(monkeypatch: pytest.MonkeyPatch, time_machine: Any, connection: type, method: str) -> None:
    """By the time that this is done, a minute has gone by."""
    real = getattr(connection, method)

    def slow(self: Any, *args: Any) -> Any:
        done = real(self, *args)
        time_machine.move_to(datetime.now(UTC) + timedelta(minutes=1))
        return done

    monkeypatch.setattr(connection, method, slow)


def test_is_sent_in_time(session: requests.Session, server: Server) -> None:
    assert post(session, url(server), datetime.now(UTC) + IN_TIME).status_code == 204
    assert server.requests == [b"ring"]


def test_is_not_sent_when_connecting_took_too_long(
    session: requests.Session, server: Server, monkeypatch: pytest.MonkeyPatch, time_machine: Any
) -> None:
    time_passes_while(monkeypatch, time_machine, HTTPConnection, "connect")
    with pytest.raises(TooLateToSend):
        post(session, url(server), datetime.now(UTC) + IN_TIME)
    assert server.requests == []


def test_is_not_sent_over_a_connection_that_stands_already(session: requests.Session, server: Server) -> None:
    post(session, url(server), datetime.now(UTC) + IN_TIME)
    with pytest.raises(TooLateToSend):
        post(session, url(server), datetime.now(UTC))
    assert server.requests == [b"ring"]
    assert server.connections == 1


def test_is_not_sent_in_full_when_time_is_over_after_its_head(
    session: requests.Session, server: Server, monkeypatch: pytest.MonkeyPatch, time_machine: Any
) -> None:
    post(session, url(server), datetime.now(UTC) + IN_TIME)
    time_passes_while(monkeypatch, time_machine, HTTPConnection, "endheaders")
    with pytest.raises(TooLateToSend):
        post(session, url(server), datetime.now(UTC) + IN_TIME)
    assert server.requests == [b"ring"]


def test_spoils_no_later_request(session: requests.Session, server: Server) -> None:
    with pytest.raises(TooLateToSend):
        post(session, url(server), datetime.now(UTC))
    assert session.post(url(server), data="another").status_code == 204
    assert server.requests == [b"another"]


def get(session: requests.Session, address: str, seconds: float, **options: Any) -> requests.Response:
    with over_within(seconds):
        return session.get(address, timeout=5, **options)


def test_whoever_drips_is_left_when_the_time_for_all_is_over(session: requests.Session, server: Server) -> None:
    with pytest.raises(requests.exceptions.Timeout):
        get(session, url(server), 0.2)
    with pytest.raises(requests.exceptions.RequestException, match="timed out"):
        get(session, url(server) + "body", 0.2)


def test_nothing_is_begun_when_the_time_for_all_is_over(session: requests.Session, server: Server) -> None:
    with pytest.raises(requests.exceptions.RequestException, match="too long in all"):
        get(session, url(server), 0)
    assert server.connections == 0


def test_the_next_request_over_the_same_connection_has_all_its_time(session: requests.Session, server: Server) -> None:
    with over_within(20):
        session.post(url(server), data="ring", timeout=5)
    with suppress(requests.exceptions.RequestException), over_within(0):
        session.post(url(server), data="ring", timeout=5)
    assert session.post(url(server), data="again", timeout=5).status_code == 204
    assert server.requests == [b"ring", b"again"]


class TestOverTLS:
    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        return self_signed(tmp_path / "server.pem")

    @pytest.fixture
    def secure(self, certificate: Path) -> Iterator[Server]:
        server = Server()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        yield from served(server)

    def test_it_is_the_same(
        self,
        session: requests.Session,
        secure: Server,
        certificate: Path,
        monkeypatch: pytest.MonkeyPatch,
        time_machine: Any,
    ) -> None:
        address, trusting = url(secure, "https"), {"verify": str(certificate)}
        assert post(session, address, datetime.now(UTC) + IN_TIME, **trusting).status_code == 204
        session.close()
        time_passes_while(monkeypatch, time_machine, HTTPSConnection, "connect")
        with pytest.raises(TooLateToSend):
            post(session, address, datetime.now(UTC) + IN_TIME, **trusting)
        assert secure.requests == [b"ring"]
        with pytest.raises(requests.exceptions.Timeout):
            get(session, address, 0.2, **trusting)


def self_signed(file: Path) -> Path:
    """A key and a certificate for 127.0.0.1, made for this test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file
