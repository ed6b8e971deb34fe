"""Helpers that all resources of the REST API share."""

from collections.abc import Iterable
from typing import TypeVar
from urllib.parse import urlencode

from aiohttp import web

from devtools.phone_simulator.calls.call_session import CallSession
from devtools.phone_simulator.network import Network
from devtools.phone_simulator.resources import Json

NETWORK_KEY = web.AppKey("network", Network)
SESSIONS_KEY = web.AppKey("sessions", dict[str, CallSession])
T = TypeVar("T")

DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE = 50, 1000


class RestError(Exception):
    """An error response in Twilio's format."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code

    def response(self) -> web.Response:
        body = {
            "code": self.code,
            "message": str(self),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
        headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if self.status == 401 else {}
        return web.json_response(body, status=self.status, headers=headers)


def not_found_error(request: web.Request) -> RestError:
    return RestError(404, 20404, f"The requested resource {request.path} was not found")


def find_resource(request: web.Request, resources: dict[str, T]) -> T:
    """Return the resource with the SID in the path. Raises RestError if there is none."""
    resource = resources.get(request.match_info["sid"])
    if resource is None:
        raise not_found_error(request)
    return resource


def paginate(request: web.Request, key: str, items: Iterable[Json]) -> web.Response:
    """Return one page of a list, as Twilio's client libraries expect it."""
    all_items = list(items)
    number = integer_parameter(request, "Page", 0)
    size = min(integer_parameter(request, "PageSize", DEFAULT_PAGE_SIZE), MAX_PAGE_SIZE) or DEFAULT_PAGE_SIZE

    def page_uri(page: int) -> str:
        return f"{request.path}?{urlencode({**request.query, 'PageSize': size, 'Page': page})}"

    start = number * size
    return web.json_response(
        {
            key: all_items[start : start + size],
            "page": number,
            "page_size": size,
            "start": start,
            "end": max(start, min(start + size, len(all_items)) - 1),
            "uri": page_uri(number),
            "first_page_uri": page_uri(0),
            "previous_page_uri": page_uri(number - 1) if number else None,
            "next_page_uri": page_uri(number + 1) if start + size < len(all_items) else None,
        }
    )


def integer_parameter(request: web.Request, name: str, default: int) -> int:
    value = request.query.get(name, "")
    return int(value) if value.isdecimal() else default
