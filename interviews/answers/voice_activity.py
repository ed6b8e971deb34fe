"""When somebody speaks in a recording, by how loud it is. Only that: what is said, and how, is nothing to this file."""

import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from itertools import groupby

FRAME = 0.02
"""Seconds that are looked at together."""
SHORTEST_SOUND = 0.06
"""A click is no speech."""
LONGEST = 900
"""Seconds of audio that are looked at: an answer is shorter."""
FAINTEST = 150
"""Of 32767: where even the loudest is below this, nobody spoke."""
QUIET = 0.12
"""Of the loudness of speech: below this is silence."""
CLEAR = 0.4
"""Of the loudness of speech: where even the quietest is above this, noise can't be told from speech."""

PCM, MU_LAW, EXTENSIBLE = 1, 7, 0xFFFE

Span = tuple[float, float]


def spoken_spans(audio: bytes) -> list[Span]:
    """From when to when, in seconds. Empty where the file is not one that can be read, or speech does not stand out."""
    samples, rate = _samples(audio)
    frame = int(rate * FRAME)
    if not frame or not len(samples) or len(samples) > rate * LONGEST:
        return []
    levels = [sum(map(abs, samples[at : at + frame])) / frame for at in range(0, len(samples) - frame + 1, frame)]
    return [(first * FRAME, last * FRAME) for first, last in _loud(levels)]


def _loud(levels: Sequence[float]) -> Iterator[tuple[int, int]]:
    """Runs of frames that are loud, long enough to be more than a click."""
    if not levels:
        return
    ordered = sorted(levels)
    speech, floor = ordered[int(len(ordered) * 0.95)], ordered[int(len(ordered) * 0.05)]
    if speech < FAINTEST or floor > speech * CLEAR:
        return
    limit = max(speech * QUIET, floor * 1.5)
    for loud, run in groupby(enumerate(levels), key=lambda one: one[1] >= limit):
        frames = [number for number, _ in run]
        if loud and len(frames) * FRAME >= SHORTEST_SOUND:
            yield frames[0], frames[-1] + 1


def _samples(audio: bytes) -> tuple[Sequence[int], int]:
    """The first channel as 16-bit samples, with how many there are in a second. Empty for what is no such WAV."""
    nothing: tuple[Sequence[int], int] = ((), 0)
    if audio[:4] != b"RIFF" or audio[8:12] != b"WAVE":
        return nothing
    kind = channels = rate = bits = 0
    for name, body in _chunks(audio):
        if name == b"fmt " and len(body) >= 16:
            kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", body[:16])
            if kind == EXTENSIBLE and len(body) >= 26:
                kind = struct.unpack("<H", body[24:26])[0]
        elif name == b"data" and channels and (kind, bits) == (PCM, 16):
            return _pcm(body)[::channels], rate
        elif name == b"data" and channels and (kind, bits) == (MU_LAW, 8):
            return array("h", map(_LINEAR.__getitem__, body))[::channels], rate
    return nothing


def _chunks(audio: bytes) -> Iterator[tuple[bytes, bytes]]:
    """A size that its writer did not know reaches to the end of the file."""
    at = 12
    while at + 8 <= len(audio):
        size = int.from_bytes(audio[at + 4 : at + 8], "little")
        yield audio[at : at + 4], audio[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _pcm(body: bytes) -> Sequence[int]:
    samples = array("h", body[: len(body) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _linear(code: int) -> int:
    """ITU-T G.711: how a byte of µ-law is a sample."""
    code = ~code & 0xFF
    size = (((code & 0x0F) << 3) + 0x84 << ((code & 0x70) >> 4)) - 0x84
    return -size if code & 0x80 else size


_LINEAR = [_linear(code) for code in range(256)]
