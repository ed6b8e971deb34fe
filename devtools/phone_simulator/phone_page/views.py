"""The phone page: what it is made of, the news that it gets, and what a person does there."""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from devtools.phone_simulator.callees.human_callee import Person, patience
from devtools.phone_simulator.callees.personas import CROWD, PERSONAS
from devtools.phone_simulator.calls.call_session import Line
from devtools.phone_simulator.client import Client, Problem
from devtools.phone_simulator.resources import API, Json
from devtools.phone_simulator.rest_api import LINES, NETWORK, Handler, fetch_audio, find

from .page_actions import DEEDS, Refused

CLIENT: web.AppKey[Client | None] = web.AppKey("client")
FILES = Path(__file__).parent / "static"
RECENT = 100  # calls that a page which has just been opened is told of
HEARTBEAT = 15  # seconds
POLICY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; media-src 'self' blob: http: https:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


# ── who may come in ──


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The page is for this machine's own browser, and acts for no other page that is open in it."""
    if request.path.startswith(f"/{API}/"):
        return await handler(request)  # that door has a lock of its own
    if not is_loopback(request.host):
        return refusal(403, "The phone page answers to localhost and loopback addresses only.")
    if request.method not in {"GET", "HEAD"} and is_foreign(request):
        return refusal(403, "Another website sent this request.")
    try:
        return await handler(request)
    except Refused as refused:
        return refusal(409, str(refused))
    except Problem as problem:
        return web.json_response(problem.body, status=problem.status)


def is_loopback(host: str) -> bool:
    """By the name in the Host header, for a website may have its own name resolve to this machine."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def is_foreign(request: web.Request) -> bool:
    own = f"{request.scheme}://{request.host}"
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return site not in {"same-origin", "none"} or request.headers.get("Origin", own) != own


def refusal(status: int, detail: str) -> web.Response:
    return web.json_response({"title": "Not possible", "detail": detail}, status=status)


# ── what a page is told ──


async def show(request: web.Request) -> web.FileResponse:
    return web.FileResponse(FILES / "index.html", headers=POLICY)


async def stream(request: web.Request) -> web.StreamResponse:
    """Server-sent events: how everything stands, then whatever changes."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    with request.app[NETWORK].feed.watch() as watcher, suppress(ConnectionResetError):  # once the page is closed
        sids = [*request.app[LINES]]
        await send(response, "everything", state(request.app, sids[-RECENT:]))
        while True:
            await send(response, "changes", state(request.app, await watcher.changes(HEARTBEAT)))
    return response


async def send(response: web.StreamResponse, event: str, data: Json) -> None:
    await response.write(f"event: {event}\ndata: {json.dumps(data)}\n\n".encode())


def state(app: web.Application, sids: Iterable[str]) -> Json:
    network = app[NETWORK]
    return {
        "calls": [summary(line) for line in map(app[LINES].get, sids) if line],
        "faults": network.faults.as_json(),
        "answering": network.answering,
    }


def summary(line: Line) -> Json:
    """A call in brief, with what its person is asked to do now. Its log is fetched apart."""
    call, callee = line.call, line.callee
    worded = (entry["text"] for entry in reversed(call.log) if entry["event"] in {"heard", "played", "said"})
    preview = next(worded, "")
    return {
        "sid": call.sid,
        "to": call.to,
        "persona": call.persona,
        "status": call.public_status,
        "created": call.date_created.isoformat(),
        "answered": call.start_time.isoformat() if call.start_time else None,
        "duration": call.duration,
        "preview": preview,
        "errors": sum(entry["event"] in {"error", "warning"} for entry in call.log),
        "entries": len(call.log),
        "live": line.live,
        "page": callee.page if isinstance(callee, Person) else "",
        "turn": turn(line),
    }


def turn(line: Line) -> Json | None:
    if not line.live or line.moment is None:
        return None
    return {**asdict(line.moment), "number": line.turn, "patience": patience(line.moment)}


async def list_personas(request: web.Request) -> web.Response:
    personas = [{"digits": digits, "name": kind.name, "does": kind.does} for digits, kind in PERSONAS.items()]
    crowd = {
        "digits": CROWD,
        "name": "the crowd",
        "does": "Any of the above, mostly cooperative ones; always the same for the same number.",
    }
    return web.json_response({"personas": [*personas, crowd]})


# ── what a person does ──


async def act(request: web.Request) -> web.Response:
    line = find(request, request.app[LINES])
    deed = DEEDS[request.match_info["deed"]]
    deed(line, await request.post())
    return web.Response(status=204)


async def switch_answering(request: web.Request) -> web.Response:
    network = request.app[NETWORK]
    network.answering = (await request.post()).get("on") == "true"
    network.feed.changed("answering")
    return web.Response(status=204)


async def list_jobs(request: web.Request) -> web.Response:
    """Which jobs a person may be interviewed for; `app` is null where no application was named."""
    client = request.app[CLIENT]
    if client is None:
        return web.json_response({"app": None, "jobs": []})
    return web.json_response({"app": client.url, "jobs": await client.jobs()})


async def dial(request: web.Request) -> web.Response:
    """Have the application interview them. If they want to pick up themselves nobody else does, from now on."""
    client, reserved = request.app[CLIENT], request.app[NETWORK].reserved
    if client is None:
        return refusal(409, "No application was named: start the phone network with --app-url.")
    form = {name: str(value) for name, value in (await request.post()).items()}
    candidate = await client.candidate(form.get("name", ""), form.get("phone", ""))
    (reserved.add if form.get("mine") == "true" else reserved.discard)(candidate["phone"])
    interview = await client.interview(candidate, form.get("job", ""))
    return web.json_response({"candidate": candidate["id"], "interview": interview["id"]}, status=201)


async def list_faults(request: web.Request) -> web.Response:
    return web.json_response({"faults": request.app[NETWORK].faults.as_json()})


async def switch_faults(request: web.Request) -> web.Response:
    """{"late": 3, "twice": true}: these are active from now on, and no others."""
    try:
        wanted = await request.json()
        if not isinstance(wanted, dict):
            raise ValueError("Send an object: the name of each fault with its value, or true.")
        request.app[NETWORK].faults.switch(wanted)
    except ValueError as error:
        return refusal(400, str(error))
    return await list_faults(request)


def add_page(app: web.Application, client: Client | None) -> None:
    """Put the page beside the REST API. `client`: how it reaches the application, if it does."""
    app[CLIENT] = client
    app.middlewares.append(guard)
    app.add_routes(
        [
            web.get("/", show),
            web.static("/page", FILES),
            web.get("/simulator/stream", stream),
            web.get("/simulator/personas", list_personas),
            web.get("/simulator/recordings/{sid}", fetch_audio),
            web.post(f"/simulator/calls/{{sid}}/{{deed:{'|'.join(DEEDS)}}}", act),
            web.put("/simulator/answering", switch_answering),
            web.get("/simulator/jobs", list_jobs),
            web.post("/simulator/dial", dial),
            web.get("/simulator/faults", list_faults),
            web.put("/simulator/faults", switch_faults),
        ]
    )
