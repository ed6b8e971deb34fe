"""Finds the times of speech in a recording by its loudness alone."""

import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from itertools import groupby

FRAME_SECONDS = 0.02
"""Seconds whose loudness is measured together."""
MIN_SOUND_SECONDS = 0.06
"""A shorter sound is a click."""
MAX_AUDIO_SECONDS = 900
"""Longer audio is not measured: an answer is shorter."""
MIN_SPEECH_LEVEL = 150
"""Of 32767: a recording whose loud parts are below this has no speech."""
QUIET_SHARE = 0.12
"""A share of the loudness of speech, below which is silence."""
CLEAR_SHARE = 0.4
"""A share of the loudness of speech: with louder noise, speech does not stand out."""

PCM, MU_LAW, EXTENSIBLE = 1, 7, 0xFFFE

TimeSpan = tuple[float, float]


def spoken_spans(audio_bytes: bytes) -> list[TimeSpan]:
    """Return the start and end of each stretch of speech, in seconds. Empty for other files and for loud noise."""
    samples, sample_rate = read_samples(audio_bytes)
    frame_samples = int(sample_rate * FRAME_SECONDS)
    if not frame_samples or not len(samples) or len(samples) > sample_rate * MAX_AUDIO_SECONDS:
        return []
    frame_levels = [
        sum(map(abs, samples[at : at + frame_samples])) / frame_samples
        for at in range(0, len(samples) - frame_samples + 1, frame_samples)
    ]
    return [(first * FRAME_SECONDS, last * FRAME_SECONDS) for first, last in _loud_runs(frame_levels)]


def _loud_runs(frame_levels: Sequence[float]) -> Iterator[tuple[int, int]]:
    """Yield the first frame of each stretch of loud frames, and the frame after its last. Clicks are left out."""
    if not frame_levels:
        return
    ordered_levels = sorted(frame_levels)
    speech_level, noise_floor = (ordered_levels[int(len(ordered_levels) * share)] for share in (0.95, 0.05))
    if speech_level < MIN_SPEECH_LEVEL or noise_floor > speech_level * CLEAR_SHARE:
        return
    loud_limit = max(speech_level * QUIET_SHARE, noise_floor * 1.5)
    for is_loud, run in groupby(enumerate(frame_levels), key=lambda frame: frame[1] >= loud_limit):
        frame_numbers = [number for number, _ in run]
        if is_loud and len(frame_numbers) * FRAME_SECONDS >= MIN_SOUND_SECONDS:
            yield frame_numbers[0], frame_numbers[-1] + 1


def read_samples(audio_bytes: bytes) -> tuple[Sequence[int], int]:
    """Return the first channel as 16-bit samples, and the sample rate. Empty for other files than PCM and µ-law WAV."""
    no_samples: tuple[Sequence[int], int] = ((), 0)
    if audio_bytes[:4] != b"RIFF" or audio_bytes[8:12] != b"WAVE":
        return no_samples
    audio_format = channels = sample_rate = sample_bits = 0
    for chunk_name, chunk_body in _split_chunks(audio_bytes):
        if chunk_name == b"fmt " and len(chunk_body) >= 16:
            audio_format, channels, sample_rate, _, _, sample_bits = struct.unpack("<HHIIHH", chunk_body[:16])
            if audio_format == EXTENSIBLE and len(chunk_body) >= 26:
                audio_format = struct.unpack("<H", chunk_body[24:26])[0]
        elif chunk_name == b"data" and channels and (audio_format, sample_bits) == (PCM, 16):
            return _decode_pcm(chunk_body)[::channels], sample_rate
        elif chunk_name == b"data" and channels and (audio_format, sample_bits) == (MU_LAW, 8):
            return array("h", map(_LINEAR_SAMPLES.__getitem__, chunk_body))[::channels], sample_rate
    return no_samples


def _split_chunks(audio_bytes: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name and the body of each chunk of a WAV file. A body ends with the file at the latest."""
    chunk_start = 12
    while chunk_start + 8 <= len(audio_bytes):
        chunk_size = int.from_bytes(audio_bytes[chunk_start + 4 : chunk_start + 8], "little")
        yield audio_bytes[chunk_start : chunk_start + 4], audio_bytes[chunk_start + 8 : chunk_start + 8 + chunk_size]
        chunk_start += 8 + chunk_size + chunk_size % 2


def _decode_pcm(body: bytes) -> Sequence[int]:
    samples = array("h", body[: len(body) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _decode_mu_law(code: int) -> int:
    """Return the 16-bit sample of a µ-law byte (ITU-T G.711)."""
    code = ~code & 0xFF
    size = (((code & 0x0F) << 3) + 0x84 << ((code & 0x70) >> 4)) - 0x84
    return -size if code & 0x80 else size


_LINEAR_SAMPLES = [_decode_mu_law(code) for code in range(256)]
