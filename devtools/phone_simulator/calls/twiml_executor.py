"""What each TwiML verb does to a call, after Twilio's documentation of the verbs."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import NoReturn

from devtools.phone_simulator.callees.callee import SILENCE, Moment, speech_seconds

from .audio import seconds_of
from .call_session import Goto, HungUp, Interrupted, Line
from .recordings import Take
from .twiml_parser import Document, Verb

KEYS = "1234567890*#"
DEFAULT_AUDIO_SECONDS = 5  # for what <Play> plays and does not say itself how long it lasts
# Twilio's errors for what <Play> cannot play, by itself and inside <Gather>; the call goes on without it.
NOT_AUDIO = {"Play": 13420, "Gather": 13325}
AUDIO = re.compile(r"audio/(mpeg|wav|wave|x-wav|aiff|x-aifc|x-aiff|x-gsm|gsm|ulaw)")
ENDLESS = 1_000  # loop="0" repeats until the call ends


async def execute(line: Line, document: Document) -> Goto | None:
    """Perform the verbs in order. Returns where control passed to, None at the end of the document."""
    for verb in document.verbs:
        goto = await PERFORM[verb.name](line, verb, document)
        if goto:
            return goto
    return None


async def say(line: Line, verb: Verb, document: Document) -> None:
    await _listen(line, Moment("say", line.hear(verb.text, verb.get("language"))), _prompt_seconds(verb))


async def play(line: Line, verb: Verb, document: Document) -> None:
    heard, seconds = await _played(line, verb, document)
    await _listen(line, Moment("play", heard), seconds)


async def pause(line: Line, verb: Verb, document: Document) -> None:
    await line.wait(verb.number("length", 1))


async def redirect(line: Line, verb: Verb, document: Document) -> Goto:
    return Goto(verb.method(), document.resolve(verb.text))


async def hang_up(line: Line, verb: Verb, document: Document) -> None:
    line.log("hangup", by="application", verb=verb.name)
    raise HungUp


async def gather(line: Line, verb: Verb, document: Document) -> Goto | None:
    """Keys before speech; no input falls through to the next verb, unless asked otherwise."""
    inputs = verb.get("input", "dtmf").split()
    timeout = verb.number("timeout", 5)
    heard, prompt = await _prompt(line, verb, document)
    moment = Moment("gather", heard, "dtmf" in inputs, "speech" in inputs, timeout, prompt)
    moment = replace(moment, finish=verb.get("finishOnKey", "#"), digits=verb.number("numDigits", 0))
    await line.spend(prompt)
    reaction = await line.react(moment)
    digits, finished_on = _collected(reaction.keys if moment.keys else "", verb)
    if digits:
        complete = finished_on or len(digits) == moment.digits
        await line.spend(0 if complete else timeout)
        return _gathered(verb, document, digits, finished_on)
    if reaction.hangs_up:
        await _leave(line, reaction.sound)
    if moment.speech and reaction.words:
        await line.spend(reaction.sound + verb.number("speechTimeout", timeout))
        params = {"SpeechResult": reaction.words, "Confidence": "0.91"}
        return Goto(verb.method(), document.resolve(verb.get("action")), params)
    await line.spend(timeout)
    return _gathered(verb, document, "", "") if verb.flag("actionOnEmptyResult", default=False) else None


def _collected(keys: str, verb: Verb) -> tuple[str, str]:
    """The digits that count, and the key that finished them if one did."""
    finish = verb.get("finishOnKey", "#")
    limit = verb.number("numDigits", len(keys))
    for position, key in enumerate(keys[:limit]):
        if key in finish:
            return keys[:position], key
    return keys[:limit], ""


def _gathered(verb: Verb, document: Document, digits: str, finished_on: str) -> Goto:
    params = {"Digits": digits, "FinishedOnKey": finished_on, "msg": "Gather End"}
    return Goto(verb.method(), document.resolve(verb.get("action")), params)


async def _prompt(line: Line, verb: Verb, document: Document) -> tuple[str, float]:
    """What the callee has heard once the nested verbs are through, and how long those take."""
    heard, seconds = line.hear(""), 0.0
    for child in verb.children:
        if child.name == "Play":
            heard, lasts = await _played(line, child, document, inside="Gather")
            seconds += lasts
        else:
            heard = line.hear(child.text, child.get("language"))
            seconds += child.number("length", 1) if child.name == "Pause" else _prompt_seconds(child)
    return heard, seconds


async def record(line: Line, verb: Verb, document: Document) -> Goto | None:
    """Record until silence, a finishing key, the maximum length or the end of the call.

    An empty take makes no request and falls through to the next verb.
    """
    if verb.flag("playBeep", default=True):
        line.log("beep")
        await line.wait(1)
    finish, timeout, longest = verb.get("finishOnKey", KEYS), verb.number("timeout", 5), _longest(verb)
    take = Take(line, verb, document)
    take.begin()
    began, reaction = line.elapsed, SILENCE
    try:
        moment = Moment("record", line.hear(""), bool(finish), True, timeout, finish=finish, longest=longest)
        reaction = await line.react(moment)
        sound = min(reaction.sound, longest)
        key = next((key for key in reaction.keys if key in finish), "")
        # Otherwise it takes silence, or the limit, to end it; a person says when they are done.
        ended = bool(key) or reaction.hangs_up or line.live
        silence = 0 if ended else min(timeout, longest - sound)
        await line.spend(sound + silence)
    except (Interrupted, HungUp):
        take.cut_off(reaction, min(reaction.sound, int(line.elapsed - began)))
        raise
    if reaction.hangs_up and (line.live or reaction.sound <= longest):
        take.cut_off(reaction, sound)
        await _leave(line)
    seconds = take.end(reaction, sound, silence)
    return take.action(seconds, key) if seconds else None


def _longest(verb: Verb) -> int:
    return verb.number("maxLength", 3600) or 3600


async def _listen(line: Line, moment: Moment, seconds: float) -> None:
    """The callee can only listen now, or hang up half-way: keys and words go unheard."""
    reaction = await line.react(replace(moment, prompt=seconds))
    if reaction.hangs_up:
        await _leave(line, seconds / 2)
    await line.spend(seconds)


async def _leave(line: Line, after: float = 0) -> NoReturn:
    """The callee hangs up, so many seconds from now."""
    await line.spend(after)
    line.log("hangup", by="callee")
    raise HungUp


def _prompt_seconds(verb: Verb) -> int:
    return speech_seconds(verb.text) * (verb.number("loop", 1) or ENDLESS)


async def _played(line: Line, verb: Verb, document: Document, inside: str = "Play") -> tuple[str, float]:
    """What the callee has heard once the audio is over, and how long it plays. It is fetched as Twilio would.

    Nobody here can listen to it: the words are those that its sender describes it by, if it does.
    """
    if not verb.text:
        return line.hear(""), len(verb.get("digits"))
    url = document.resolve(verb.text)
    reply = await line.request("GET", url, {})
    if reply.error:
        return line.hear(""), 0
    if not AUDIO.fullmatch(reply.content_type):
        line.fault(NOT_AUDIO[inside], f"Play: Invalid Content-Type {reply.content_type or 'none'}", url)
        return line.hear(""), 0
    seconds = (seconds_of(reply.sound) or DEFAULT_AUDIO_SECONDS) * (verb.number("loop", 1) or ENDLESS)
    return line.hear(reply.words, played=url), seconds


PERFORM: dict[str, Callable[[Line, Verb, Document], Awaitable[Goto | None]]] = {
    "Say": say,
    "Play": play,
    "Pause": pause,
    "Redirect": redirect,
    "Hangup": hang_up,
    "Reject": hang_up,  # an outbound call has been answered: there is nothing left to reject
    "Gather": gather,
    "Record": record,
}
