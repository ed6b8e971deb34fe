"""The resampler of the room in a browser: it keeps speech, and lets no tone above it come back as another one."""

from typing import Any

import pytest
from django.templatetags.static import static
from django.urls import reverse
from playwright.sync_api import Page

from tests.support.browser import candidate_page

pytestmark = [pytest.mark.browser]

LOUDNESS_OF_TONE = """
async ([address, rate, frequency]) => {
  const { Resampler } = await import(address);
  const resampler = new Resampler(rate, 16000);
  const input = Float32Array.from({ length: rate }, (_, at) => Math.sin((2 * Math.PI * frequency * at) / rate));
  const output = [];
  for (let at = 0; at < rate; at += 128) output.push(...resampler.process(input.subarray(at, at + 128)));
  output.push(...resampler.flush());
  const middle = output.slice(1000, 15000);
  return [output.length, Math.sqrt((2 * middle.reduce((sum, sample) => sum + sample * sample, 0)) / middle.length)];
}
"""
"""A second of a tone through the resampler: the number of samples, and the amplitude of what comes out."""


def measure_tone(page: Page, rate: int, frequency: int) -> tuple[int, float]:
    count, amplitude = page.evaluate(LOUDNESS_OF_TONE, [static("screener/room/resampler.js"), rate, frequency])
    return count, amplitude


@pytest.mark.django_db(transaction=True)
def test_resampler_keeps_speech_alone(live_server: Any) -> None:
    with candidate_page(live_server.url) as page:
        page.goto(reverse("admin:login"))
        for rate in (16_000, 44_100, 48_000, 96_000):
            for frequency in (100, 1_000, 6_000):
                count, amplitude = measure_tone(page, rate, frequency)
                assert abs(count - 16_000) <= 1, rate
                assert amplitude == pytest.approx(1, abs=0.02), (rate, frequency)
            for frequency in (8_500, 12_000, 15_000):
                if frequency < rate / 2 and rate > 16_000:
                    assert measure_tone(page, rate, frequency)[1] < 0.01, (rate, frequency)
