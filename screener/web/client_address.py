"""The address of the client of a request."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """Returns the address that the outermost trusted proxy saw, or None where it is no IP address.

    Each proxy appends its peer to X-Forwarded-For, so only the last TRUSTED_PROXIES entries can be believed.
    """
    forwarded = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    hops = [*forwarded, request.META.get("REMOTE_ADDR", "")]
    client = hops[-1 - int(settings.TRUSTED_PROXIES) :][0]
    try:
        address = ip_address(_without_port(client))
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or _network_of(address))
    return str(address)


def _without_port(hop: str) -> str:
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _network_of(address: IPv6Address) -> IPv6Address:
    """Returns the /64 network, all of whose addresses one client may use."""
    return IPv6Address(int(address) >> 64 << 64)
