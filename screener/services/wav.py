"""Sound as a WAV file."""

import io
import wave


def encode_wav(samples: bytes, rate: int) -> bytes:
    """16-bit samples of one channel as WAV."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples)
    return file.getvalue()
