"""Speech synthesis on this machine, by Kokoro or espeak-ng in the speech server."""

from dataclasses import dataclass

from screener.services.speech_server.client import SpeechServer
from screener.services.speech_server.preflight import KOKORO_MODEL
from screener.services.speech_synthesis.protocol import WAV, SynthesizedAudio
from screener.services.usage import NO_USAGE


@dataclass(frozen=True)
class LocalSynthesizer:
    server: SpeechServer
    model: str
    voice: str
    billed_model: str = ""

    @property
    def label(self) -> str:
        if self.model == KOKORO_MODEL:
            return f"Kokoro ({self.voice}) on this machine, accent not judged by ear"
        return "espeak-ng on this machine"

    def synthesize(self, text: str, language: str) -> SynthesizedAudio:
        query = {"language": language, "voice": self.voice}
        return SynthesizedAudio(self.server.post("/synthesis", query, text.encode()), WAV, NO_USAGE)
