"""Recorded audio: 8 kHz, 16 bit, mono, exactly as long as reported, the same each time it is made."""

import io
import math
import shutil
import subprocess
import wave
from array import array

RATE = 8_000
# Slower than people talk on this network, faster than espeak-ng needs to be cut short.
ESPEAK = ("espeak-ng", "--stdin", "--stdout", "-s", "125")
VOICES = ("en-us", "en-us+f2", "en-us+m3", "en-us+f4", "en-us+m7")
FFMPEG = ("ffmpeg", "-loglevel", "error", "-i", "pipe:0", "-f", "mp3", "pipe:1")
WAV_HEADER = 44


def wav(words: str, seconds: int, voice: int, spoken: bool = True) -> bytes:
    """The words, spoken and padded to that length; a hum where there are none, or no speech synthesis."""
    if spoken and words and shutil.which(ESPEAK[0]):
        samples = _speech(words, seconds * RATE, VOICES[voice % len(VOICES)])
    else:
        samples = _hum(seconds * RATE, 180 + 10 * voice)
    return _wav(samples.tobytes(), RATE)


def _wav(samples: bytes, rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples)
    return file.getvalue()


def clip(sound: bytes, longest: int) -> tuple[bytes, int]:
    """What a microphone took, cut to that many seconds, and its length. Raises ValueError for other than mono PCM."""
    try:
        with wave.open(io.BytesIO(sound)) as file:
            if (file.getnchannels(), file.getsampwidth()) != (1, 2) or not file.getnframes():
                raise ValueError("The sound is not 16 bit mono, or empty.")
            rate, length = file.getframerate(), file.getnframes()
            if length <= longest * rate:
                return sound, max(1, round(length / rate))
            samples = file.readframes(longest * rate)
    except (wave.Error, EOFError) as error:
        raise ValueError(f"The sound is no WAV file: {error}") from error
    return _wav(samples, rate), longest


def mp3(sound: bytes) -> bytes | None:
    """The same sound as MP3; None where there is no ffmpeg to encode it."""
    if not shutil.which(FFMPEG[0]):
        return None
    return subprocess.run(FFMPEG, input=sound, capture_output=True, check=True).stdout


def seconds_of(sound: bytes) -> float | None:
    """How long a WAV lasts; None for what is none."""
    try:
        with wave.open(io.BytesIO(sound)) as file:
            return float(file.getnframes() / file.getframerate())
    except (wave.Error, EOFError):
        return None


def _speech(words: str, length: int, voice: str) -> "array[int]":
    raw = subprocess.run((*ESPEAK, "-v", voice), input=words.encode(), capture_output=True, check=True).stdout
    rate = int.from_bytes(raw[24:28], "little")
    source = array("h", raw[WAV_HEADER : len(raw) - len(raw) % 2])
    # Each sample is the mean of two neighbours: enough against the whistle of plain skipping. Where
    # the speech is too long for the recording it is squeezed, so that no word is lost.
    step = max(rate / RATE, len(source) / length)
    positions = (int(i * step) for i in range(min(length, int((len(source) - 1) / step))))
    samples = array("h", ((source[at] + source[at + 1]) >> 1 for at in positions))
    samples.frombytes(bytes(2 * (length - len(samples))))
    return samples


def _hum(length: int, pitch: int) -> "array[int]":
    second = array("h", (int(6_000 * math.sin(math.tau * pitch * i / RATE)) for i in range(RATE)))
    return second * (length // RATE)
