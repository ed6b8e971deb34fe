"""Restricts the phone page to browsers on this machine, and protects it from other websites open in them."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

from devtools.phone_simulator.api_client import ApiProblem
from devtools.phone_simulator.resources import API_VERSION
from devtools.phone_simulator.rest_api.middleware import Handler

from .page_actions import ActionRefused

NOT_LOOPBACK, CROSS_SITE = "not_loopback", "cross_site"
SAFE_METHODS = frozenset({"GET", "HEAD"})


@web.middleware
async def guard_page(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path.startswith(f"/{API_VERSION}/"):
        return await handler(request)  # the REST API has its own authentication
    if not is_loopback(request.host):
        return refusal_response(403, NOT_LOOPBACK, "The phone page is served to localhost and loopback addresses only.")
    if request.method not in SAFE_METHODS and is_cross_site(request):
        return refusal_response(403, CROSS_SITE, "Requests from other websites are rejected.")
    try:
        return await handler(request)
    except ActionRefused as refused:
        return refusal_response(409, refused.code, str(refused))
    except ApiProblem as problem:
        return web.json_response(problem.body, status=problem.status)


def is_loopback(host: str) -> bool:
    """Judge by the Host header: a website may let its own name resolve to a loopback address (DNS rebinding)."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def is_cross_site(request: web.Request) -> bool:
    own_origin = f"{request.scheme}://{request.host}"
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return site not in {"same-origin", "none"} or request.headers.get("Origin", own_origin) != own_origin


def refusal_response(status: int, code: str, detail: str) -> web.Response:
    return web.json_response({"code": code, "title": "Not possible", "detail": detail}, status=status)
