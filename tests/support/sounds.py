"""Sounds as WAV files."""

import io
import math
import struct
import wave

RATE = 8000
LOUDNESS = 12_000


def make_tone(seconds: float = 2, *, growing: bool = False) -> bytes:
    """A tone of 440 Hz with 16-bit samples, which grows from silence if wanted."""
    count = int(RATE * seconds)
    samples = [
        int(LOUDNESS * (at / count if growing else 1) * math.sin(2 * math.pi * 440 * at / RATE)) for at in range(count)
    ]
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{count}h", *samples))
    return stream.getvalue()
