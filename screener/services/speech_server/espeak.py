"""espeak-ng by its command line: a plain voice for many languages, and the phonemes that Kokoro speaks."""

import subprocess

from screener.services.wav import encode_wav

COMMAND = "espeak-ng"
SECONDS = 20
WORDS_PER_MINUTE = 150
HEADER_BYTES, SAMPLE_RATE = 44, 22_050
_ACCENTS = {"en": "en-us", "fr": "fr-fr", "pt": "pt-br"}
"""The voice of a language whose tag names no country."""


class NotSpoken(Exception):
    """espeak-ng cannot speak this: it has no voice for the language, or the text has no words."""


def phonemes_of(text: str, language: str) -> str:
    """The phonemes in IPA. A tie (^) joins the letters of one sound. Punctuation is lost."""
    spoken = _run(text, language, "-q", "--ipa", "--tie=^")
    return " ".join(spoken.decode().split())


def speak(text: str, language: str) -> bytes:
    """The text as WAV. Raises NotSpoken."""
    spoken = _run(text, language, "--stdout", "-s", str(WORDS_PER_MINUTE))
    samples = spoken[HEADER_BYTES : len(spoken) - len(spoken) % 2]  # the header states no length
    if not samples:
        raise NotSpoken("no words")
    return encode_wav(samples, SAMPLE_RATE)


def _run(text: str, language: str, *options: str) -> bytes:
    code = language.split("-")[0].lower()
    voices = dict.fromkeys([_ACCENTS.get(language.lower(), language.lower()), _ACCENTS.get(code, code)])
    for voice in voices:
        command = [COMMAND, "-v", voice, "--stdin", *options]
        result = subprocess.run(command, input=text.encode(), capture_output=True, timeout=SECONDS, check=False)
        if result.returncode == 0:
            return result.stdout
    raise NotSpoken(f"no voice for {language}")
