"""The speech server of this machine, by the settings."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from screener.services.speech_server.client import SpeechServer
from screener.services.speech_server.supervision import SupervisedServer, socket_path

LOCAL = "local"
"""The value of SPEECH_ENGINE and VOICE_ENGINE that has this machine transcribe or speak."""


def speech_server() -> SpeechServer:
    return SpeechServer(socket_path(settings.VAR_DIR))


def whisper_folder() -> Path | None:
    """The CTranslate2 folder of the model. None: the packaged model."""
    return Path(settings.SPEECH_FOLDER) if settings.SPEECH_FOLDER else None


def supervised_speech_server(*, on_start: Callable[[int], None]) -> SupervisedServer | None:
    """The server to run beside the worker. None where the settings need none."""
    options = ["--whisper"] if settings.SPEECH_ENGINE == LOCAL else []
    if options and (folder := whisper_folder()):
        options += ["--whisper-folder", str(folder.resolve())]
    if settings.VOICE_ENGINE == LOCAL:
        options += ["--voice", settings.VOICE_MODEL]
    if not options:
        return None
    return SupervisedServer(socket_path(settings.VAR_DIR), options, on_start)
