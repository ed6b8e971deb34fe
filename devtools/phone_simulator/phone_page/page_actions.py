"""The actions of a human at the phone page on a call."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from aiohttp import web
from multidict import MultiDictProxy

from devtools.phone_simulator.callees.callee import CalleePrompt, Pickup, Reaction
from devtools.phone_simulator.callees.human_callee import HumanCallee, PageSignal
from devtools.phone_simulator.calls.audio import InvalidUpload, cut_wav
from devtools.phone_simulator.calls.call_session import CallSession

Form = MultiDictProxy[str | bytes | bytearray | web.FileField]

# Codes of refused actions, with the text for the page.
NOT_RINGING = "not_ringing"
NOT_ON_THE_CALL = "not_on_the_call"
TURN_OVER = "turn_over"
NOT_YOUR_TURN = "not_your_turn"
KEY_IGNORED = "key_ignored"
SPEECH_IGNORED = "speech_ignored"
INVALID_AUDIO = "invalid_audio"
REFUSALS = {
    NOT_RINGING: "This call is no longer ringing.",
    NOT_ON_THE_CALL: "No window of the phone page has this call.",
    TURN_OVER: "The call has moved on.",
    NOT_YOUR_TURN: "It is not your turn.",
    KEY_IGNORED: "This key has no effect now.",
    SPEECH_IGNORED: "Speech is not accepted now.",
    INVALID_AUDIO: "The recording cannot be used.",
}


class ActionRefused(Exception):
    """The action is not possible now."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or REFUSALS[code])
        self.code = code


def pick_up_call(session: CallSession, form: Form) -> None:
    _set_human_pickup(session, HumanCallee(Pickup(ring_seconds=0), _text_field(form, "page")))


def decline_call(session: CallSession, form: Form) -> None:
    _set_human_pickup(session, HumanCallee(Pickup("busy", sip_code=486)))


def _set_human_pickup(session: CallSession, human: HumanCallee) -> None:
    if session.call.status != "ringing" or session.human_pickup.done():
        raise ActionRefused(NOT_RINGING)
    session.human_pickup.set_result(human)


def hang_up_call(session: CallSession, form: Form) -> None:
    """Hang up. In the middle of an answer, the answer so far is recorded."""
    human = _human_callee(session)
    if session.current_prompt and session.current_prompt.verb == "record":
        human.submit(replace(_parse_reaction(session, form), hangs_up=True))
    else:
        session.hang_up_callee()


def report_prompt_finished(session: CallSession, form: Form) -> None:
    _pass_signal(session, form, PageSignal.PROMPT_FINISHED)


def report_user_active(session: CallSession, form: Form) -> None:
    _pass_signal(session, form, PageSignal.USER_ACTIVE)


def _pass_signal(session: CallSession, form: Form, signal: PageSignal) -> None:
    """Pass on a signal that the page sends by itself. One that comes too late is ignored, not refused."""
    if isinstance(session.callee, HumanCallee) and _is_current_turn(session, form):
        session.callee.submit(signal)


def submit_reaction(session: CallSession, form: Form) -> None:
    """React with text, a recording or keys; with none of them, with silence."""
    human = _human_callee(session)
    prompt = _current_prompt(session, form)
    reaction = _parse_reaction(session, form)
    accepts_key = prompt.accepts_keys if prompt.verb == "gather" else reaction.keys in prompt.finish_keys
    if reaction.keys and not accepts_key:
        raise ActionRefused(KEY_IGNORED)
    if reaction.sound_seconds and not prompt.accepts_speech:
        raise ActionRefused(SPEECH_IGNORED)
    if prompt.verb not in {"gather", "record"}:
        raise ActionRefused(NOT_YOUR_TURN)
    human.submit(reaction)


def _human_callee(session: CallSession) -> HumanCallee:
    if not isinstance(session.callee, HumanCallee) or session.call.status != "in-progress":
        raise ActionRefused(NOT_ON_THE_CALL)
    return session.callee


def _current_prompt(session: CallSession, form: Form) -> CalleePrompt:
    """Return the prompt that the form reacts to. The page may lag behind the call."""
    if session.current_prompt is None or not _is_current_turn(session, form):
        raise ActionRefused(TURN_OVER)
    return session.current_prompt


def _is_current_turn(session: CallSession, form: Form) -> bool:
    return session.current_prompt is not None and _text_field(form, "turn") == str(session.turn_number)


def _parse_reaction(session: CallSession, form: Form) -> Reaction:
    utterance, keys = " ".join(_text_field(form, "words").split()), _text_field(form, "keys")
    upload = form.get("audio")
    if not isinstance(upload, web.FileField):
        return Reaction(utterance, keys=keys)
    max_seconds = session.current_prompt.max_seconds if session.current_prompt else 0
    try:
        audio, seconds = cut_wav(upload.file.read(), max_seconds)
    except InvalidUpload as error:
        raise ActionRefused(INVALID_AUDIO, str(error)) from error
    return Reaction(utterance, seconds, keys, audio=audio)


def _text_field(form: Form, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


PAGE_ACTIONS: Mapping[str, Callable[[CallSession, Form], None]] = {
    "pick-up": pick_up_call,
    "decline": decline_call,
    "hang-up": hang_up_call,
    "heard": report_prompt_finished,
    "stay": report_user_active,
    "react": submit_reaction,
}
