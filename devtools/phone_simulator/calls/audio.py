"""Audio of recordings: 8 kHz, 16 bit, mono. The same input always gives the same audio of the reported length."""

import io
import math
import shutil
import subprocess
import wave
from array import array
from functools import cache
from random import Random

SAMPLE_RATE = 8_000
# 125 words per minute: below the simulated speaking rate, so that recordings are rarely too short for their text.
ESPEAK_COMMAND = ("espeak-ng", "--stdin", "--stdout", "-s", "125")
ESPEAK_VOICES = ("en-us", "en-us+f2", "en-us+m3", "en-us+f4", "en-us+m7")
FFMPEG_COMMAND = ("ffmpeg", "-loglevel", "error", "-i", "pipe:0", "-f", "mp3", "pipe:1")
WAV_HEADER_BYTES = 44
TONE_VARIANTS = 7
SYLLABLES_PER_SECOND = 5
LOUDNESS = (600, 3_000, 4_500, 6_000, 9_000)


class InvalidUpload(ValueError):
    """The upload is not a WAV file that the simulator accepts."""


def synthesize_wav(text: str, seconds: int, voice: int, use_speech: bool = True) -> bytes:
    """Return the text as speech, padded to the length; a tone if there is no text, or no speech synthesis."""
    if use_speech and text and shutil.which(ESPEAK_COMMAND[0]):
        samples = _espeak_samples(text, seconds * SAMPLE_RATE, ESPEAK_VOICES[voice % len(ESPEAK_VOICES)])
    else:
        samples = _tone_samples(seconds * SAMPLE_RATE, 180 + 10 * voice)
    return _encode_wav(samples.tobytes(), SAMPLE_RATE)


def _encode_wav(samples: bytes, rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples)
    return file.getvalue()


def cut_wav(audio: bytes, max_seconds: int) -> tuple[bytes, int]:
    """Return the audio, cut to the maximum, and its length in seconds. Raises InvalidUpload unless it is mono PCM."""
    try:
        with wave.open(io.BytesIO(audio)) as file:
            if (file.getnchannels(), file.getsampwidth()) != (1, 2) or not file.getnframes():
                raise InvalidUpload("The audio is empty, or not 16 bit mono.")
            rate, length = file.getframerate(), file.getnframes()
            if length <= max_seconds * rate:
                return audio, max(1, round(length / rate))
            samples = file.readframes(max_seconds * rate)
    except (wave.Error, EOFError) as error:
        raise InvalidUpload(f"The audio is not a WAV file: {error}") from error
    return _encode_wav(samples, rate), max_seconds


def encode_mp3(audio: bytes) -> bytes | None:
    """Return the audio as MP3; None if ffmpeg is not installed."""
    if not shutil.which(FFMPEG_COMMAND[0]):
        return None
    return subprocess.run(FFMPEG_COMMAND, input=audio, capture_output=True, check=True).stdout


def wav_seconds(audio: bytes) -> float | None:
    """Return the length of a WAV; None for other audio."""
    try:
        with wave.open(io.BytesIO(audio)) as file:
            return float(file.getnframes() / file.getframerate())
    except (wave.Error, EOFError):
        return None


def _espeak_samples(text: str, length: int, voice: str) -> "array[int]":
    command = (*ESPEAK_COMMAND, "-v", voice)
    raw = subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout
    rate = int.from_bytes(raw[24:28], "little")
    source = array("h", raw[WAV_HEADER_BYTES : len(raw) - len(raw) % 2])
    # Each sample is the mean of two neighbours, which is enough against aliasing. Speech that is too long for the
    # recording is compressed, so that no word is lost.
    step = max(rate / SAMPLE_RATE, len(source) / length)
    positions = (int(i * step) for i in range(min(length, int((len(source) - 1) / step))))
    samples = array("h", ((source[position] + source[position + 1]) >> 1 for position in positions))
    samples.frombytes(bytes(2 * (length - len(samples))))
    return samples


def _tone_samples(length: int, frequency: int) -> "array[int]":
    samples = array("h")
    for second in range(length // SAMPLE_RATE):
        samples += _tone_second(frequency, second % TONE_VARIANTS)
    return samples


@cache
def _tone_second(frequency: int, variant: int) -> "array[int]":
    """A tone that swells and fades in syllables, so that its waveform looks like that of speech."""
    radians_per_sample = math.tau * frequency / SAMPLE_RATE
    length = SAMPLE_RATE // SYLLABLES_PER_SECOND
    random = Random(f"{frequency} {variant}")  # noqa: S311 - variety, not secrecy
    samples = array("h")
    for _ in range(SYLLABLES_PER_SECOND):
        loudness = random.choice(LOUDNESS)
        samples.extend(
            int(loudness * math.sin(math.pi * i / length) * math.sin(radians_per_sample * i)) for i in range(length)
        )
    return samples
