"""The life of a call: queued, dialled, ringing, answered, ended; with the status callbacks for each."""

from collections.abc import Awaitable

from devtools.phone_simulator.resources import FINAL_STATUSES, Recording, billed_minutes, format_rfc2822, utc_now

from .call_session import CallEnded, CallInterrupted, CallSession, NextDocument
from .recordings import send_recording_callback
from .twiml_executor import execute_document
from .twiml_parser import SCHEMA_WARNING, TwimlDocument, TwimlError, parse_twiml

# Simulated seconds until the network dials, until the phone rings, and until a ringing phone turns out to be busy.
QUEUE_SECONDS, CONNECT_SECONDS, BUSY_SECONDS = 0.5, 1.5, 2
DEFAULT_RING_TIMEOUT = 60
SIP_OK, SIP_TERMINATED = 200, 487
APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."
# A call has an end even if the application redirects it for ever. Interviews have far fewer documents.
MAX_DOCUMENTS, TOO_MANY_DOCUMENTS = 300, 11215


class NotAnswered(Exception):
    def __init__(self, status: str, sip_code: int) -> None:
        super().__init__(status)
        self.status, self.sip_code = status, sip_code


async def run_call(session: CallSession) -> None:
    """Run the call from the queue to its end."""
    status, sip_code = "completed", SIP_OK
    try:
        if session.call.is_inbound:
            change_status(session, "in-progress")
        else:
            await dial_callee(session)
        await run_documents(session)
    except NotAnswered as error:
        status, sip_code = error.status, error.sip_code
    except CallInterrupted:
        if not session.call.start_time:
            status, sip_code = "canceled", SIP_TERMINATED
    except CallEnded:
        pass
    end_call(session, status, sip_code)


async def dial_callee(session: CallSession) -> None:
    """Return once the call is answered. Raises NotAnswered."""
    pickup = session.callee.pickup
    await session.pass_time(QUEUE_SECONDS)
    change_status(session, "initiated")
    await session.pass_time(CONNECT_SECONDS)
    if pickup.status == "failed":
        raise NotAnswered(pickup.status, pickup.sip_code)
    change_status(session, "ringing")
    await ring_callee(session, timeout=int(session.call.create_params.get("Timeout") or DEFAULT_RING_TIMEOUT))
    session.elapsed_seconds = 0
    change_status(session, "in-progress")


async def ring_callee(session: CallSession, timeout: int) -> None:
    """Ring until the callee, or a human at the phone page, picks up. Raises NotAnswered."""
    pickup = session.callee.pickup
    ring_seconds = BUSY_SECONDS if pickup.status == "busy" else pickup.ring_seconds
    await session.pass_time(min(ring_seconds, timeout), until=session.human_pickup)
    if session.human_pickup.done():
        session.hand_over_to_human()
        pickup = session.callee.pickup
    if pickup.status == "busy":
        raise NotAnswered("busy", pickup.sip_code)
    if pickup.status == "no-answer" or pickup.ring_seconds > timeout:
        raise NotAnswered("no-answer", SIP_TERMINATED)


async def run_documents(session: CallSession) -> None:
    """Execute one document after another until one of them ends the call."""
    document = await _or_redirect(session, first_document(session))
    for _ in range(MAX_DOCUMENTS):
        if document is None:
            return
        document = await _or_redirect(session, execute_with_fallback(session, document))
    url = document.url if document else ""
    session.log_error(TOO_MANY_DOCUMENTS, f"more than {MAX_DOCUMENTS} documents in one call", url)


async def _or_redirect(session: CallSession, work: Awaitable[NextDocument | None]) -> NextDocument | None:
    try:
        return await work
    except CallInterrupted:
        return session.pop_redirect()


async def first_document(session: CallSession) -> NextDocument:
    """Return where the call starts, after machine detection if the call has to wait for it."""
    options = session.call.create_params
    params = {"CallStatus": "ringing"} if session.call.is_inbound else await detect_machine(session)
    if not options.get("Url"):
        return NextDocument(twiml=options["Twiml"])
    return NextDocument(options.get("Method", "POST").upper(), options["Url"], params)


async def detect_machine(session: CallSession) -> dict[str, str]:
    """Detect an answering machine. Returns the parameters of the result; none if detection runs in the background."""
    options, pickup = session.call.create_params, session.callee.pickup
    mode = options.get("MachineDetection")
    if not mode:
        return {}
    answered_by = pickup.answered_by
    if mode == "DetectMessageEnd" and answered_by == "machine_start":
        answered_by = "machine_end_beep"
    if options.get("AsyncAmd") == "true":
        session.start_background(_detect_in_background(session, answered_by))
        return {}
    await session.pass_time(pickup.detection_seconds)
    return _detection_params(session, answered_by)


async def _detect_in_background(session: CallSession, answered_by: str) -> None:
    call = session.call
    await session.sleep_in_background(session.callee.pickup.detection_seconds)
    if call.status in FINAL_STATUSES:
        return
    params = {"CallSid": call.sid, "AccountSid": call.account_sid, **_detection_params(session, answered_by)}
    method = call.create_params.get("AsyncAmdStatusCallbackMethod", "POST").upper()
    session.send_callback("AMD callback", method, call.create_params.get("AsyncAmdStatusCallback", ""), params)


def _detection_params(session: CallSession, answered_by: str) -> dict[str, str]:
    session.call.answered_by = answered_by
    milliseconds = int(session.callee.pickup.detection_seconds * 1000)
    return {"AnsweredBy": answered_by, "MachineDetectionDuration": str(milliseconds)}


async def execute_with_fallback(session: CallSession, document: NextDocument) -> NextDocument | None:
    """Execute the document. On an error execute the fallback; if that fails too, apologise and hang up."""
    try:
        return await execute_document(session, await fetch_document(session, document))
    except TwimlError as error:
        session.log_error(error.code, str(error), document.url)
        error_params = {"ErrorCode": str(error.code), "ErrorUrl": document.url}
    options = session.call.create_params
    url = options.get("FallbackUrl", "")
    if url:
        try:
            fallback = NextDocument(options.get("FallbackMethod", "POST").upper(), url, error_params)
            return await execute_document(session, await fetch_document(session, fallback))
        except TwimlError as error:
            session.log_error(error.code, str(error), url)
    session.play_text(APPLICATION_ERROR)
    raise CallEnded


async def fetch_document(session: CallSession, source: NextDocument) -> TwimlDocument:
    """Request and parse the document. Raises TwimlError."""
    if source.twiml:
        document = parse_twiml(source.twiml, "")
    else:
        params = {**session.call.webhook_parameters(), **source.params}
        reply = await session.send_request(source.method, source.url, params)
        if reply.error_code:
            raise TwimlError(reply.error_code, f"no document: HTTP {reply.status or 'request failed'}")
        document = parse_twiml(reply.body, source.url, reply.content_type)
    for warning in document.warnings:
        session.log_event("warning", code=SCHEMA_WARNING, message=warning, url=document.url)
    return document


def change_status(session: CallSession, status: str) -> None:
    """Give the call a status that is not final."""
    session.call.set_status(status)
    send_status_callback(session, "answered" if status == "in-progress" else status, {})


def end_call(session: CallSession, status: str, sip_code: int) -> None:
    """Give the call its final status. The event of the callback is `completed` for every final status."""
    session.stop_live_transcriptions()
    session.finish_call(status)
    call = session.call
    params = {
        "CallDuration": str(call.duration),
        "Duration": str(billed_minutes(call.duration)),
        "SipResponseCode": str(sip_code),
        **({"AnsweredBy": call.answered_by} if call.answered_by else {}),
        **add_call_recording(session),
    }
    send_status_callback(session, "completed", params)


def send_status_callback(session: CallSession, event: str, params: dict[str, str]) -> None:
    """Log the status, and send the callback if the call asked for this event. Only sent callbacks are numbered."""
    session.log_event("status", status=session.call.status)
    if event not in session.call.reported_events:
        return
    options = session.call.create_params
    params = {
        **session.call.webhook_parameters(),
        "Timestamp": format_rfc2822(utc_now()) or "",
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(session.status_callbacks_sent),
        **params,
    }
    session.status_callbacks_sent += 1
    method = options.get("StatusCallbackMethod", "POST").upper()
    session.send_callback("status callback", method, options.get("StatusCallback", ""), params)


def add_call_recording(session: CallSession) -> dict[str, str]:
    """With Record=true, add a recording of the whole call. Returns its parameters for the final status callback."""
    call, options = session.call, session.call.create_params
    if options.get("Record") != "true" or not call.duration:
        return {}
    recording = Recording(call, "OutboundAPI", status="completed", utterance=" ".join(session.utterances))
    recording.duration = call.duration
    session.network.recordings[recording.sid] = recording
    if "completed" in options.get("RecordingStatusCallbackEvent", "completed"):
        method = options.get("RecordingStatusCallbackMethod", "POST").upper()
        send_recording_callback(session, recording, method, options.get("RecordingStatusCallback", ""))
    return {
        "RecordingUrl": session.network.url + recording.uri,
        "RecordingSid": recording.sid,
        "RecordingDuration": str(call.duration),
    }
