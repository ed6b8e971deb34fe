"""Send deadlines and total timeouts of HTTP requests, over real connections with a moved clock."""

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

from screener.services.http_deadlines import (
    TOTAL_TIME_EXCEEDED,
    DeadlineAdapter,
    TooLateToSend,
    send_deadline,
    total_timeout,
)

IN_TIME = timedelta(seconds=20)


class Server(ThreadingHTTPServer):
    """Counts connections and records the complete requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.connections = 0
        self.requests: list[bytes] = []
        self.is_stopping = threading.Event()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:
            return  # a server ignores an incomplete request
        self.server.requests.append(body)
        self.send_response(204)
        self.end_headers()

    def do_GET(self) -> None:
        """Send the reply byte by byte over a few seconds: the whole reply, or only its body."""
        self.close_connection = True
        head, body = b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n", bytes(200)
        at_once, byte_by_byte = (head, body) if self.path == "/body" else (b"", head + body)
        with suppress(OSError):
            self.wfile.write(at_once)
            for byte in byte_by_byte:
                if self.server.is_stopping.wait(0.02):
                    break
                self.wfile.write(bytes([byte]))

    def log_message(self, *args: Any) -> None:
        pass


def run_server(server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.is_stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    yield from run_server(Server())


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        for scheme in ("http://", "https://"):
            session.mount(scheme, DeadlineAdapter(max_retries=0))
        yield session


def server_url(server: Server, scheme: str = "http") -> str:
    return f"{scheme}://127.0.0.1:{server.server_port}/"


def send_post(session: requests.Session, address: str, deadline: datetime, **options: Any) -> requests.Response:
    with send_deadline(deadline):
        return session.post(address, data="ring", timeout=5, **options)


def delay_method(monkeypatch: pytest.MonkeyPatch, time_machine: Any, connection: type, method: str) -> None:
    """Let the method take a minute."""
    original = getattr(connection, method)

    def delayed(self: Any, *args: Any) -> Any:
        result = original(self, *args)
        time_machine.move_to(datetime.now(UTC) + timedelta(minutes=1))
        return result

    monkeypatch.setattr(connection, method, delayed)


def test_request_before_deadline_is_sent(session: requests.Session, server: Server) -> None:
    assert send_post(session, server_url(server), datetime.now(UTC) + IN_TIME).status_code == 204
    assert server.requests == [b"ring"]


def test_slow_connection_prevents_sending(
    session: requests.Session, server: Server, monkeypatch: pytest.MonkeyPatch, time_machine: Any
) -> None:
    delay_method(monkeypatch, time_machine, HTTPConnection, "connect")
    with pytest.raises(TooLateToSend):
        send_post(session, server_url(server), datetime.now(UTC) + IN_TIME)
    assert server.requests == []


def test_reused_connection_keeps_deadline(session: requests.Session, server: Server) -> None:
    send_post(session, server_url(server), datetime.now(UTC) + IN_TIME)
    with pytest.raises(TooLateToSend):
        send_post(session, server_url(server), datetime.now(UTC))
    assert server.requests == [b"ring"]
    assert server.connections == 1


def test_late_body_is_not_sent(
    session: requests.Session, server: Server, monkeypatch: pytest.MonkeyPatch, time_machine: Any
) -> None:
    send_post(session, server_url(server), datetime.now(UTC) + IN_TIME)
    delay_method(monkeypatch, time_machine, HTTPConnection, "endheaders")
    with pytest.raises(TooLateToSend):
        send_post(session, server_url(server), datetime.now(UTC) + IN_TIME)
    assert server.requests == [b"ring"]


def test_later_request_is_unaffected(session: requests.Session, server: Server) -> None:
    with pytest.raises(TooLateToSend):
        send_post(session, server_url(server), datetime.now(UTC))
    assert session.post(server_url(server), data="another").status_code == 204
    assert server.requests == [b"another"]


def send_get(session: requests.Session, address: str, seconds: float, **options: Any) -> requests.Response:
    with total_timeout(seconds):
        return session.get(address, timeout=5, **options)


def test_slow_reply_times_out(session: requests.Session, server: Server) -> None:
    with pytest.raises(requests.exceptions.Timeout):
        send_get(session, server_url(server), 0.2)
    with pytest.raises(requests.exceptions.RequestException, match="timed out"):
        send_get(session, server_url(server) + "body", 0.2)


def test_expired_total_timeout_opens_no_connection(session: requests.Session, server: Server) -> None:
    with pytest.raises(requests.exceptions.RequestException, match=TOTAL_TIME_EXCEEDED):
        send_get(session, server_url(server), 0)
    assert server.connections == 0


def test_next_request_has_full_timeout(session: requests.Session, server: Server) -> None:
    with total_timeout(20):
        session.post(server_url(server), data="ring", timeout=5)
    with suppress(requests.exceptions.RequestException), total_timeout(0):
        session.post(server_url(server), data="ring", timeout=5)
    assert session.post(server_url(server), data="again", timeout=5).status_code == 204
    assert server.requests == [b"ring", b"again"]


class TestOverTLS:
    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        return make_certificate(tmp_path / "server.pem")

    @pytest.fixture
    def tls_server(self, certificate: Path) -> Iterator[Server]:
        server = Server()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        yield from run_server(server)

    def test_deadlines_work_over_tls(
        self,
        session: requests.Session,
        tls_server: Server,
        certificate: Path,
        monkeypatch: pytest.MonkeyPatch,
        time_machine: Any,
    ) -> None:
        address, options = server_url(tls_server, "https"), {"verify": str(certificate)}
        assert send_post(session, address, datetime.now(UTC) + IN_TIME, **options).status_code == 204
        session.close()
        delay_method(monkeypatch, time_machine, HTTPSConnection, "connect")
        with pytest.raises(TooLateToSend):
            send_post(session, address, datetime.now(UTC) + IN_TIME, **options)
        assert tls_server.requests == [b"ring"]
        with pytest.raises(requests.exceptions.Timeout):
            send_get(session, address, 0.2, **options)


def make_certificate(file: Path) -> Path:
    """Write a key and a self-signed certificate for 127.0.0.1."""
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
