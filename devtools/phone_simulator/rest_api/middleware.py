"""Authentication, Twilio's error format, and the faults that concern the REST API as a whole."""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable

from aiohttp import web

from devtools.phone_simulator.resources import API_VERSION

from .common import NETWORK_KEY, RestError, not_found_error

HANG_SECONDS = 120  # longer than the timeout of any client

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def auth_and_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        if request.path.startswith(f"/{API_VERSION}/"):
            _authenticate(request)
            await _apply_rest_faults(request)
            return await _truncate_if_faulty(request, await handler(request))
        return await handler(request)
    except RestError as error:
        return error.response()
    except web.HTTPNotFound:
        return not_found_error(request).response()
    except web.HTTPMethodNotAllowed:
        return RestError(405, 20004, "Method not allowed").response()


def _authenticate(request: web.Request) -> None:
    network = request.app[NETWORK_KEY]
    credentials = b64encode(f"{network.account_sid}:{network.auth_token}".encode()).decode()
    account = request.match_info.get("account", network.account_sid)
    if request.headers.get("Authorization") != f"Basic {credentials}" or account != network.account_sid:
        raise RestError(401, 20003, "Authenticate")


async def _apply_rest_faults(request: web.Request) -> None:
    faults = request.app[NETWORK_KEY].faults
    if faults.applies("rest-429"):
        raise RestError(429, 20429, "Too Many Requests")
    if faults.applies("rest-500"):
        raise RestError(500, 20500, "Internal Server Error")
    if faults.applies("rest-hang"):
        await asyncio.sleep(HANG_SECONDS)
        raise RestError(504, 20504, "Gateway Timeout")


async def _truncate_if_faulty(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Return the response; if the fault applies, send its first half and close the connection."""
    body = response.body if isinstance(response, web.Response) else None
    kind = "rest" if response.content_type == "application/json" else "media"
    if not isinstance(body, bytes) or not request.app[NETWORK_KEY].faults.applies(f"{kind}-truncated"):
        return response
    truncated = web.StreamResponse(status=response.status, headers=response.headers)
    truncated.content_length = len(body)
    await truncated.prepare(request)
    await truncated.write(body[: len(body) // 2])
    if request.transport:
        request.transport.close()
    return truncated
