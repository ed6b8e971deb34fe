"""Speaking a sentence, through OpenAI's audio/speech or a server that offers the same.

OpenAI shuts its own down on 2027-01-06. What it names in its place, a Realtime model, takes part in a conversation and
may reword what it is given; questions and announcements must be said as they are written. So VOICE_BASE_URL and
VOICE_MODEL name a server that stays, or are left unset: then the carrier's own voice speaks.
"""

from django.conf import settings

from screener.services.errors import TransientError
from screener.services.openai.openai_client import Account, bill_on_error
from screener.services.usage import Usage

MP3, WAV = "audio/mpeg", "audio/wav"
_LENGTH_UNKNOWN = 0xFFFFFFF0
"""A size from here on says that the writer of the file did not know it."""


class NotAudio(TransientError):
    """What came is no sound that a phone network plays, or not all of it."""


def is_on() -> bool:
    return bool(settings.VOICE_MODEL and settings.VOICE_API_KEY)


def speak(text: str) -> bytes:
    """The text as MP3, or as WAV from a server that knows only that."""
    service = account()
    with service.guarded_request():
        reply = service.client.audio.speech.with_raw_response.create(
            input=text, model=service.model, voice=settings.VOICE_NAME, response_format="mp3"
        )
        audio: bytes = reply.content
        if not content_type(audio) or _is_cut_off(audio):
            with bill_on_error(used(text)):
                raise NotAudio("The voice sent something that is no MP3 or WAV; trying again. Check VOICE_BASE_URL.")
    return audio


def used(text: str) -> Usage:
    return Usage(characters=len(text))


def content_type(audio: bytes) -> str:
    """What this is, by its content: what a phone network plays, or nothing."""
    if audio[:4] == b"RIFF" and audio[8:12] == b"WAVE":
        return WAV
    if audio[:3] == b"ID3" or (len(audio) > 1 and audio[0] == 0xFF and audio[1] & 0xE6 == 0xE2):  # a frame of layer III
        return MP3
    return ""


def _is_cut_off(audio: bytes) -> bool:
    announced = int.from_bytes(audio[4:8], "little") + 8
    return content_type(audio) == WAV and len(audio) < announced < _LENGTH_UNKNOWN


def account() -> Account:
    return Account(
        service_name="The speech synthesis service",
        setting_prefix="VOICE",
        api_key=settings.VOICE_API_KEY,
        base_url=settings.VOICE_BASE_URL,
        model=settings.VOICE_MODEL,
        timeout=settings.OPENAI_TIMEOUT,
    )
