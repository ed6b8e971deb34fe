"""The waveform of a recording: how loud it is, from its start to its end."""

from itertools import pairwise

from interviews.answers.voice_activity import read_samples

PEAK_COUNT = 240
FULL_SCALE = 32768


def waveform_peaks(audio_bytes: bytes) -> list[float]:
    """Return the loudest sample of each of PEAK_COUNT equal parts, from 0 to 1. Empty where the audio can't be read."""
    samples, _ = read_samples(audio_bytes)
    if len(samples) < PEAK_COUNT:
        return []
    bounds = [len(samples) * part // PEAK_COUNT for part in range(PEAK_COUNT + 1)]
    peaks = (max(map(abs, samples[start:end])) for start, end in pairwise(bounds))
    return [round(peak / FULL_SCALE, 3) for peak in peaks]
