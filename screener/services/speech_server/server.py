"""The speech server: transcribes on this machine, at a Unix socket, in a process of its own.

It imports neither Django nor the settings. `screener.services.speech_server.supervision` starts it and starts it again
when it ends. A crash, the memory limit and the time limit all end it: the client's request fails and is tried again.
"""

import argparse
import asyncio
import logging
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from screener.services.speech_server import espeak
from screener.services.speech_server.espeak import NotSpoken
from screener.services.speech_server.kokoro import Kokoro
from screener.services.speech_server.weights import WeightsError
from screener.services.speech_server.whisper import UnreadableAudio, Whisper
from screener.services.speech_server.work_queue import WorkQueue, allow_cpu_time

MEMORY_BYTES = 4 * 1024**3
"""Of address space, of which both models take half. In memory they take 0.4 GB each, for moments 1 GB together."""
MAX_AUDIO_BYTES = 25 * 1024 * 1024
MAX_CHARACTERS = 5000
"""Of a text. The longest prompt has fewer than a thousand."""
START_CPU_SECONDS = 60
REQUEST_CPU_SECONDS = 120
"""Plus one second for each second of audio. A minute of audio takes ten."""
PARENT_CHECK_SECONDS = 0.5
WHISPER_KEY: web.AppKey[Whisper] = web.AppKey("whisper")
SPEAK_KEY: web.AppKey["Speak"] = web.AppKey("speak")
QUEUE_KEY: web.AppKey[WorkQueue] = web.AppKey("queue")
Speak = Callable[[str, str, str], bytes]
"""A text in a language and a voice, as WAV."""

log = logging.getLogger(__name__)


async def transcribe(request: web.Request) -> web.Response:
    """Transcribe the body, which is audio. `language` and `hot_words` are in the query."""
    audio = await request.read()
    language, hot_words = request.query.get("language", "en"), request.query.get("hot_words", "")
    whisper = request.app[WHISPER_KEY]

    def work() -> dict[str, Any]:
        started = time.process_time()
        transcript = whisper.transcribe(audio, language, hot_words)
        log.info("transcribed %.1f s in %.1f s", transcript["seconds"], time.process_time() - started)
        return transcript

    try:
        transcript = await request.app[QUEUE_KEY].run(work, REQUEST_CPU_SECONDS + len(audio) / 16_000, urgent=True)
    except UnreadableAudio as error:
        return web.json_response({"detail": str(error)}, status=422)
    return web.json_response(transcript)


async def synthesize(request: web.Request) -> web.Response:
    """Speak the body, which is text. `language` and `voice` are in the query."""
    text, language, voice = await request.text(), request.query.get("language", "en"), request.query.get("voice", "")
    speak = request.app[SPEAK_KEY]
    if len(text) > MAX_CHARACTERS:
        raise web.HTTPUnprocessableEntity

    def work() -> bytes:
        return speak(text, language, voice)

    try:
        audio = await request.app[QUEUE_KEY].run(work, REQUEST_CPU_SECONDS, urgent=False)
    except NotSpoken as error:
        return web.json_response({"detail": str(error)}, status=422)
    return web.Response(body=audio, content_type="audio/wav")


def load_app(options: argparse.Namespace) -> web.Application:
    """Load the models that are asked for. Raises WeightsError."""
    app = web.Application(client_max_size=MAX_AUDIO_BYTES)
    app[QUEUE_KEY] = WorkQueue()
    if options.whisper:
        app[WHISPER_KEY] = Whisper(options.whisper_folder)
        app.router.add_post("/transcription", transcribe)
    if options.voice:
        app[SPEAK_KEY] = Kokoro().synthesize if options.voice == "kokoro" else speak_plainly
        app.router.add_post("/synthesis", synthesize)
    return app


def speak_plainly(text: str, language: str, voice: str) -> bytes:
    """espeak-ng's own voice. It has one for each language."""
    return espeak.speak(text, language)


async def serve(app: web.Application, socket_path: Path, parent: int) -> None:
    """Serve until the parent has ended."""
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None)
    await runner.setup()
    socket_path.unlink(missing_ok=True)
    await web.UnixSite(runner, str(socket_path)).start()
    log.info("speech server: ready")
    while os.getppid() == parent:
        await asyncio.sleep(PARENT_CHECK_SECONDS)
    os._exit(0)  # a thread may still be at work for a client that has gone, too


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--parent", type=int, required=True, help="the process that this one ends with")
    parser.add_argument("--whisper", action="store_true", help="transcribe")
    parser.add_argument("--voice", choices=("kokoro", "espeak-ng"), help="synthesize speech by this model")
    parser.add_argument("--whisper-folder", type=Path, help="a CTranslate2 folder in place of the packaged model")
    return parser.parse_args(arguments)


def main() -> None:
    options = parse_arguments(sys.argv[1:])
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    logging.getLogger("faster_whisper").setLevel(logging.WARNING)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends this process
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    allow_cpu_time(START_CPU_SECONDS)
    os.umask(0o077)
    try:
        app = load_app(options)
    except WeightsError as error:
        sys.exit(f"speech server: {error}")
    asyncio.run(serve(app, options.socket, options.parent))


if __name__ == "__main__":
    main()
