"""Events are never sent to private addresses, and names are looked up once."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.exceptions import ValidationError

from screener.services.receiver_address import ForbiddenAddress, resolve
from webhooks.models import Delivery
from webhooks.models.receiver_url import check_url
from webhooks.outgoing.sending import Outcome, Payload, send

PRIVATE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    "fc00::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]
HOST = "receiver.example"


def stub_lookup(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Answer lookups of names with these addresses in turn. Returns the names that were looked up."""
    names: list[str] = []
    rest, real_lookup = iter(answers), socket.getaddrinfo

    def getaddrinfo(name: str, port: int, *options: Any, **named_options: Any) -> list[Any]:
        if name == "127.0.0.1":  # the connection to a checked address
            return list(real_lookup(name, port, *options, **named_options))
        names.append(name)
        return [(0, socket.SOCK_STREAM, 0, "", (address, port)) for address in next(rest)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return names


def test_private_addresses_are_refused(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_NETWORKS = []
    stub_lookup(monkeypatch, *([address] for address in PRIVATE))
    for _address in PRIVATE:
        with pytest.raises(ForbiddenAddress):
            resolve(f"https://{HOST}/")


def test_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_NETWORKS = []
    stub_lookup(monkeypatch, [PUBLIC[0], "10.0.0.1"])
    with pytest.raises(ForbiddenAddress):
        resolve(f"https://{HOST}/")


def test_public_address_needs_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    stub_lookup(monkeypatch, PUBLIC, PUBLIC)
    assert str(resolve(f"https://{HOST}/").address) == PUBLIC[0]
    with pytest.raises(ForbiddenAddress):
        resolve(f"http://{HOST}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://receiver.example/",
        "ftp://receiver.example/",
        "https:///path",
        "receiver.example",
        "https://user:word@receiver.example/",
        "https://receiver.example/#part",
        "https://receiver.example:99999/",
        "https://[::1/",
    ],
)
def test_invalid_urls_are_refused(url: str, settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_NETWORKS = []
    with pytest.raises(ValidationError):
        check_url(url)


class TestTls:
    """The connection goes to the checked address, and its certificate is that of the name."""

    @pytest.fixture
    def authority(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A certificate of HOST that this process trusts, with its key."""
        path = tmp_path / "receiver.pem"
        path.write_bytes(make_certificate(HOST))
        monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(path))
        return path

    @pytest.mark.parametrize(("host", "problem"), [(HOST, ""), ("other.example", Delivery.Problem.TLS)])
    def test_name_is_verified_and_looked_up_once(
        self, authority: Path, monkeypatch: pytest.MonkeyPatch, settings: Any, host: str, problem: str
    ) -> None:
        settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.1"]
        names = stub_lookup(monkeypatch, ["127.0.0.1"], ["10.0.0.1"])
        with tls_server(authority) as (port, hosts):
            outcome = send(Payload(1, "id", "{}"), f"https://{host}:{port}/x", ["whsec_MTIz"], datetime.now(UTC))
        assert (outcome.problem, names) == (problem, [host])
        assert hosts == ([] if problem else [f"{host}:{port}"])

    def test_unknown_authority_is_refused(self, tmp_path: Path, settings: Any) -> None:
        settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.1"]
        path = tmp_path / "stranger.pem"
        path.write_bytes(make_certificate("127.0.0.1"))
        with tls_server(path) as (port, _hosts):
            outcome = send(Payload(1, "id", "{}"), f"https://127.0.0.1:{port}/", ["whsec_MTIz"], datetime.now(UTC))
        assert outcome.problem == Delivery.Problem.TLS


def test_receiver_that_never_replies_times_out(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.1"]
    monkeypatch.setattr("webhooks.outgoing.sending.TOTAL_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        outcome = send(Payload(1, "id", "{}"), url, ["whsec_MTIz"], datetime.now(UTC))
    assert isinstance(outcome, Outcome)
    assert outcome.problem == Delivery.Problem.TIMEOUT


def make_certificate(host: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    subject: x509.GeneralName = x509.DNSName(host)
    if host[0].isdigit():
        subject = x509.IPAddress(ip_address(host))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([subject]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate.public_bytes(pem) + private


@contextmanager
def tls_server(certificate: Path) -> Iterator[tuple[int, list[str]]]:
    """Yields the port, and the Host headers of the requests."""
    hosts: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hosts.append(self.headers["Host"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Tests read no log."""

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port, hosts
        finally:
            server.shutdown()
            thread.join()
