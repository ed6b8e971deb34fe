"""The Calls resource of the REST API, and the simulator's own logs of calls."""

import re
from collections.abc import Callable
from datetime import date, datetime

from aiohttp import web

from devtools.phone_simulator.calls.call_flow import run_call
from devtools.phone_simulator.calls.call_session import CallSession, NextDocument
from devtools.phone_simulator.resources import FINAL_STATUSES, Call
from devtools.phone_simulator.webhook_client import is_valid_url

from .common import NETWORK_KEY, SESSIONS_KEY, RestError, find_resource, integer_parameter, paginate

E164_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
URL_ERROR_CODES = {"Url": 21205, "FallbackUrl": 21205, "StatusCallback": 21609}


async def create_call(request: web.Request) -> web.Response:
    network = request.app[NETWORK_KEY]
    form = await request.post()
    params = {name: str(value) for name, value in form.items()}
    _validate_call(params, network.caller_number)
    reported_events = frozenset(str(event) for event in form.getall("StatusCallbackEvent", ["completed"]))
    call, callee = network.create_call(params, reported_events)
    session = request.app[SESSIONS_KEY][call.sid] = CallSession(network, call, callee)
    network.start_task(run_call(session))
    if session.fault_applies("rest-dies", "response to POST Calls") and request.transport:
        request.transport.abort()
    return web.json_response(call.as_json(), status=201)


def _validate_call(params: dict[str, str], caller_number: str | None) -> None:
    """Raise RestError for parameters that Twilio rejects."""
    _validate_numbers(params.get("To", ""), params.get("From", ""), caller_number)
    if not (params.get("Url") or params.get("Twiml")):
        raise RestError(400, 21205, "Url parameter is required.")
    for name in ("Timeout", "TimeLimit"):
        if not params.get(name, "0").isdecimal():
            raise RestError(400, 20001, f"{name} is not a whole number: {params[name]}")
    _validate_urls(params)


def _validate_numbers(to: str, from_: str, caller_number: str | None) -> None:
    if not to:
        raise RestError(400, 21201, "No 'To' number is specified")
    if not E164_NUMBER.fullmatch(to):
        raise RestError(400, 21211, f"The phone number you are attempting to call, {to}, is not valid.")
    if not from_:
        raise RestError(400, 21213, "No 'From' number is specified")
    if not E164_NUMBER.fullmatch(from_):
        raise RestError(400, 21212, f"The source phone number provided, {from_}, is not valid.")
    if caller_number and from_ != caller_number:
        raise RestError(400, 21210, f"The source phone number provided, {from_}, is not yet verified.")


def _validate_urls(params: dict[str, str]) -> None:
    for name, code in URL_ERROR_CODES.items():
        if params.get(name) and not is_valid_url(params[name]):
            raise RestError(400, code, f"{name} is not a valid URL: {params[name]}")


async def update_call(request: web.Request) -> web.Response:
    """End or redirect a live call."""
    call = find_resource(request, request.app[NETWORK_KEY].calls)
    params = {name: str(value) for name, value in (await request.post()).items()}
    _validate_urls(params)
    if call.status in FINAL_STATUSES:
        raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
    session, status = request.app[SESSIONS_KEY][call.sid], params.get("Status")
    is_answered = call.status == "in-progress"
    if status == "completed" or (status == "canceled" and not is_answered):
        session.interrupt()
    elif params.get("Url") or params.get("Twiml"):
        if not is_answered:
            raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
        session.interrupt(_update_target(params))
    return web.json_response(call.as_json())


def _update_target(params: dict[str, str]) -> NextDocument:
    if params.get("Url"):
        return NextDocument(params.get("Method", "POST").upper(), params["Url"])
    return NextDocument(twiml=params["Twiml"])


async def fetch_call(request: web.Request) -> web.Response:
    return web.json_response(find_resource(request, request.app[NETWORK_KEY].calls).as_json())


async def list_calls(request: web.Request) -> web.Response:
    """List calls, the newest first."""
    calls = reversed(request.app[NETWORK_KEY].calls.values())
    return paginate(request, "calls", (call.as_json() for call in calls if _matches_query(request, call)))


def _matches_query(request: web.Request, call: Call) -> bool:
    query = request.query
    return (
        query.get("To", call.to) == call.to
        and query.get("From", call.from_) == call.from_
        and query.get("Status", call.public_status) == call.public_status
        and "ParentCallSid" not in query  # no call here has a parent
        and _matches_day(request, "StartTime", call.start_time)
        and _matches_day(request, "EndTime", call.end_time)
    )


def _matches_day(request: web.Request, name: str, moment: datetime | None) -> bool:
    """Compare by day. A call that was never answered has no times, so it matches no comparison."""
    comparisons: dict[str, Callable[[date, date], bool]] = {
        name: date.__eq__,
        f"{name}<": date.__le__,
        f"{name}>": date.__ge__,
    }
    filters = {key: date.fromisoformat(request.query[key][:10]) for key in comparisons if key in request.query}
    return all(moment is not None and comparisons[key](moment.date(), day) for key, day in filters.items())


async def list_call_logs(request: web.Request) -> web.Response:
    """List the calls without authentication, for the phone page, the demo and tests."""
    calls = reversed(request.app[NETWORK_KEY].calls.values())
    return web.json_response({"calls": [{**call.as_json(), "persona": call.persona} for call in calls]})


async def fetch_call_log(request: web.Request) -> web.Response:
    """Return the log of a call, from entry number `since`."""
    call = find_resource(request, request.app[NETWORK_KEY].calls)
    entries = call.log[integer_parameter(request, "since", 0) :]
    return web.json_response({**call.as_json(), "persona": call.persona, "log": entries})
