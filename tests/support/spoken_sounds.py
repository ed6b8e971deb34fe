"""Sounds for the models: sentences by espeak-ng, and sounds without words."""

import math
import re
import subprocess
from array import array
from collections.abc import Callable, Iterable
from random import Random

from screener.services.wav import encode_wav

RATE = 16_000
ESPEAK_RATE = 22_050
SECONDS = 5


def speak(text: str, *, voice: str = "en-us", words_per_minute: int = 150) -> bytes:
    """The sentence as WAV, in the voice of espeak-ng."""
    command = ["espeak-ng", "-v", voice, "-s", str(words_per_minute), "--stdin", "--stdout"]
    spoken = subprocess.run(command, input=text.encode(), stdout=subprocess.PIPE, check=True).stdout
    return make_wav(samples_of(spoken), rate=ESPEAK_RATE)


def samples_of(audio: bytes) -> list[float]:
    """The samples after the header, which may state a length that its writer did not know."""
    return [sample / 32768 for sample in array("h", audio[44 : len(audio) - len(audio) % 2])]


def make_wav(samples: Iterable[float], *, rate: int = RATE) -> bytes:
    return encode_wav(array("h", (int(32767 * max(-1, min(1, sample))) for sample in samples)).tobytes(), rate)


def through_phone(audio: bytes) -> bytes:
    """Audio of espeak-ng as a phone network records it: 8 kHz, through 8 bits of mu-law."""
    samples, step = samples_of(audio), ESPEAK_RATE / 8000
    positions = (int(index * step) for index in range(int((len(samples) - 3) / step)))
    narrow = (sum(samples[position : position + 3]) / 3 for position in positions)  # a low-pass filter
    return make_wav(map(_through_mu_law, narrow), rate=8000)


def _through_mu_law(sample: float) -> float:
    level = round(math.log1p(255 * abs(sample)) / math.log(256) * 127) / 127
    return math.copysign((256**level - 1) / 255, sample)


def sounds_without_words() -> dict[str, bytes]:
    random = Random(0)
    syllables = _sound(lambda t: 0.2 * math.sin(math.tau * 180 * t) * abs(math.sin(math.tau * 2.5 * t)))
    speech = samples_of(speak("I worked in a hospital kitchen, and later I ran a warehouse."))
    return {
        "silence": _sound(lambda t: 0),
        "noise": _sound(lambda t: random.gauss(0, 0.1)),
        "faint noise": _sound(lambda t: random.gauss(0, 0.003)),
        "rhythmic noise": _sound(lambda t: random.gauss(0, 0.2) * abs(math.sin(math.tau * 2.5 * t))),
        "tone": _sound(lambda t: 0.3 * math.sin(math.tau * 440 * t)),
        "syllables": syllables,
        "keys": _sound(lambda t: 0.3 * (math.sin(math.tau * 697 * t) + math.sin(math.tau * 1209 * t)) * (t % 1 < 0.3)),
        "reversed speech": make_wav(reversed(speech), rate=ESPEAK_RATE),
    }


def _sound(level: Callable[[float], float]) -> bytes:
    return make_wav(level(index / RATE) for index in range(RATE * SECONDS))


def words_in(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def missing_words(spoken: str, heard: str) -> list[str]:
    """The words of a sentence that a transcript lacks."""
    return [word for word in words_in(spoken) if word not in words_in(heard)]
