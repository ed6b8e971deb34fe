"""One WAV of two: an answer that its limit cut off, and its end."""

import io
import wave

from interviews.channels import InvalidAudio


def join_audio(first: bytes, second: bytes) -> bytes:
    """Return a WAV with the sound of both. Raises InvalidAudio if they have not the same format."""
    joined = io.BytesIO()
    try:
        with wave.open(io.BytesIO(first)) as start, wave.open(io.BytesIO(second)) as end:
            if start.getparams()[:3] != end.getparams()[:3]:
                raise InvalidAudio("The two parts of the answer have different formats.")
            with wave.open(joined, "wb") as both:
                both.setparams(start.getparams())
                both.writeframes(start.readframes(start.getnframes()) + end.readframes(end.getnframes()))
    except (wave.Error, EOFError) as error:
        raise InvalidAudio(f"A part of the answer is no WAV audio: {error}") from error
    return joined.getvalue()
