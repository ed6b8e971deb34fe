"""The problems that keep the speech server from working, as far as they are seen without loading a model."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from screener.services.speech_server import espeak
from screener.services.speech_server.weights import (
    KOKORO_FILES,
    KOKORO_VOICES,
    WHISPER_FILES,
    WeightsError,
    missing_packages,
    verify_files,
    verify_folder,
)

ENGINE_PACKAGES = ("faster_whisper", "ctranslate2", "onnxruntime", "numpy")
KOKORO_MODEL, ESPEAK_MODEL = "kokoro", "espeak-ng"
"""The values of VOICE_MODEL on this machine."""
INSTALL_ESPEAK = "On Debian and Ubuntu: apt-get install espeak-ng. On macOS: brew install espeak-ng."
INSTALL_PACKAGES = "Install the optional packages: make speech."


def transcription_problems(folder: Path | None) -> Iterator[tuple[str, str]]:
    """Yield the problems that prevent transcription, each with its remedy."""
    if missing := missing_packages(ENGINE_PACKAGES):
        yield f"SPEECH_ENGINE is local, and {', '.join(missing)} is not installed.", INSTALL_PACKAGES
    if folder:
        remedy = "Set SPEECH_FOLDER to another folder, or leave it out."
        yield from _weights_problems("Whisper", lambda: verify_folder(folder), remedy)
    else:
        yield from _weights_problems("Whisper", lambda: verify_files(WHISPER_FILES), INSTALL_PACKAGES)


def synthesis_problems(model: str, voice: str) -> Iterator[tuple[str, str]]:
    """Yield the problems that prevent synthesis, each with its remedy."""
    if shutil.which(espeak.COMMAND) is None:
        yield "VOICE_ENGINE is local, and espeak-ng is not installed.", INSTALL_ESPEAK
    if missing := missing_packages(ENGINE_PACKAGES):
        yield f"VOICE_ENGINE is local, and {', '.join(missing)} is not installed.", INSTALL_PACKAGES
    if model == ESPEAK_MODEL:
        return
    if model != KOKORO_MODEL:
        yield (
            f"VOICE_MODEL is {model!r}, which this machine does not know.",
            f"Set it to {KOKORO_MODEL} or {ESPEAK_MODEL}.",
        )
    elif voice not in KOKORO_VOICES:
        yield f"VOICE_NAME is {voice!r}, which is no voice of Kokoro.", f"Set it to one of {', '.join(KOKORO_VOICES)}."
    else:
        yield from _weights_problems("Kokoro", lambda: verify_files(KOKORO_FILES), INSTALL_PACKAGES)


def _weights_problems(model: str, verify: Callable[[], None], remedy: str) -> Iterator[tuple[str, str]]:
    try:
        verify()
    except WeightsError as error:
        yield f"The weights of {model} cannot be used. {error}", remedy
