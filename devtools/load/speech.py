"""Measures the speech server: time to load, memory, computing time, and words that it gets wrong.

Usage: python -m devtools.load.speech. Needs the packages of `make speech`, and espeak-ng. Saves var/bench-speech.json.
The sentences are spoken by espeak-ng, as they are and as a phone network records them. People are harder to understand.
"""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from devtools.load.report import describe_machine, print_section, save_report
from screener.services.speech_server.client import SpeechServer
from screener.services.speech_server.supervision import SupervisedServer, socket_path
from screener.services.speech_synthesis.local_synthesizer import LocalSynthesizer
from screener.services.transcription.formats import wav_seconds
from screener.services.transcription.local_transcriber import LocalTranscriber
from screener.services.transcription.protocol import AnswerRecording
from tests.support.running_speech_server import wait_until_ready
from tests.support.spoken_sounds import speak, through_phone, words_in

SENTENCES = (
    "I led the migration of our payment service from a monolith to PostgreSQL and Kafka.",
    "We cut the error rate by forty percent within three months, and the customers noticed it.",
    "I worked for five years in a hospital kitchen and later in a warehouse.",
    "When a colleague was ill, I took over the shift and called the suppliers myself.",
    "First I wrote down what the customer wanted, then I asked two questions and offered a refund.",
    "I have used Terraform and Kubernetes to run twelve services with two other people.",
)
TERMS = ("PostgreSQL", "Kafka", "Kubernetes", "Terraform")
"""Of the job, as an advertisement would have them."""
MINUTE = " ".join(SENTENCES * 2)
NUMBERS = {"forty percent": "40%", "three": "3", "five": "5", "twelve": "12", "two": "2"}
"""Both spellings count as right."""


def word_errors(spoken: str, heard: str) -> int:
    """The words that have to be changed, left out or added."""
    expected, actual = _normalized(spoken), _normalized(heard)
    distances = list(range(len(actual) + 1))
    for row, word in enumerate(expected, 1):
        diagonal, distances[0] = distances[0], row
        for column, other in enumerate(actual, 1):
            change = diagonal + (word != other)
            diagonal = distances[column]
            distances[column] = min(diagonal + 1, distances[column - 1] + 1, change)
    return distances[-1]


def _normalized(text: str) -> list[str]:
    for word, digits in NUMBERS.items():
        text = text.replace(word, digits)
    return words_in(text)


class Measurement:
    def __init__(self, server: SupervisedServer) -> None:
        self._server = SpeechServer(server.path)
        self._process = psutil.Process(server.pid)
        self._transcriber = LocalTranscriber(self._server, folder=None)
        self._synthesizer = LocalSynthesizer(self._server, "kokoro", "jf_gongitsune")

    def transcribe(self, audio: bytes, terms: tuple[str, ...]) -> str:
        recording = AnswerRecording(lambda: audio, "en", "", datetime.now(UTC), terms=terms)
        return self._transcriber.transcribe(recording).text

    def errors(self, through: Callable[[bytes], bytes], terms: tuple[str, ...]) -> str:
        words = sum(len(_normalized(sentence)) for sentence in SENTENCES)
        wrong = sum(word_errors(text, self.transcribe(through(speak(text)), terms)) for text in SENTENCES)
        return f"{wrong} of {words}"

    def transcription(self) -> dict[str, Any]:
        recording = speak(MINUTE)
        computed = self._cpu_seconds(lambda: self.transcribe(recording, TERMS))
        return {
            "cpu_seconds_per_second_of_audio": round(computed / (wav_seconds(recording) or 1), 2),
            "wrong_words": self.errors(lambda audio: audio, ()),
            "wrong_words_with_terms": self.errors(lambda audio: audio, TERMS),
            "wrong_words_by_phone": self.errors(through_phone, ()),
            "wrong_words_by_phone_with_terms": self.errors(through_phone, TERMS),
        }

    def synthesis(self) -> dict[str, Any]:
        spoken: list[bytes] = []
        computed = self._cpu_seconds(lambda: spoken.extend(self._speak(text) for text in SENTENCES))
        seconds = sum(wav_seconds(audio) or 0 for audio in spoken)
        wrong = sum(word_errors(*pair) for pair in zip(SENTENCES, map(self._read_back, spoken), strict=True))
        words = sum(len(_normalized(sentence)) for sentence in SENTENCES)
        per_second = round(computed / seconds, 2)
        return {"cpu_seconds_per_second_of_audio": per_second, "words_read_back_wrongly": f"{wrong} of {words}"}

    def memory_mb(self) -> int:
        return int(self._process.memory_info().rss / 2**20)

    def _speak(self, text: str) -> bytes:
        return self._synthesizer.synthesize(text, "en").data

    def _read_back(self, audio: bytes) -> str:
        return self.transcribe(audio, TERMS)

    def _cpu_seconds(self, work: Callable[[], object]) -> float:
        """The processor time of the server and of the commands that it ran."""
        before = self._process.cpu_times()
        work()
        after = self._process.cpu_times()
        return float(sum(after[:4]) - sum(before[:4]))


def measure(*options: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        server = SupervisedServer(socket_path(Path(folder)), options)
        try:
            started = time.monotonic()
            wait_until_ready(server)
            loaded = round(time.monotonic() - started, 1)
            measurement = Measurement(server)
            section: dict[str, Any] = {"seconds_to_load": loaded, "memory_mb_loaded": measurement.memory_mb()}
            section["transcription"] = measurement.transcription()
            if "--voice" in options:
                section["synthesis"] = measurement.synthesis()
            return {**section, "memory_mb_after": measurement.memory_mb()}
        finally:
            server.end()


def main() -> None:
    report = {
        "machine": describe_machine(),
        "whisper": print_section("whisper", measure("--whisper")),
        "whisper_and_kokoro": print_section("whisper and kokoro", measure("--whisper", "--voice", "kokoro")),
    }
    save_report(report, "bench-speech.json")


if __name__ == "__main__":
    main()
