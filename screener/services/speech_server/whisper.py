"""Transcription by Whisper. Only the speech server imports it: faster-whisper is an optional package.

Whisper invents words for sound without words. Only sound with speech in it is passed to the model, and a passage that
the model itself cannot be sure of is left out.
"""

import io
from dataclasses import dataclass
from math import exp, fsum
from pathlib import Path
from statistics import fmean
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel, decode_audio

from screener.services.speech_server.weights import WHISPER_FILES, read_files, verify_folder

BEAM_SIZE = 5
"""Costs a tenth more time than one beam, and gets many more terms right."""
TEMPERATURES = [0.0, 0.2, 0.4]
"""A passage that fails at one is decoded again at the next. Higher ones write fluent inventions."""
FAILED_LOG_PROBABILITY = -1.0
"""Whisper decodes a passage below this mean again."""
MIN_TOKEN_PROBABILITY, MIN_WORD_PROBABILITY = 0.4, 0.5
"""Means of a passage. A text of Whisper below them is more likely wrong than right."""
MAX_COMPRESSION_RATIO = 2.4
"""A text that shrinks further is a loop of the model."""
MAX_NO_SPEECH_PROBABILITY = 0.6
SAMPLE_RATE = 16_000


class UnreadableAudio(ValueError):
    """The content is no audio that can be decoded."""


@dataclass(frozen=True)
class Passage:
    """A passage as the model returns it, before unsure ones are left out."""

    text: str
    seconds: float
    log_probability: float
    compression_ratio: float
    word_probability: float
    words: list[dict[str, Any]]

    @property
    def is_reliable(self) -> bool:
        is_likely = self.word_probability >= MIN_WORD_PROBABILITY and exp(self.log_probability) >= MIN_TOKEN_PROBABILITY
        return is_likely and self.compression_ratio <= MAX_COMPRESSION_RATIO


class Whisper:
    """A loaded model. It uses one thread: others of this machine have calls to answer."""

    def __init__(self, folder: Path | None) -> None:
        """Load the model of the folder, or of the packages. Raises WeightsError."""
        options: dict[str, Any] = {"device": "cpu", "compute_type": "int8", "cpu_threads": 1, "num_workers": 1}
        if folder:
            verify_folder(folder)
            self._model = WhisperModel(str(folder), local_files_only=True, **options)
        else:
            self._model = WhisperModel("packaged", files=read_files(WHISPER_FILES), **options)

    def transcribe(self, audio: bytes, language: str, hot_words: str) -> dict[str, Any]:
        """The text with its confidence and the times of its words. The text is empty where no words were made out."""
        samples = decode_samples(audio)
        ctranslate2.set_random_seed(0)  # the same recording gives the same text
        segments, _ = self._model.transcribe(
            samples,
            language=language,
            beam_size=BEAM_SIZE,
            best_of=1,
            temperature=TEMPERATURES,
            compression_ratio_threshold=MAX_COMPRESSION_RATIO,
            log_prob_threshold=FAILED_LOG_PROBABILITY,
            no_speech_threshold=MAX_NO_SPEECH_PROBABILITY,
            condition_on_previous_text=False,
            vad_filter=True,
            word_timestamps=True,
            hotwords=hot_words or None,
        )
        passages = [_passage(segment) for segment in segments]
        reliable = [passage for passage in passages if passage.is_reliable]
        return {
            "text": "".join(passage.text for passage in reliable).strip(),
            "confidence": _confidence(passages) if reliable else None,
            "words": [word for passage in reliable for word in passage.words],
            "seconds": len(samples) / SAMPLE_RATE,
        }


def decode_samples(audio: bytes) -> "np.ndarray[Any, np.dtype[np.float32]]":
    """The samples of the audio, mono, at the rate of the model."""
    try:
        samples: np.ndarray[Any, np.dtype[np.float32]] = decode_audio(io.BytesIO(audio), sampling_rate=SAMPLE_RATE)
    except (ValueError, OSError, IndexError, RuntimeError) as error:  # the errors of the decoder depend on the file
        raise UnreadableAudio(type(error).__name__) from error
    return samples


def _passage(segment: Any) -> Passage:
    return Passage(
        text=segment.text,
        seconds=max(0.0, segment.end - segment.start),
        log_probability=segment.avg_logprob,
        compression_ratio=segment.compression_ratio,
        word_probability=fmean(word.probability for word in segment.words) if segment.words else 0,
        words=[{"start": word.start, "end": word.end, "text": word.word.strip()} for word in segment.words],
    )


def _confidence(passages: list[Passage]) -> float | None:
    """The mean probability of a token, from 0 to 1. Passages that were left out count, since the text lacks them."""
    length = fsum(passage.seconds for passage in passages)
    if not length:
        return None
    return exp(fsum(passage.seconds * passage.log_probability for passage in passages) / length)
