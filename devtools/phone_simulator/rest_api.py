"""Twilio's REST API for calls, recordings and transcriptions; and, without a password, the call logs."""

import asyncio
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable
from datetime import date, datetime
from typing import TypeVar
from urllib.parse import urlencode

from aiohttp import web

from .calls.audio import mp3, wav
from .calls.call_flow import place
from .calls.call_session import Goto, Line
from .network import Network
from .resources import API, FINAL, Call, Json, Recording, now
from .webhook_client import valid_url

NETWORK = web.AppKey("network", Network)
LINES = web.AppKey("lines", dict[str, Line])
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
T = TypeVar("T")

MOST_BYTES = 64 * 1024 * 1024  # an hour of recorded speech
HANGING = 120  # seconds: longer than any client waits
E164 = re.compile(r"\+[1-9]\d{6,14}")


class RestError(Exception):
    """An error that the client is told in Twilio's way."""

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


def not_found(request: web.Request) -> RestError:
    return RestError(404, 20404, f"The requested resource {request.path} was not found")


@web.middleware
async def manners(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Authentication first, then Twilio's JSON for whatever goes wrong."""
    try:
        if request.path.startswith(f"/{API}/"):
            authenticate(request)
            await disturb(request)
            return await perhaps_truncated(request, await handler(request))
        return await handler(request)
    except RestError as error:
        return error.response()
    except web.HTTPNotFound:
        return not_found(request).response()
    except web.HTTPMethodNotAllowed:
        return RestError(405, 20004, "Method not allowed").response()


def authenticate(request: web.Request) -> None:
    network = request.app[NETWORK]
    secret = b64encode(f"{network.account_sid}:{network.auth_token}".encode()).decode()
    account = request.match_info.get("account", network.account_sid)
    if request.headers.get("Authorization") != f"Basic {secret}" or account != network.account_sid:
        raise RestError(401, 20003, "Authenticate")


async def disturb(request: web.Request) -> None:
    """Whatever is wrong with the REST API as a whole."""
    faults = request.app[NETWORK].faults
    if faults.strikes("rest-429"):
        raise RestError(429, 20429, "Too Many Requests")
    if faults.strikes("rest-500"):
        raise RestError(500, 20500, "Internal Server Error")
    if faults.strikes("rest-hang"):
        await asyncio.sleep(HANGING)
        raise RestError(504, 20504, "Gateway Timeout")


async def perhaps_truncated(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    """All of the answer or, if the fault strikes, its first half and the end of the connection."""
    whole = answer.body if isinstance(answer, web.Response) else None
    kind = "rest" if answer.content_type == "application/json" else "media"
    if not isinstance(whole, bytes) or not request.app[NETWORK].faults.strikes(f"{kind}-truncated"):
        return answer
    half = web.StreamResponse(status=answer.status, headers=answer.headers)
    half.content_length = len(whole)
    await half.prepare(request)
    await half.write(whole[: len(whole) // 2])
    if request.transport:
        request.transport.close()
    return half


# ── calls ──


async def create_call(request: web.Request) -> web.Response:
    network = request.app[NETWORK]
    form = await request.post()
    params = {name: str(value) for name, value in form.items()}
    check_call(params, network.number)
    events = frozenset(str(event) for event in form.getall("StatusCallbackEvent", ["completed"]))
    call, callee = network.new_call(params, events)
    line = request.app[LINES][call.sid] = Line(network, call, callee)
    network.start(place(line))
    if line.suffers("rest-dies", "answer to POST Calls") and request.transport:
        request.transport.abort()
    return web.json_response(call.as_json(), status=201)


def check_call(params: dict[str, str], number: str | None) -> None:
    """Raises RestError for what Twilio would refuse."""
    to, from_ = params.get("To", ""), params.get("From", "")
    if not to:
        raise RestError(400, 21201, "No 'To' number is specified")
    if not E164.fullmatch(to):
        raise RestError(400, 21211, f"The phone number you are attempting to call, {to}, is not valid.")
    if not from_:
        raise RestError(400, 21213, "No 'From' number is specified")
    if not E164.fullmatch(from_):
        raise RestError(400, 21212, f"The source phone number provided, {from_}, is not valid.")
    if number and from_ != number:
        raise RestError(400, 21210, f"The source phone number provided, {from_}, is not yet verified.")
    if not (params.get("Url") or params.get("Twiml")):
        raise RestError(400, 21205, "Url parameter is required.")
    for name in ("Timeout", "TimeLimit"):
        if not params.get(name, "0").isdecimal():
            raise RestError(400, 20001, f"{name} is not a whole number: {params[name]}")
    check_urls(params)


def check_urls(params: dict[str, str]) -> None:
    for name, code in {"Url": 21205, "FallbackUrl": 21205, "StatusCallback": 21609}.items():
        if params.get(name) and not valid_url(params[name]):
            raise RestError(400, code, f"{name} is not a valid URL: {params[name]}")


async def update_call(request: web.Request) -> web.Response:
    """End or redirect a live call."""
    call = find(request, request.app[NETWORK].calls)
    params = {name: str(value) for name, value in (await request.post()).items()}
    check_urls(params)
    if call.status in FINAL:
        raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
    line, status = request.app[LINES][call.sid], params.get("Status")
    live = call.status == "in-progress"
    if status == "completed" or (status == "canceled" and not live):
        line.interrupt()
    elif params.get("Url") or params.get("Twiml"):
        if not live:
            raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
        method, url = params.get("Method", "POST").upper(), params.get("Url", "")
        line.interrupt(Goto(method, url) if url else Goto(twiml=params["Twiml"]))
    return web.json_response(call.as_json())


async def fetch_call(request: web.Request) -> web.Response:
    return web.json_response(find(request, request.app[NETWORK].calls).as_json())


async def list_calls(request: web.Request) -> web.Response:
    """Newest first."""
    calls = reversed(request.app[NETWORK].calls.values())
    return page(request, "calls", (call.as_json() for call in calls if matches(request, call)))


def matches(request: web.Request, call: Call) -> bool:
    query = request.query
    return (
        query.get("To", call.to) == call.to
        and query.get("From", call.from_) == call.from_
        and query.get("Status", call.public_status) == call.public_status
        and "ParentCallSid" not in query  # no call here has a parent
        and in_days(request, "StartTime", call.start_time)
        and in_days(request, "EndTime", call.end_time)
    )


def in_days(request: web.Request, name: str, moment: datetime | None) -> bool:
    """Times are compared by day; a call that was never answered has none and matches no comparison."""
    tests: dict[str, Callable[[date, date], bool]] = {
        name: date.__eq__,
        f"{name}<": date.__le__,
        f"{name}>": date.__ge__,
    }
    asked = {key: request.query[key] for key in tests if key in request.query}
    return all(
        moment is not None and tests[key](moment.date(), date.fromisoformat(value[:10])) for key, value in asked.items()
    )


# ── recordings and transcriptions ──


async def list_recordings(request: web.Request) -> web.Response:
    network = request.app[NETWORK]
    call = request.match_info.get("call") or request.query.get("CallSid")
    recordings = (item for item in reversed(network.recordings.values()) if call in (None, item.call.sid))
    return page(request, "recordings", (item.as_json(network.url) for item in recordings))


async def fetch_recording(request: web.Request) -> web.Response:
    network = request.app[NETWORK]
    return web.json_response(find(request, network.recordings).as_json(network.url))


async def delete_recording(request: web.Request) -> web.Response:
    recording = find(request, request.app[NETWORK].recordings)
    del request.app[NETWORK].recordings[recording.sid]
    return web.Response(status=204)


async def fetch_audio(request: web.Request) -> web.Response:
    """The sound. There is none before it is processed, nor if nothing was said."""
    network = request.app[NETWORK]
    recording = find(request, network.recordings)
    if recording.status != "completed" or is_missing(request, recording):
        raise not_found(request)
    voice = int(recording.call.to[-1])
    sound = recording.audio or await asyncio.to_thread(wav, recording.words, recording.duration, voice, network.spoken)
    if request.match_info.get("format") != "mp3":
        return web.Response(body=sound, content_type="audio/x-wav")
    encoded = await asyncio.to_thread(mp3, sound)
    if encoded is None:
        raise not_found(request)
    return web.Response(body=encoded, content_type="audio/mpeg")


def is_missing(request: web.Request, recording: Recording) -> bool:
    """Whether the fault strikes by which audio takes a while to be found."""
    age = (now() - recording.date_updated).total_seconds()
    line = request.app[LINES][recording.call.sid]
    return age < line.network.faults.value("media-404") and line.suffers("media-404", "audio")


async def list_transcriptions(request: web.Request) -> web.Response:
    network = request.app[NETWORK]
    recording = request.match_info.get("recording")
    found = (item for item in network.transcriptions.values() if recording in (None, item.recording.sid))
    return page(request, "transcriptions", (item.as_json() for item in found))


async def fetch_transcription(request: web.Request) -> web.Response:
    return web.json_response(find(request, request.app[NETWORK].transcriptions).as_json())


# ── the call logs: the simulator's own, for people and pages that want to see what happened ──


async def list_logs(request: web.Request) -> web.Response:
    calls = reversed(request.app[NETWORK].calls.values())
    return web.json_response({"calls": [{**call.as_json(), "persona": call.persona} for call in calls]})


async def fetch_log(request: web.Request) -> web.Response:
    """Entries from number `since` on."""
    call = find(request, request.app[NETWORK].calls)
    log = call.log[whole(request, "since", 0) :]
    return web.json_response({**call.as_json(), "persona": call.persona, "log": log})


# ── common ──


def find(request: web.Request, shelf: dict[str, T]) -> T:
    item = shelf.get(request.match_info["sid"])
    if item is None:
        raise not_found(request)
    return item


def page(request: web.Request, key: str, items: Iterable[Json]) -> web.Response:
    """One page of a list, as Twilio's client libraries expect it."""
    everything = list(items)
    number, size = whole(request, "Page", 0), min(whole(request, "PageSize", 50), 1000) or 50

    def uri(page: int) -> str:
        return f"{request.path}?{urlencode({**request.query, 'PageSize': size, 'Page': page})}"

    start = number * size
    return web.json_response(
        {
            key: everything[start : start + size],
            "page": number,
            "page_size": size,
            "start": start,
            "end": max(start, min(start + size, len(everything)) - 1),
            "uri": uri(number),
            "first_page_uri": uri(0),
            "previous_page_uri": uri(number - 1) if number else None,
            "next_page_uri": uri(number + 1) if start + size < len(everything) else None,
        }
    )


def whole(request: web.Request, name: str, default: int) -> int:
    value = request.query.get(name, "")
    return int(value) if value.isdecimal() else default


def build_app(network: Network) -> web.Application:
    app = web.Application(middlewares=[manners], client_max_size=MOST_BYTES)
    app[NETWORK], app[LINES] = network, {}
    account = f"/{API}/Accounts/{{account}}"
    calls, call = f"{account}/Calls", f"{account}/Calls/{{sid:[^/.]+}}"
    recordings, recording = f"{account}/Recordings", f"{account}/Recordings/{{sid:[^/.]+}}"
    transcription = f"{account}/Transcriptions/{{sid:[^/.]+}}.json"
    app.add_routes(
        [
            web.get(f"{calls}.json", list_calls),
            web.post(f"{calls}.json", create_call),
            web.get(f"{call}.json", fetch_call),
            web.post(f"{call}.json", update_call),
            web.get(f"{calls}/{{call}}/Recordings.json", list_recordings),
            web.get(f"{recordings}.json", list_recordings),
            web.get(f"{recording}.json", fetch_recording),
            web.delete(f"{recording}.json", delete_recording),
            web.get(recording, fetch_audio),
            web.get(f"{recording}.{{format:wav|mp3}}", fetch_audio),
            web.get(f"{recordings}/{{recording}}/Transcriptions.json", list_transcriptions),
            web.get(f"{account}/Transcriptions.json", list_transcriptions),
            web.get(transcription, fetch_transcription),
            web.get("/simulator/calls", list_logs),
            web.get("/simulator/calls/{sid}", fetch_log),
        ]
    )
    return app
