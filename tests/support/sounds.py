"""Sounds as WAV files."""

import math
import struct

from screener.services.wav import encode_wav

RATE = 8000
LOUDNESS = 12_000


def make_tone(seconds: float = 2, *, growing: bool = False, loudness: int = LOUDNESS) -> bytes:
    """A tone of 440 Hz with 16-bit samples, which grows from silence if wanted."""
    count = int(RATE * seconds)
    samples = [
        int(loudness * (at / count if growing else 1) * math.sin(2 * math.pi * 440 * at / RATE)) for at in range(count)
    ]
    return encode_wav(struct.pack(f"<{count}h", *samples), RATE)
