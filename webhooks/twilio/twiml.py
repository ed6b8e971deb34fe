"""TwiML for the prompts of a conversation. Pure functions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import assert_never

from twilio.twiml.voice_response import Gather, VoiceResponse

from interviews.conversation import engine, phrases, wording
from interviews.conversation.elements import USUAL_PAUSE_SECONDS
from interviews.conversation.eligibility_question import EligibilityKind
from interviews.conversation.questioning import recording_pause
from interviews.conversation.script import Script, extra_seconds
from screener.services.telephony.twilio_calls import CALLBACK_RETRIES
from webhooks.twilio.parsing import MAX_NUMBER_KEYS
from webhooks.twilio.speech import Speaker, locale_of

INVALID_XML_CHARACTER = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
MAX_TRANSCRIBED_SECONDS = 119
"""Twilio transcribes recordings of more than 2 and less than 120 seconds."""

USUAL_REPLY_SECONDS = 6
REPLY_SECONDS: dict[type[engine.Prompt], int] = {engine.HoldOn: 40, engine.CheckAnswer: 4}
KEYS_SECONDS = 10
"""Seconds of silence that count as no reply: by default, after certain prompts, and where only keys are accepted."""


@dataclass(frozen=True)
class RenderContext:
    """The data that TwiML needs besides the prompt.

    `spoken_texts`: those of the prompt. `base_url`: the URL of the attempt, without a slash at the end. `transcribe`:
    whether Twilio transcribes recordings. `audio_urls`: the URL of each text that has been synthesised. Twilio's own
    voice says the other texts. `transcribes_live`: whether answers are also transcribed while they are recorded.
    `live_turn`: the turn whose live transcription is still running, or None. `pause_seconds`: the silence that usually
    ends a recording. `foreign_names`: the languages of names in the texts, where they are other ones.
    """

    script: Script
    spoken_texts: tuple[str, ...]
    base_url: str
    turn: int
    transcribe: bool
    audio_urls: Mapping[str, str]
    slow: bool = False
    transcribes_live: bool = False
    live_turn: int | None = None
    pause_seconds: int = USUAL_PAUSE_SECONDS
    foreign_names: Mapping[str, str] = field(default_factory=dict)

    def turn_url(self, kind: str) -> str:
        return f"{self.base_url}/turns/{self.turn}/{kind}"

    @property
    def speech_locale(self) -> str:
        """The language in which the candidate is understood."""
        return locale_of(self.script.language)

    @property
    def speaker(self) -> Speaker:
        return Speaker(self.script.language, self.slow, self.foreign_names)


def strip_control_characters(text: str) -> str:
    """Remove the characters that XML cannot hold."""
    return INVALID_XML_CHARACTER.sub("", text)


def render_prompt(prompt: engine.Prompt, context: RenderContext) -> str:
    """Return the TwiML that speaks the prompt and sends the input to the URL of this turn."""
    voice_response = VoiceResponse()
    if context.live_turn is not None:
        voice_response.stop().transcription(name=_live_name(context.live_turn))
    match prompt:
        case (
            engine.AskIdentity()
            | engine.AskReachable()
            | engine.AskTime()
            | engine.AskConsent()
            | engine.AskOptOut()
            | engine.HoldOn()
        ):
            _gather_reply(voice_response, prompt, context)
        case engine.AskEligibility() | engine.ReadBack():
            _gather_reply(voice_response, prompt, context)
        case engine.AskQuestion():
            _start_live_transcription(voice_response, context)
            _gather_key(voice_response, context)
            _record_answer(voice_response, prompt, context)
        case engine.RecordAnswer():
            _start_live_transcription(voice_response, context)
            _speak_prompt(voice_response, context)
            _record_answer(voice_response, prompt, context)
        case engine.CheckAnswer() | engine.ConfirmStop():
            _gather_reply(voice_response, prompt, context)
        case engine.Goodbye():
            _speak_prompt(voice_response, context)
            voice_response.hangup()
        case engine.HangUp():
            voice_response.hangup()
        case _ as unreachable:
            assert_never(unreachable)
    return str(voice_response)


def _gather_reply(voice_response: VoiceResponse, prompt: engine.Prompt, context: RenderContext) -> None:
    """Collect words or one key, or the keys of a number.

    For one key `finish_on_key` is empty, because Twilio does not report a key that ends the input.
    """
    gather_options: dict[str, object] = {"input": "dtmf", "timeout": KEYS_SECONDS}
    if not getattr(prompt, "keys_only", False):
        gather_options = {
            "input": "dtmf speech",
            "timeout": _reply_seconds(prompt, context),
            "speech_timeout": "auto",
            "hints": phrases.for_language(context.script.language).hints,
            "language": context.speech_locale,
        }
    gather = Gather(action=context.turn_url("reply"), **_key_options(prompt, context.script), **gather_options)
    _speak_prompt(gather, context)
    voice_response.append(gather)
    voice_response.redirect(context.turn_url("silence"))


def _key_options(prompt: engine.Prompt, script: Script) -> dict[str, object]:
    is_number = (
        isinstance(prompt, engine.AskEligibility)
        and script.eligibility[prompt.requirement].kind is EligibilityKind.NUMBER
    )
    return (
        {"num_digits": MAX_NUMBER_KEYS, "finish_on_key": "#"} if is_number else {"num_digits": 1, "finish_on_key": ""}
    )


def _reply_seconds(prompt: engine.Prompt, context: RenderContext) -> int:
    """A candidate who is spoken to slowly gets twice the time."""
    return REPLY_SECONDS.get(type(prompt), USUAL_REPLY_SECONDS) * (2 if context.slow else 1)


def _start_live_transcription(voice_response: VoiceResponse, context: RenderContext) -> None:
    """Start live transcription of the candidate. Its webhooks name this turn, also when they arrive after its end."""
    if context.transcribes_live:
        voice_response.start().transcription(
            name=_live_name(context.turn),
            status_callback_url=context.turn_url("live-transcription"),
            track="inbound_track",
            partial_results=True,
            language_code=context.speech_locale,
            profanity_filter=False,
        )


def _live_name(turn: int) -> str:
    return f"turn-{turn}"


def _gather_key(voice_response: VoiceResponse, context: RenderContext) -> None:
    gather = Gather(input="dtmf", num_digits=1, finish_on_key="", timeout=1, action=context.turn_url("reply"))
    _speak_prompt(gather, context)
    voice_response.append(gather)


def _speak_prompt(parent: VoiceResponse | Gather, context: RenderContext) -> None:
    """Play the texts that have been synthesised. Twilio's voice says the others; slowly, it says all of them."""
    audio_urls = {} if context.slow else context.audio_urls
    for url, pieces in groupby(context.spoken_texts, key=lambda text: audio_urls.get(text, "")):
        if url:
            parent.play(url)
        else:
            context.speaker.say(parent, " ".join(pieces))


def _record_answer(
    voice_response: VoiceResponse, prompt: engine.AskQuestion | engine.RecordAnswer, context: RenderContext
) -> None:
    """Record an answer. After an empty recording, Twilio makes no request but continues with the redirect.

    Silence is trimmed, so that a recording of silence alone is empty.
    """
    record_options: dict[str, object] = {}
    max_seconds = context.script.questions[prompt.position].max_seconds
    if isinstance(prompt, engine.RecordAnswer) and prompt.goes_on:
        max_seconds = extra_seconds(max_seconds)
    if context.transcribe:
        max_seconds = min(max_seconds, MAX_TRANSCRIBED_SECONDS)
        record_options = {
            "transcribe": True,
            "transcribe_callback": context.turn_url("transcription") + CALLBACK_RETRIES,
        }
    voice_response.record(
        action=context.turn_url("take"),
        max_length=max_seconds,
        timeout=recording_pause(prompt, context.pause_seconds),
        finish_on_key="*#",
        play_beep=True,
        trim="trim-silence",
        recording_status_callback=context.turn_url("recording") + CALLBACK_RETRIES,
        recording_status_callback_event="completed absent",
        **record_options,
    )
    voice_response.redirect(context.turn_url("silence"))


def reception_twiml(reception_text: str, opt_out_offer: str, *, reply_url: str, language: str) -> str:
    """Say the text and the offer. The reply goes to `reply_url`. Without an offer, say goodbye after the text."""
    texts, speaker = wording.for_language(language), Speaker(language)
    voice_response = VoiceResponse()
    if opt_out_offer:
        gather = Gather(
            input="dtmf speech",
            num_digits=1,
            timeout=6,
            speech_timeout="auto",
            language=locale_of(language),
            action=reply_url,
        )
        speaker.say(gather, f"{reception_text} {opt_out_offer}")
        voice_response.append(gather)
    else:
        speaker.say(voice_response, reception_text)
    speaker.say(voice_response, texts.FAREWELL)
    voice_response.hangup()
    return str(voice_response)


def goodbye_twiml(*texts: str, language: str) -> str:
    voice_response = VoiceResponse()
    Speaker(language).say(voice_response, " ".join(texts))
    voice_response.hangup()
    return str(voice_response)


def voicemail_twiml(text: str, *, language: str) -> str:
    """Say the message. The machine may cut off the first moment of it, so it begins with a pause."""
    voice_response = VoiceResponse()
    voice_response.pause(length=1)
    Speaker(language).say(voice_response, text)
    voice_response.hangup()
    return str(voice_response)


def fallback_twiml() -> str:
    """Apologise in a call in which another webhook failed. It is in English, as it must not need the database."""
    return goodbye_twiml(wording.for_language("en").FALLBACK_APOLOGY, language="en")


def unknown_call_twiml() -> str:
    """The reply to a call that belongs to no attempt."""
    return goodbye_twiml(wording.for_language("en").UNKNOWN_CALL, language="en")


def hang_up_twiml() -> str:
    voice_response = VoiceResponse()
    voice_response.hangup()
    return str(voice_response)
