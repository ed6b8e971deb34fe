"""The waveform of a recording: how loud it is, from its start to its end."""

from itertools import pairwise

from interviews.answers.voice_activity import read_samples

PEAK_COUNT = 240
SAMPLES_PER_PEAK = 400
FULL_SCALE = 32768


def waveform_peaks(audio_bytes: bytes) -> list[float]:
    """Return how loud each of PEAK_COUNT equal parts is at most, from 0 to 1. Empty where the audio can't be read.

    About SAMPLES_PER_PEAK samples of each part are looked at, so that a long recording costs no more than a short one.
    """
    samples, _ = read_samples(audio_bytes)
    if len(samples) < PEAK_COUNT:
        return []
    bounds = [len(samples) * part // PEAK_COUNT for part in range(PEAK_COUNT + 1)]
    step = max(1, len(samples) // PEAK_COUNT // SAMPLES_PER_PEAK)
    peaks = (max(map(abs, samples[start:end:step])) for start, end in pairwise(bounds))
    return [round(peak / FULL_SCALE, 3) for peak in peaks]
