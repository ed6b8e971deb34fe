"""What a step of the conversation sounds like on the phone: pure functions from speech to TwiML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from math import ceil
from typing import assert_never

from twilio.twiml.voice_response import Gather, VoiceResponse

from interviews.conversation import engine as talk
from screener.services.telephony.twilio_api import CALLBACK_RETRIES

VOICE_LANGUAGE = {"en": "en-US"}
YES_NO_HINTS = "yes, no, I agree, speaking"

GREETING = "Hello. I am calling for {name}. If that is you, press 1 or say yes. If not, press 2."
GREETING_AGAIN = "Sorry, I did not get that. Am I speaking with {name}? Press 1 for yes, or 2 for no."
DISCLOSURE = (
    "Thank you. I am an automated interviewer, an artificial intelligence, calling about your application for {job}. "
    "I would like to ask you {count}, which takes about {minutes}. The interview is recorded, and a person reads "
    "the result. To hear a question again, press star. To end an answer, press the pound key. You can hang up "
    "at any time. If you agree to be interviewed by an A.I. and recorded now, press 1 or say I agree. "
    "If you do not agree, press 2. If you do not want to be called again, press 9."
)
RESUMING = (
    "Thank you. This is the automated interviewer for {job} again. Our last call was cut off. I would like to go on "
    "where we stopped: {count} left, about {minutes}. As before, an artificial intelligence asks the questions and "
    "the interview is recorded. If you agree, press 1 or say I agree. If you do not agree, press 2. If you do not "
    "want to be called again, press 9."
)
CONSENT_AGAIN = (
    "Sorry, I did not get that. To be interviewed by an A.I. and recorded now, press 1 or say I agree. "
    "If you do not agree, press 2. If you do not want to be called again, press 9."
)
LEADS = {
    talk.Lead.FIRST: "Thank you. Please answer after the tone. Here is question {number} of {total}.",
    talk.Lead.NEXT: "Thank you. Question {number} of {total}.",
    talk.Lead.REPEATED: "Here is the question again.",
    talk.Lead.UNHEARD: "I did not hear an answer. Here is the question once more.",
    talk.Lead.RESUMED: "Thank you. We go on with question {number} of {total}.",
}
GOODBYES = {
    talk.Ending.FINISHED: "That was the last question. Thank you for your time. You will hear from us. Goodbye.",
    talk.Ending.DECLINED: "That is fine. We will not interview you by phone. Thank you, and goodbye.",
    talk.Ending.OPTED_OUT: "We will not call you again. Goodbye.",
    talk.Ending.WRONG_PERSON: "Sorry to have bothered you. Goodbye.",
    talk.Ending.NO_REPLY: "Sorry, I could not make out a reply. Goodbye.",
}
FALLBACK = "We are sorry. Something went wrong on our side. We will call you back. Goodbye."
UNKNOWN = "We are sorry. This call can't be continued. Goodbye."
NOT_IN_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
SETUP_SECONDS = 30
LONGEST_TRANSCRIBED = 119
"""Seconds. Twilio transcribes recordings of more than 2 and less than 120."""


@dataclass(frozen=True)
class Scene:
    """All that the words need to know of the interview and of where Twilio is to call next."""

    name: object
    job: object
    language: str
    questions: tuple[tuple[str, int], ...]
    left: int
    base: str
    """Address of this attempt's turns, without the turn."""
    turn: int
    transcribe: bool

    def url(self, kind: str) -> str:
        return f"{self.base}/turns/{self.turn}/{kind}"

    @property
    def voice(self) -> str:
        return VOICE_LANGUAGE.get(self.language, self.language)

    def words(self, text: str, **more: object) -> str:
        count = f"{self.left} question{'' if self.left == 1 else 's'}"
        longest = sum(seconds for _, seconds in self.questions[len(self.questions) - self.left :])
        seconds = SETUP_SECONDS + longest / 2  # few answers take all the time that they may
        minutes = f"{ceil(seconds / 60)} minutes" if seconds > 60 else "one minute"
        return text.format(
            name=self.name, job=self.job, count=count, minutes=minutes, total=len(self.questions), **more
        )


def speakable(text: str) -> str:
    """The text without what XML can't hold."""
    return NOT_IN_XML.sub("", text)


def words(speech: talk.Speech, scene: Scene) -> tuple[str, ...]:
    """What this says, in pieces that come again in other calls."""
    match speech:
        case talk.AskIdentity(again):
            return (scene.words(GREETING_AGAIN if again else GREETING),)
        case talk.AskConsent(again, resumed):
            return (scene.words(CONSENT_AGAIN if again else RESUMING if resumed else DISCLOSURE),)
        case talk.AskQuestion(position, lead):
            return scene.words(LEADS[lead], number=position + 1), scene.questions[position][0]
        case talk.Goodbye(ending):
            return (GOODBYES[ending],)
        case talk.Listen() | talk.HangUp():
            return ()
        case _ as unreachable:
            assert_never(unreachable)


def words_ahead(scene: Scene) -> set[str]:
    """All that calls about these questions may say, but for what names the candidate."""
    places = range(len(scene.questions))
    speeches: list[talk.Speech] = [talk.AskConsent(again=again, resumed=False) for again in (False, True)]
    speeches += [talk.AskQuestion(place, _lead_in(place)) for place in places]
    speeches += [talk.AskQuestion(place, talk.Lead.RESUMED) for place in places]
    speeches += [talk.AskQuestion(0, lead) for lead in (talk.Lead.REPEATED, talk.Lead.UNHEARD)]
    speeches += [talk.Goodbye(ending) for ending in GOODBYES]
    said = {text for speech in speeches for text in words(speech, scene)}
    resumed = talk.AskConsent(again=False, resumed=True)
    return said.union(*(words(resumed, replace(scene, left=place + 1)) for place in places))


def _lead_in(place: int) -> talk.Lead:
    return talk.Lead.NEXT if place else talk.Lead.FIRST


def render(speech: talk.Speech, scene: Scene, spoken: Mapping[str, str]) -> str:
    """The TwiML that speaks this and sends what is heard to the right place.

    `spoken`: the address of each text that was spoken ahead of time; the carrier's own voice says the others.
    """
    response = VoiceResponse()
    match speech:
        case talk.AskIdentity() | talk.AskConsent():
            gather = Gather(
                input="dtmf speech",
                num_digits=1,
                timeout=6,
                speech_timeout="auto",
                hints=YES_NO_HINTS,
                language=scene.voice,
                action=scene.url("reply"),
            )
            _speak(gather, words(speech, scene), scene, spoken)
            response.append(gather)
            response.redirect(scene.url("silence"))
        case talk.AskQuestion(position):
            gather = Gather(input="dtmf", num_digits=1, finish_on_key="", timeout=1, action=scene.url("reply"))
            _speak(gather, words(speech, scene), scene, spoken)
            response.append(gather)
            _record(response, scene, scene.questions[position][1])
        case talk.Listen(position):
            _record(response, scene, scene.questions[position][1])
        case talk.Goodbye():
            _speak(response, words(speech, scene), scene, spoken)
            response.hangup()
        case talk.HangUp():
            response.hangup()
        case _ as unreachable:
            assert_never(unreachable)
    return str(response)


def _speak(parent: VoiceResponse | Gather, texts: tuple[str, ...], scene: Scene, spoken: Mapping[str, str]) -> None:
    for address, pieces in groupby(texts, key=lambda text: spoken.get(text, "")):
        if address:
            parent.play(address)
        else:
            parent.say(" ".join(pieces), language=scene.voice)


def _record(response: VoiceResponse, scene: Scene, seconds: int) -> None:
    """Record an answer. An empty recording makes no request, so silence falls through to the redirect.

    Silence is trimmed away: a take that keeps it is not empty, however silent it was.
    """
    options: dict[str, object] = {}
    if scene.transcribe:
        seconds = min(seconds, LONGEST_TRANSCRIBED)
        options = {"transcribe": True, "transcribe_callback": scene.url("transcription") + CALLBACK_RETRIES}
    response.record(
        action=scene.url("take"),
        max_length=seconds,
        timeout=5,
        finish_on_key="*#",
        play_beep=True,
        trim="trim-silence",
        recording_status_callback=scene.url("recording") + CALLBACK_RETRIES,
        recording_status_callback_event="completed absent",
        **options,
    )
    response.redirect(scene.url("silence"))


def fallback() -> str:
    return _say_and_hang_up(FALLBACK)


def unknown() -> str:
    """For a call that is none of ours."""
    return _say_and_hang_up(UNKNOWN)


def _say_and_hang_up(text: str) -> str:
    response = VoiceResponse()
    response.say(text)
    response.hangup()
    return str(response)


def hang_up() -> str:
    response = VoiceResponse()
    response.hangup()
    return str(response)
