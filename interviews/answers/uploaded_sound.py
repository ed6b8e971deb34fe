"""The sound of an answer that a client uploads: a WAV file, checked by its content. Its name and type are ignored.

Only sound that needs no decoder is read: a decoder is what hostile bytes attack, and only the samples show how long the
sound is.
"""

import io
import wave
from dataclasses import dataclass
from hashlib import sha256

from django.core.files.base import File

from screener.services.wav import encode_wav

MAX_BYTES = 25 * 1024 * 1024
"""The most that transcribers take."""
RATES = range(8_000, 48_001)
BYTES_PER_SAMPLE = 2

EMPTY = "The file is empty. Send the sound of the answer."
TOO_LARGE = "The file has more than 25 MB. Send it with 16,000 samples per second."
WRONG_TYPE = "This is no WAV file by its content. Send WAV with 16-bit PCM samples."
WRONG_FORMAT = (
    "The samples of this WAV file can't be used. Send 16-bit PCM, one channel, 8,000 to 48,000 samples per second."
)
CUT_OFF = "The file ends before the length that its header states. Send all of it."


class InvalidSound(ValueError):
    """The upload is rejected. The message is for the developer of the client."""


@dataclass(frozen=True)
class UploadedSound:
    samples: bytes
    rate: int

    @property
    def seconds(self) -> int:
        return len(self.samples) // (BYTES_PER_SAMPLE * self.rate)

    @property
    def fingerprint(self) -> str:
        return sha256(self.samples).hexdigest()

    def as_wav(self) -> bytes:
        """The samples with a header of our own. Nothing else of the uploaded file is kept."""
        return encode_wav(self.samples, self.rate)


def read_sound(file: "File[bytes]") -> UploadedSound:
    """Return the sound of an uploaded file. Raises InvalidSound."""
    if not file.size:
        raise InvalidSound(EMPTY)
    if file.size > MAX_BYTES:
        raise InvalidSound(TOO_LARGE)
    file.seek(0)
    content = file.read(MAX_BYTES)
    if not (content.startswith(b"RIFF") and content[8:12] == b"WAVE"):
        raise InvalidSound(WRONG_TYPE)
    try:
        return _read_wav(content)
    except (wave.Error, EOFError) as error:
        raise InvalidSound(WRONG_FORMAT) from error


def _read_wav(content: bytes) -> UploadedSound:
    with wave.open(io.BytesIO(content)) as sound:
        is_usable = sound.getnchannels() == 1 and sound.getsampwidth() == BYTES_PER_SAMPLE
        if not is_usable or sound.getframerate() not in RATES:
            raise InvalidSound(WRONG_FORMAT)
        samples = sound.readframes(sound.getnframes())
        if len(samples) < sound.getnframes() * BYTES_PER_SAMPLE:
            raise InvalidSound(CUT_OFF)
        return UploadedSound(samples, sound.getframerate())
