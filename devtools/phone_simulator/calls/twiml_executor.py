"""The effect of each TwiML verb on a call, as Twilio documents it."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import NoReturn

from devtools.phone_simulator.callees.callee import SILENCE, CalleePrompt, Reaction, speaking_seconds

from .audio import wav_seconds
from .call_session import CallEnded, CallInterrupted, CallSession, NextDocument
from .live_transcription import LiveTranscription
from .recordings import ActiveRecording
from .twiml_parser import TwimlDocument, Verb

ALL_KEYS = "1234567890*#"
DEFAULT_TIMEOUT = 5
MAX_RECORD_SECONDS = 3600
MAX_SPEECH_SECONDS = 60  # of one utterance during <Gather>
DEFAULT_AUDIO_SECONDS = 5  # for played audio of unknown length
# Twilio's errors for audio that cannot be played, by itself and inside <Gather>. The call goes on without it.
INVALID_AUDIO_CODES = {"Play": 13420, "Gather": 13325}
AUDIO_CONTENT_TYPE = re.compile(r"audio/(mpeg|wav|wave|x-wav|aiff|x-aifc|x-aiff|x-gsm|gsm|ulaw)")
ENDLESS_LOOP = 1_000  # loop="0" repeats until the call ends
CONFIDENCE = "0.91"  # of each recognised utterance


async def execute_document(session: CallSession, document: TwimlDocument) -> NextDocument | None:
    """Execute the verbs in order. Returns where the call continues; None at the end of the document."""
    for verb in document.verbs:
        next_document = await VERB_HANDLERS[verb.name](session, verb, document)
        if next_document:
            return next_document
    return None


async def execute_say(session: CallSession, verb: Verb, document: TwimlDocument) -> None:
    heard_text = session.play_text(verb.text, verb.attribute("language"))
    await _let_callee_listen(session, CalleePrompt("say", heard_text), _say_seconds(verb))


async def execute_play(session: CallSession, verb: Verb, document: TwimlDocument) -> None:
    seconds = await _play_audio(session, verb, document)
    await _let_callee_listen(session, CalleePrompt("play", session.heard_text), seconds)


async def execute_pause(session: CallSession, verb: Verb, document: TwimlDocument) -> None:
    await session.pass_time(verb.integer("length", 1))


async def execute_redirect(session: CallSession, verb: Verb, document: TwimlDocument) -> NextDocument:
    return NextDocument(verb.http_method(), document.resolve_url(verb.text))


async def execute_hangup(session: CallSession, verb: Verb, document: TwimlDocument) -> None:
    session.log_event("hangup", by="application", verb=verb.name)
    raise CallEnded


async def _let_callee_listen(session: CallSession, prompt: CalleePrompt, seconds: float) -> None:
    """Play a prompt that accepts no input: the callee can only listen, or hang up halfway."""
    reaction = await session.prompt_callee(replace(prompt, prompt_seconds=seconds))
    if reaction.hangs_up:
        await _hang_up_callee(session, seconds / 2)
    await session.spend_reaction_time(seconds)


async def _hang_up_callee(session: CallSession, delay: float = 0) -> NoReturn:
    await session.spend_reaction_time(delay)
    session.log_event("hangup", by="callee")
    raise CallEnded


# ── <Start>, <Stop> ──


async def execute_start(session: CallSession, verb: Verb, document: TwimlDocument) -> None:
    for child in verb.children:
        session.start_live_transcription(LiveTranscription(session, child, document))


async def execute_stop(session: CallSession, verb: Verb, document: TwimlDocument) -> None:
    for child in verb.children:
        session.stop_live_transcription(child.attribute("name"), document.url)


# ── <Gather> ──


async def execute_gather(session: CallSession, verb: Verb, document: TwimlDocument) -> NextDocument | None:
    """Collect keys, or else speech. Without input the next verb follows, unless actionOnEmptyResult is set."""
    prompt = await _gather_prompt(session, verb, document)
    await session.spend_reaction_time(prompt.prompt_seconds)
    reaction = await session.prompt_callee(prompt)
    timeout = prompt.timeout_seconds
    digits, finished_on = _collect_digits(reaction.keys if prompt.accepts_keys else "", verb)
    if digits:
        is_complete = finished_on or len(digits) == prompt.max_digits
        await session.spend_reaction_time(0 if is_complete else timeout)
        return _digits_action(verb, document, digits, finished_on)
    if reaction.hangs_up:
        await _hang_up_callee(session, reaction.sound_seconds)
    if prompt.accepts_speech and reaction.utterance:
        await session.spend_reaction_time(reaction.sound_seconds + verb.integer("speechTimeout", int(timeout)))
        params = {"SpeechResult": reaction.utterance, "Confidence": CONFIDENCE}
        return NextDocument(verb.http_method(), document.resolve_url(verb.attribute("action")), params)
    await session.spend_reaction_time(timeout)
    reports_empty = verb.boolean("actionOnEmptyResult", default=False)
    return _digits_action(verb, document, "", "") if reports_empty else None


async def _gather_prompt(session: CallSession, verb: Verb, document: TwimlDocument) -> CalleePrompt:
    inputs = verb.attribute("input", "dtmf").split()
    prompt_seconds = await _play_nested_verbs(session, verb, document)
    return CalleePrompt(
        "gather",
        session.heard_text,
        accepts_keys="dtmf" in inputs,
        accepts_speech="speech" in inputs,
        timeout_seconds=verb.integer("timeout", DEFAULT_TIMEOUT),
        prompt_seconds=prompt_seconds,
        finish_keys=verb.attribute("finishOnKey", "#"),
        max_digits=verb.integer("numDigits", 0),
        max_seconds=MAX_SPEECH_SECONDS if session.network.recognizer and "speech" in inputs else 0,
    )


async def _play_nested_verbs(session: CallSession, verb: Verb, document: TwimlDocument) -> float:
    """Play the verbs inside <Gather>. Returns their length in seconds."""
    seconds = 0.0
    for child in verb.children:
        if child.name == "Play":
            seconds += await _play_audio(session, child, document, parent="Gather")
        elif child.name == "Pause":
            seconds += child.integer("length", 1)
        else:
            session.play_text(child.text, child.attribute("language"))
            seconds += _say_seconds(child)
    return seconds


def _collect_digits(keys: str, verb: Verb) -> tuple[str, str]:
    """Return the digits that count, and the key that finished them; an empty string if none did."""
    finish_keys = verb.attribute("finishOnKey", "#")
    limit = verb.integer("numDigits", len(keys))
    for position, key in enumerate(keys[:limit]):
        if key in finish_keys:
            return keys[:position], key
    return keys[:limit], ""


def _digits_action(verb: Verb, document: TwimlDocument, digits: str, finished_on: str) -> NextDocument:
    params = {"Digits": digits, "FinishedOnKey": finished_on, "msg": "Gather End"}
    return NextDocument(verb.http_method(), document.resolve_url(verb.attribute("action")), params)


# ── <Record> ──


@dataclass(frozen=True)
class RecordingStop:
    """How a recording ended."""

    sound_seconds: int
    silence_seconds: int
    key: str  # the finishing key, if one was pressed


async def execute_record(session: CallSession, verb: Verb, document: TwimlDocument) -> NextDocument | None:
    """Record until silence, a finishing key, the maximum length or the end of the call.

    An empty recording makes no request: the next verb follows.
    """
    if verb.boolean("playBeep", default=True):
        session.log_event("beep")
        await session.pass_time(1)
    prompt = _record_prompt(session, verb)
    recording = ActiveRecording(session, verb, document)
    recording.start_recording()
    started, reaction = session.elapsed_seconds, SILENCE
    try:
        reaction = await session.prompt_callee(prompt)
        stop = _recording_stop(session, prompt, reaction)
        await session.spend_reaction_time(stop.sound_seconds + stop.silence_seconds)
    except (CallInterrupted, CallEnded):
        elapsed = int(session.elapsed_seconds - started)
        recording.cut_short(reaction, min(reaction.sound_seconds, elapsed))
        raise
    if reaction.hangs_up and (session.has_human or reaction.sound_seconds <= prompt.max_seconds):
        recording.cut_short(reaction, stop.sound_seconds)
        await _hang_up_callee(session)
    seconds = recording.finish_recording(reaction, stop.sound_seconds, stop.silence_seconds)
    return recording.action_request(seconds, stop.key) if seconds else None


def _record_prompt(session: CallSession, verb: Verb) -> CalleePrompt:
    finish_keys = verb.attribute("finishOnKey", ALL_KEYS)
    return CalleePrompt(
        "record",
        session.heard_text,
        accepts_keys=bool(finish_keys),
        accepts_speech=True,
        timeout_seconds=verb.integer("timeout", DEFAULT_TIMEOUT),
        finish_keys=finish_keys,
        max_seconds=verb.integer("maxLength", MAX_RECORD_SECONDS) or MAX_RECORD_SECONDS,
    )


def _recording_stop(session: CallSession, prompt: CalleePrompt, reaction: Reaction) -> RecordingStop:
    sound_seconds = min(reaction.sound_seconds, prompt.max_seconds)
    key = next((key for key in reaction.keys if key in prompt.finish_keys), "")
    # A key or the callee ends it at once; otherwise silence does. It counts for a human, too, who need not wait for it.
    ends_at_once = bool(key) or reaction.hangs_up
    silence_seconds = 0 if ends_at_once else min(int(prompt.timeout_seconds), prompt.max_seconds - sound_seconds)
    return RecordingStop(sound_seconds, silence_seconds, key)


# ── prompts ──


def _say_seconds(verb: Verb) -> int:
    return speaking_seconds(verb.text) * _repetitions(verb)


async def _play_audio(session: CallSession, verb: Verb, document: TwimlDocument, parent: str = "Play") -> float:
    """Fetch the audio as Twilio does and play it. Returns its length in seconds; 0 if it cannot be played.

    The network does not understand audio: its words come from the description that the application sends with it.
    """
    if not verb.text:
        return len(verb.attribute("digits"))
    url = document.resolve_url(verb.text)
    reply = await session.send_request("GET", url, {})
    if reply.error_code:
        return 0
    if not AUDIO_CONTENT_TYPE.fullmatch(reply.content_type):
        message = f"Play: Invalid Content-Type {reply.content_type or 'none'}"
        session.log_error(INVALID_AUDIO_CODES[parent], message, url)
        return 0
    session.play_audio(url, reply.spoken_text)
    return (wav_seconds(reply.audio) or DEFAULT_AUDIO_SECONDS) * _repetitions(verb)


def _repetitions(verb: Verb) -> int:
    return verb.integer("loop", 1) or ENDLESS_LOOP


VERB_HANDLERS: dict[str, Callable[[CallSession, Verb, TwimlDocument], Awaitable[NextDocument | None]]] = {
    "Say": execute_say,
    "Play": execute_play,
    "Pause": execute_pause,
    "Redirect": execute_redirect,
    "Hangup": execute_hangup,
    "Reject": execute_hangup,  # an outbound call is already answered, so there is no call left to reject
    "Start": execute_start,
    "Stop": execute_stop,
    "Gather": execute_gather,
    "Record": execute_record,
}
