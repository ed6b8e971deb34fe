"""When somebody speaks in a recording, by how loud it is. Only that: what is said, and how, is nothing to this file."""

import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from itertools import groupby

FRAME_SECONDS = 0.02
"""Seconds that are looked at together."""
SHORTEST_SOUND = 0.06
"""A click is no speech."""
MAX_AUDIO_SECONDS = 900
"""Seconds of audio that are looked at: an answer is shorter."""
MIN_SPEECH_LEVEL = 150
"""Of 32767: where even the loudest is below this, nobody spoke."""
QUIET_SHARE = 0.12
"""Of the loudness of speech: below this is silence."""
CLEAR_SHARE = 0.4
"""Of the loudness of speech: where even the quietest is above this, noise can't be told from speech."""

PCM, MU_LAW, EXTENSIBLE = 1, 7, 0xFFFE

TimeSpan = tuple[float, float]


def spoken_spans(audio_bytes: bytes) -> list[TimeSpan]:
    """From when to when, in seconds. Empty where the file is not one that can be read, or speech does not stand out."""
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
    """Runs of frames that are loud, long enough to be more than a click."""
    if not frame_levels:
        return
    ordered_levels = sorted(frame_levels)
    speech_level, noise_floor = (
        ordered_levels[int(len(ordered_levels) * 0.95)],
        ordered_levels[int(len(ordered_levels) * 0.05)],
    )
    if speech_level < MIN_SPEECH_LEVEL or noise_floor > speech_level * CLEAR_SHARE:
        return
    loud_limit = max(speech_level * QUIET_SHARE, noise_floor * 1.5)
    for is_loud, run in groupby(enumerate(frame_levels), key=lambda frame: frame[1] >= loud_limit):
        frame_numbers = [number for number, _ in run]
        if is_loud and len(frame_numbers) * FRAME_SECONDS >= SHORTEST_SOUND:
            yield frame_numbers[0], frame_numbers[-1] + 1


def read_samples(audio_bytes: bytes) -> tuple[Sequence[int], int]:
    """The first channel as 16-bit samples, with how many there are in a second. Empty for what is no such WAV."""
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
    """A size that its writer did not know reaches to the end of the file."""
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
    """ITU-T G.711: how a byte of µ-law is a sample."""
    code = ~code & 0xFF
    size = (((code & 0x0F) << 3) + 0x84 << ((code & 0x70) >> 4)) - 0x84
    return -size if code & 0x80 else size


_LINEAR_SAMPLES = [_decode_mu_law(code) for code in range(256)]
