"""The life of one call: queued, dialled, ringing, talking, over, and what the application hears of it."""

from collections.abc import Awaitable

from devtools.phone_simulator.resources import FINAL, Recording, minutes, now, rfc2822

from .call_session import Goto, HungUp, Interrupted, Line
from .recordings import announce
from .twiml_executor import execute
from .twiml_parser import SCHEMA_WARNING, Document, TwimlError, parse

QUEUED = 0.5  # simulated seconds before the network dials,
CONNECTING = 1.5  # until it rings or turns out to be unreachable,
REFUSAL = 2  # and until a ringing phone turns out to be busy
TERMINATED = 487  # the SIP answer for a call that was given up before anybody answered
APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."
# No interview has so many documents; an endless <Redirect> does, and without sleeping nothing else ends it.
MOST_DOCUMENTS, TOO_MANY = 300, 11215


class NotAnswered(Exception):
    def __init__(self, status: str, sip: int) -> None:
        super().__init__(status)
        self.status, self.sip = status, sip


async def place(line: Line) -> None:
    """Run the call from the queue to its end."""
    status, sip = "completed", 200
    try:
        await dial(line)
        await talk(line)
    except NotAnswered as unanswered:
        status, sip = unanswered.status, unanswered.sip
    except Interrupted:
        if not line.call.start_time:
            status, sip = "canceled", TERMINATED
    except HungUp:
        pass
    end(line, status, sip)


async def dial(line: Line) -> None:
    """Returns once the call is answered; raises NotAnswered if it is not."""
    pickup = line.callee.pickup
    await line.wait(QUEUED)
    progress(line, "initiated")
    await line.wait(CONNECTING)
    if pickup.status == "failed":
        raise NotAnswered(pickup.status, pickup.sip)
    progress(line, "ringing")
    await ring(line, patience=int(line.call.form.get("Timeout") or 60))
    line.elapsed = 0
    progress(line, "in-progress")


async def ring(line: Line, patience: int) -> None:
    """Until whoever is called, or somebody at the phone page, picks up; raises NotAnswered if nobody does."""
    pickup = line.callee.pickup
    rings = REFUSAL if pickup.status == "busy" else pickup.rings
    await line.wait(min(rings, patience), until=line.taken)
    if line.taken.done():
        line.hand_over()
        pickup = line.callee.pickup
    if pickup.status == "busy":
        raise NotAnswered("busy", pickup.sip)
    if pickup.status == "no-answer" or pickup.rings > patience:
        raise NotAnswered("no-answer", TERMINATED)


async def talk(line: Line) -> None:
    """Execute document after document until one of them ends the call."""
    goto = await _or_redirected(line, opening(line))
    for _ in range(MOST_DOCUMENTS):
        if goto is None:
            return
        goto = await _or_redirected(line, follow(line, goto))
    line.fault(TOO_MANY, f"more than {MOST_DOCUMENTS} documents in one call", goto.url if goto else "")


async def _or_redirected(line: Line, step: Awaitable[Goto | None]) -> Goto | None:
    try:
        return await step
    except Interrupted:
        return line.take_redirect()


async def opening(line: Line) -> Goto:
    """Where the call starts, with the result of machine detection if the call has to wait for it."""
    form = line.call.form
    params = await detect(line)
    if not form.get("Url"):
        return Goto(twiml=form["Twiml"])
    return Goto(form.get("Method", "POST").upper(), form["Url"], params)


async def detect(line: Line) -> dict[str, str]:
    """Answering machine detection: the parameters it found, none if it runs beside the call."""
    form, pickup = line.call.form, line.callee.pickup
    mode = form.get("MachineDetection")
    if not mode:
        return {}
    answered_by = pickup.answered_by
    if mode == "DetectMessageEnd" and answered_by == "machine_start":
        answered_by = "machine_end_beep"
    if form.get("AsyncAmd") == "true":
        line.start(_detect_beside(line, answered_by))
        return {}
    await line.wait(pickup.detection)
    return _detected(line, answered_by)


async def _detect_beside(line: Line, answered_by: str) -> None:
    await line.pass_beside(line.callee.pickup.detection)
    if line.call.status in FINAL:
        return
    form = line.call.form
    params = {"CallSid": line.call.sid, "AccountSid": line.call.account_sid, **_detected(line, answered_by)}
    method = form.get("AsyncAmdStatusCallbackMethod", "POST").upper()
    line.notify("AMD callback", method, form.get("AsyncAmdStatusCallback", ""), params)


def _detected(line: Line, answered_by: str) -> dict[str, str]:
    line.call.answered_by = answered_by
    milliseconds = int(line.callee.pickup.detection * 1000)
    return {"AnsweredBy": answered_by, "MachineDetectionDuration": str(milliseconds)}


async def follow(line: Line, goto: Goto) -> Goto | None:
    """Execute the document there: where it cannot be had, the fallback's; where that fails too, hang up."""
    try:
        return await execute(line, await fetch(line, goto))
    except TwimlError as error:
        line.fault(error.code, str(error), goto.url)
        blame = {"ErrorCode": str(error.code), "ErrorUrl": goto.url}
    form = line.call.form
    url = form.get("FallbackUrl", "")
    if url:
        try:
            fallback = Goto(form.get("FallbackMethod", "POST").upper(), url, blame)
            return await execute(line, await fetch(line, fallback))
        except TwimlError as error:
            line.fault(error.code, str(error), url)
    line.hear(APPLICATION_ERROR)
    raise HungUp


async def fetch(line: Line, goto: Goto) -> Document:
    """Raises TwimlError if there is no document to be had."""
    if goto.twiml:
        document = parse(goto.twiml, "")
    else:
        reply = await line.request(goto.method, goto.url, {**line.call.parameters(), **goto.params})
        if reply.error:
            raise TwimlError(reply.error, f"no document: HTTP {reply.status or 'request failed'}")
        document = parse(reply.body, goto.url, reply.content_type)
    for warning in document.warnings:
        line.log("warning", code=SCHEMA_WARNING, message=warning, url=document.url)
    return document


def progress(line: Line, status: str) -> None:
    """The call reaches a status that is not its last."""
    line.call.set_status(status)
    report(line, "answered" if status == "in-progress" else status, {})


def end(line: Line, status: str, sip: int) -> None:
    """The call reaches its last status, whichever that is: the event is always `completed`."""
    line.close(status)
    duration = line.call.duration
    params = {
        "CallDuration": str(duration),
        "Duration": str(minutes(duration)),
        "SipResponseCode": str(sip),
        **({"AnsweredBy": line.call.answered_by} if line.call.answered_by else {}),
        **recording_of_call(line),
    }
    report(line, "completed", params)


def report(line: Line, event: str, params: dict[str, str]) -> None:
    """The status callback, if this event was asked for. Only events that are sent are counted."""
    line.log("status", status=line.call.status)
    if event not in line.call.events:
        return
    form = line.call.form
    params = {
        **line.call.parameters(),
        "Timestamp": rfc2822(now()) or "",
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(line.reported),
        **params,
    }
    line.reported += 1
    method = form.get("StatusCallbackMethod", "POST").upper()
    line.notify("status callback", method, form.get("StatusCallback", ""), params)


def recording_of_call(line: Line) -> dict[str, str]:
    """With Record=true: the recording of the whole call, as the final status callback mentions it."""
    call = line.call
    if call.form.get("Record") != "true" or not call.duration:
        return {}
    recording = Recording(call, "OutboundAPI", status="completed", words=" ".join(line.said))
    recording.duration = call.duration
    line.network.recordings[recording.sid] = recording
    if "completed" in call.form.get("RecordingStatusCallbackEvent", "completed"):
        method = call.form.get("RecordingStatusCallbackMethod", "POST").upper()
        announce(line, recording, method, call.form.get("RecordingStatusCallback", ""))
    return {
        "RecordingUrl": line.network.url + recording.uri,
        "RecordingSid": recording.sid,
        "RecordingDuration": str(call.duration),
    }
