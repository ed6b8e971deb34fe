"""The words that a human says into the microphone. A speech server at a Unix socket makes them out."""

from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout, UnixConnector

TIMEOUT = ClientTimeout(total=120)


class RecognitionFailed(Exception):
    """The speech server did not answer."""


class SpeechRecognizer:
    def __init__(self, socket_path: Path) -> None:
        self._socket_path = str(socket_path)

    async def recognize(self, audio: bytes, language: str) -> str:
        """Return the words of a WAV; empty if none were made out. Raises RecognitionFailed."""
        query = {"language": language.split("-")[0].lower()}
        connector = UnixConnector(self._socket_path)
        try:
            async with (
                ClientSession("http://localhost", connector=connector, timeout=TIMEOUT) as client,
                client.post("/transcription", params=query, data=audio, raise_for_status=True) as response,
            ):
                return str((await response.json())["text"])
        except (ClientError, TimeoutError, OSError) as error:
            raise RecognitionFailed(type(error).__name__) from error
