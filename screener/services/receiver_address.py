"""The addresses that events may be sent to: resolved once, checked, and then connected to as they were checked.

A name that leads to a private address would let a client of the API reach systems inside the network. A name that leads
to another address at the second look would do the same, so that there is no second look.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from requests import Session

from screener.services.http_deadlines import DeadlineAdapter

Address = IPv4Address | IPv6Address

NAT64 = IPv6Network("64:ff9b::/96")
GLOBAL_UNICAST = IPv6Network("2000::/3")
"""Other networks of IPv6 are local, or stand for addresses of IPv4 in old ways."""
DEFAULT_PORTS = {"http": 80, "https": 443}


class UnknownHost(Exception):
    """The name was not found."""


class ForbiddenAddress(Exception):
    """The name leads to an address that events are not sent to."""


@dataclass(frozen=True)
class Target:
    """A URL with the address that its host had when it was checked."""

    url: str
    address: Address

    @property
    def session(self) -> Session:
        """A session that connects to the checked address, without another look-up and without a proxy."""
        session = Session()
        session.trust_env = False
        parts = urlsplit(self.url)
        session.mount(f"{parts.scheme}://", _PinnedAdapter(parts.scheme, str(parts.hostname)))
        return session

    @property
    def pinned_url(self) -> str:
        parts = urlsplit(self.url)
        host = f"[{self.address}]" if self.address.version == 6 else str(self.address)
        return parts._replace(netloc=f"{host}:{port_of(self.url)}").geturl()

    @property
    def host_header(self) -> str:
        parts = urlsplit(self.url)
        host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else str(parts.hostname)
        return host if port_of(self.url) == DEFAULT_PORTS[parts.scheme] else f"{host}:{port_of(self.url)}"


class _PinnedAdapter(DeadlineAdapter):
    """Verifies the certificate for the host's name, although the URL has its address."""

    def __init__(self, scheme: str, hostname: str) -> None:
        self._tls: dict[str, Any] = (
            {"server_hostname": hostname, "assert_hostname": hostname} if scheme == "https" else {}
        )
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, **self._tls)


def resolve(url: str) -> Target:
    """Look up the host of a URL. Raises UnknownHost, and ForbiddenAddress if any of its addresses is private."""
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname, port_of(url), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UnknownHost from None
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not all(_is_allowed(address, parts.scheme) for address in addresses):
        raise ForbiddenAddress
    return Target(url, addresses[0])


def port_of(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or DEFAULT_PORTS[parts.scheme]


def _is_allowed(address: Address, scheme: str) -> bool:
    """Public addresses over TLS, and those of WEBHOOK_PRIVATE_NETWORKS."""
    inner = _embedded(address)
    if any(inner in ip_network(network) for network in settings.WEBHOOK_PRIVATE_NETWORKS):
        return True
    is_public = inner.is_global and not inner.is_multicast
    return scheme == "https" and is_public and (inner.version == 4 or inner in GLOBAL_UNICAST)


def _embedded(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, if there is one: a translator would connect to that."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
