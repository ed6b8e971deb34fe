"""Speech synthesis by OpenAI's audio/speech, or by a server with the same API.

OpenAI shuts its own down on 2027-01-06. The Realtime model that it names as the successor takes part in a conversation
and may reword the text; questions and announcements must be said as they are written. So VOICE_BASE_URL and VOICE_MODEL
name a server that stays, or are left unset.
"""

from dataclasses import dataclass

from django.conf import settings

from screener.services.errors import TransientError
from screener.services.openai.openai_client import Account, bill_on_error
from screener.services.speech_synthesis.protocol import MP3, WAV, SynthesizedAudio
from screener.services.usage import Usage

_LENGTH_UNKNOWN = 0xFFFFFFF0
"""A size from here on says that the writer of the file did not know it."""


class NotAudio(TransientError):
    """The reply is no audio that a phone network plays, or not all of it."""


@dataclass(frozen=True)
class OpenAISynthesizer:
    account: Account

    @property
    def label(self) -> str:
        return self.account.model

    @property
    def billed_model(self) -> str:
        return self.account.model

    def synthesize(self, text: str, language: str) -> SynthesizedAudio:
        """The text as MP3, or as WAV from a server that knows only that. The model hears the language by itself."""
        usage = Usage(characters=len(text))
        with self.account.guarded_request():
            reply = self.account.client.audio.speech.with_raw_response.create(
                input=text, model=self.account.model, voice=settings.VOICE_NAME, response_format="mp3"
            )
            audio: bytes = reply.content
            kind = detect_content_type(audio)
            if not kind or _is_truncated(audio):
                with bill_on_error(usage):
                    raise NotAudio("The voice sent no MP3 or WAV; trying again. Check VOICE_BASE_URL.")
        return SynthesizedAudio(audio, kind, usage)


def detect_content_type(audio: bytes) -> str:
    """MP3 or WAV, by the content. Empty for anything else."""
    if audio[:4] == b"RIFF" and audio[8:12] == b"WAVE":
        return WAV
    if audio[:3] == b"ID3" or (len(audio) > 1 and audio[0] == 0xFF and audio[1] & 0xE6 == 0xE2):  # a frame of layer III
        return MP3
    return ""


def _is_truncated(audio: bytes) -> bool:
    announced = int.from_bytes(audio[4:8], "little") + 8
    return detect_content_type(audio) == WAV and len(audio) < announced < _LENGTH_UNKNOWN
