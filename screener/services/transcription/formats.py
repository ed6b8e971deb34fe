"""Formats that every transcriber meets: WAV audio, language tags and labels of sounds without words."""

import io
import re
import wave
from contextlib import suppress

# Written for sound without words: (blank), [Music], *coughs*, ♪.
_SOUND_LABELS = re.compile(r"(?:[\[(*][^\])*]*[\])*]|[\s♪♫.…])*")


def wav_seconds(audio: bytes) -> float | None:
    """The length of a WAV by its samples: its header may state a length that its writer did not know. None: no WAV."""
    with suppress(wave.Error, EOFError), wave.open(io.BytesIO(audio)) as file:
        rate = file.getframerate() * file.getnchannels() * file.getsampwidth()
        start = audio.find(b"data") + 8
        return max(0, len(audio) - start) / rate if rate else None
    return None


def words_of(text: str) -> str:
    """The text. Empty where it only labels a sound."""
    text = text.replace("\x00", "").strip()
    return "" if _SOUND_LABELS.fullmatch(text) else text
