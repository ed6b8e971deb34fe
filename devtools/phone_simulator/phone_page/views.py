"""The phone page: its files, its stream of changes, and the actions of the human who uses it."""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from aiohttp import web

from devtools.phone_simulator.api_client import WITHOUT_JUDGE, ApiClient
from devtools.phone_simulator.callees.callee import Pickup
from devtools.phone_simulator.callees.human_callee import HumanCallee, silence_limit
from devtools.phone_simulator.callees.personas import CROWD_DIGITS, PERSONAS
from devtools.phone_simulator.calls.call_flow import run_call
from devtools.phone_simulator.calls.call_session import CallSession
from devtools.phone_simulator.resources import Json
from devtools.phone_simulator.rest_api.calls import E164_NUMBER
from devtools.phone_simulator.rest_api.common import NETWORK_KEY, SESSIONS_KEY, find_resource
from devtools.phone_simulator.rest_api.recordings import serve_audio

from .access_guard import guard_page, refusal_response
from .page_actions import PAGE_ACTIONS

API_CLIENT_KEY: web.AppKey[ApiClient | None] = web.AppKey("api_client")
STATIC_DIR = Path(__file__).parent / "static"
RECENT_CALLS = 100  # shown by a page that has just been opened
HEARTBEAT_SECONDS = 15
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; media-src 'self' blob: http: https:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
PREVIEW_EVENTS = frozenset({"prompt_spoken", "prompt_played", "callee_spoke"})
PROBLEM_EVENTS = frozenset({"error", "warning"})
NO_APPLICATION = "no_application"


async def serve_index(request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC_DIR / "index.html", headers=SECURITY_HEADERS)


# ── state ──


async def stream_changes(request: web.Request) -> web.StreamResponse:
    """Send server-sent events: a snapshot of the state, then its changes."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    changes = request.app[NETWORK_KEY].changes
    with changes.subscribe() as subscriber, suppress(ConnectionResetError):  # raised once the page is closed
        sids = [*request.app[SESSIONS_KEY]]
        await _send_event(response, "snapshot", page_state(request.app, sids[-RECENT_CALLS:]))
        while True:
            topics = await subscriber.next_batch(HEARTBEAT_SECONDS)
            await _send_event(response, "changes", page_state(request.app, topics))
    return response


async def _send_event(response: web.StreamResponse, event: str, data: Json) -> None:
    await response.write(f"event: {event}\ndata: {json.dumps(data)}\n\n".encode())


def page_state(app: web.Application, sids: Iterable[str]) -> Json:
    """Return the settings, and the calls with these SIDs."""
    network = app[NETWORK_KEY]
    return {
        "calls": [call_summary(session) for session in map(app[SESSIONS_KEY].get, sids) if session],
        "faults": network.faults.as_json(),
        "answering": network.human_answers_all,
        "takes_calls": bool(network.inbound_url),
    }


def call_summary(session: CallSession) -> Json:
    """Return a call in brief, with the current turn of its human. The page fetches the log separately."""
    call, callee = session.call, session.callee
    texts = (entry["text"] for entry in reversed(call.log) if entry["event"] in PREVIEW_EVENTS)
    return {
        "sid": call.sid,
        "to": call.party,
        "direction": call.direction,
        "persona": call.persona,
        "status": call.public_status,
        "created": call.date_created.isoformat(),
        "answered": call.start_time.isoformat() if call.start_time else None,
        "duration": call.duration,
        "preview": next(texts, ""),
        "problems": sum(entry["event"] in PROBLEM_EVENTS for entry in call.log),
        "log_length": len(call.log),
        "has_human": session.has_human,
        "page": callee.page_id if isinstance(callee, HumanCallee) else "",
        "turn": turn_summary(session),
    }


def turn_summary(session: CallSession) -> Json | None:
    prompt = session.current_prompt
    if not session.has_human or prompt is None:
        return None
    more = {"silence_limit": silence_limit(prompt), "hears_speech": session.network.recognizer is not None}
    return {**asdict(prompt), "number": session.turn_number, **more}


async def list_personas(request: web.Request) -> web.Response:
    personas = [
        {"digits": digits, "name": profile.name, "description": profile.description}
        for digits, profile in PERSONAS.items()
    ]
    crowd = {
        "digits": CROWD_DIGITS,
        "name": "the crowd",
        "description": "One of the above, usually a cooperative one. The same number always gets the same persona.",
    }
    return web.json_response({"personas": [*personas, crowd]})


# ── actions ──


async def perform_action(request: web.Request) -> web.Response:
    session = find_resource(request, request.app[SESSIONS_KEY])
    action = PAGE_ACTIONS[request.match_info["action"]]
    action(session, await request.post())
    return web.Response(status=204)


async def switch_answering(request: web.Request) -> web.Response:
    network = request.app[NETWORK_KEY]
    network.human_answers_all = (await request.post()).get("on") == "true"
    network.changes.publish("answering")
    return web.Response(status=204)


async def list_jobs(request: web.Request) -> web.Response:
    """List the application's jobs. `app` is null if the network was started without an application."""
    api_client = request.app[API_CLIENT_KEY]
    if api_client is None:
        return web.json_response({"app": None, "jobs": []})
    return web.json_response({"app": api_client.url, "jobs": await api_client.list_jobs()})


async def list_callee_names(request: web.Request) -> web.Response:
    """List the candidates whom a call rings, by its number. Empty if the network was started without an application."""
    api_client, session = request.app[API_CLIENT_KEY], find_resource(request, request.app[SESSIONS_KEY])
    candidates = await api_client.find_candidates(session.call.party) if api_client else []
    return web.json_response({"names": [candidate["full_name"] for candidate in candidates]})


async def find_scoring_form(request: web.Request) -> web.Response:
    """Return the form for the answers that a human gives on this call. It is null if they are not judged by people."""
    api_client, session = request.app[API_CLIENT_KEY], find_resource(request, request.app[SESSIONS_KEY])
    form = None
    if api_client and session.has_human:
        for candidate in await api_client.find_candidates(session.call.party):
            interviews = await api_client.find_interviews(candidate)
            if any(interview["interviewer"] in WITHOUT_JUDGE for interview in interviews):
                form = api_client.scoring_form
    return web.json_response({"form": form})


async def start_interview(request: web.Request) -> web.Response:
    """Create an interview. With `mine`, the human answers this number from now on; without, its persona does."""
    api_client, human_numbers = request.app[API_CLIENT_KEY], request.app[NETWORK_KEY].human_numbers
    if api_client is None:
        return refusal_response(409, NO_APPLICATION, "Start the phone network with --app-url to start interviews here.")
    form = {name: str(value) for name, value in (await request.post()).items()}
    candidate = await api_client.create_candidate(form.get("name", ""), form.get("phone", ""))
    if form.get("mine") == "true":
        human_numbers.add(candidate["phone"])
    else:
        human_numbers.discard(candidate["phone"])
    interview = await api_client.create_interview(candidate, form.get("job", ""))
    page = f"{api_client.url}/admin/interviews/interview/{interview['id']}/change/"
    interviewer = interview.get("interviewer", "")
    needs_person = form.get("mine") == "true" and interviewer in WITHOUT_JUDGE
    body = {
        "candidate": candidate["id"],
        "interview": interview["id"],
        "page": page,
        "interviewer": interviewer,
        "scoring_form": api_client.scoring_form if needs_person else None,
    }
    return web.json_response(body, status=201)


async def call_application(request: web.Request) -> web.Response:
    """Call the application's number from `phone`. With `page`, the human at this page speaks; without, the persona."""
    network, form = request.app[NETWORK_KEY], await request.post()
    if not network.inbound_url:
        return refusal_response(409, NO_APPLICATION, "Start the phone network with --app-url to call the application.")
    number, page = re.sub(r"[\s().-]", "", str(form.get("phone", ""))), str(form.get("page", ""))
    if not E164_NUMBER.fullmatch(number):
        return refusal_response(400, "invalid_number", "Write the number with its country code: +14155550100.")
    callee = HumanCallee(Pickup(ring_seconds=0), page) if page else network.choose_callee(number)
    call = network.receive_call(number, callee)
    session = request.app[SESSIONS_KEY][call.sid] = CallSession(network, call, callee)
    network.start_task(run_call(session))
    return web.json_response({"sid": call.sid}, status=201)


async def list_faults(request: web.Request) -> web.Response:
    return web.json_response({"faults": request.app[NETWORK_KEY].faults.as_json()})


async def activate_faults(request: web.Request) -> web.Response:
    """Activate exactly the faults in the body, such as {"late": 3, "twice": true}."""
    try:
        values = await request.json()
        if not isinstance(values, dict):
            raise ValueError("Send an object: the name of each fault with its value, or true.")
        request.app[NETWORK_KEY].faults.activate(values)
    except ValueError as error:
        return refusal_response(400, "invalid_faults", str(error))
    return await list_faults(request)


def add_phone_page(app: web.Application, api_client: ApiClient | None) -> None:
    """Serve the phone page beside the REST API. Without an API client the page cannot start interviews."""
    app[API_CLIENT_KEY] = api_client
    app.middlewares.append(guard_page)
    actions = "|".join(PAGE_ACTIONS)
    app.add_routes(
        [
            web.get("/", serve_index),
            web.static("/page", STATIC_DIR),
            web.get("/simulator/stream", stream_changes),
            web.get("/simulator/personas", list_personas),
            web.get("/simulator/recordings/{sid}", serve_audio),
            web.post(f"/simulator/calls/{{sid}}/{{action:{actions}}}", perform_action),
            web.get("/simulator/calls/{sid}/names", list_callee_names),
            web.get("/simulator/calls/{sid}/scoring-form", find_scoring_form),
            web.put("/simulator/answering", switch_answering),
            web.get("/simulator/jobs", list_jobs),
            web.post("/simulator/dial", start_interview),
            web.post("/simulator/call-in", call_application),
            web.get("/simulator/faults", list_faults),
            web.put("/simulator/faults", activate_faults),
        ]
    )
