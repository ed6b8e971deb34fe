"""A browser with a microphone that plays a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext

from tests.support.browser import WIDE
from tests.support.browser_process import watched_context

FAILED_REQUEST = "Failed to load resource"
COUNT_SAMPLES = """
window.samples = 0;
const Node = window.AudioWorkletNode;
window.AudioWorkletNode = class extends Node {
  constructor(...options) {
    super(...options);
    this.port.addEventListener("message", ({ data }) => (window.samples += (data.block?.byteLength ?? 0) / 2));
  }
};
"""
"""Counts in `samples` those that the microphone has given to the page."""

KEEP_MICROPHONE = """
const devices = navigator.mediaDevices; // a page that is not secure has none
if (devices) {
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wishes) => (window[wishes.video ? "camera" : "microphone"] = await open(wishes));
}
"""
LOSE_MICROPHONE = "microphone.getTracks().forEach(track => track.dispatchEvent(new Event('ended')))"
"""As a browser does when the microphone is unplugged."""


LOSE_CAMERA = "camera.getTracks().forEach(track => track.dispatchEvent(new Event('ended')))"


@contextmanager
def browser_with_microphone(address: str, sound: Path, *, is_allowed: bool = True) -> Iterator[BrowserContext]:
    """A browser of a candidate. The file is played again and again. `is_allowed`: whether pages may use it.

    An error of a script or in the console fails the test at the end. Requests may fail: the room is made for it.
    """
    arguments = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={sound}"]
    if is_allowed:
        arguments.append("--use-fake-ui-for-media-stream")
    with watched_context(address, *arguments, ignored=FAILED_REQUEST, viewport=WIDE, locale="en-US") as context:
        context.add_init_script(COUNT_SAMPLES + KEEP_MICROPHONE)
        context.set_default_timeout(15_000)
        yield context
