"""Speech synthesis by Kokoro. Only the speech server imports it: onnxruntime is an optional package.

Its packaged voices are of Japanese speakers. Whisper reads them back; their accent was not judged by ear.
"""

import io
import json
from typing import Any

import numpy as np
import onnxruntime

from screener.services.speech_server import espeak
from screener.services.speech_server.phonemes import sentences_of
from screener.services.speech_server.weights import KOKORO_FILES, read_files
from screener.services.wav import encode_wav

LANGUAGES = frozenset({"de", "en", "es", "fr", "pt"})
"""Those in which Whisper read Kokoro back with fewer wrong words than espeak-ng, which speaks the others."""
SAMPLE_RATE = 24_000
MAX_TOKENS = 500
"""The model takes at most 510."""
PAUSE_SECONDS = 0.3

Samples = Any
"""An array of numpy. Types must not depend on an optional package."""


class Kokoro:
    """A loaded model. It uses one thread."""

    def __init__(self) -> None:
        """Raises WeightsError."""
        files = read_files(KOKORO_FILES)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(files["model.onnx"], options, providers=["CPUExecutionProvider"])
        self._tokens: dict[str, int] = json.loads(files["vocab.json"])["vocab"]
        with np.load(io.BytesIO(files["voices.npz"])) as voices:
            self._voices = {name: voices[name] for name in voices.files}

    def synthesize(self, text: str, language: str, voice: str) -> bytes:
        """The text as WAV. Raises NotSpoken."""
        if language.split("-")[0].lower() not in LANGUAGES or voice not in self._voices:
            return espeak.speak(text, language)
        pause: Samples = np.zeros(int(PAUSE_SECONDS * SAMPLE_RATE), np.float32)
        pieces: list[Samples] = []
        for phonemes in sentences_of(text, language, MAX_TOKENS):
            pieces += [self._speak(phonemes, voice), pause]
        if not pieces:
            raise espeak.NotSpoken("no words")
        samples = np.clip(np.concatenate(pieces[:-1]), -1, 1) * 32767
        return encode_wav(samples.astype("<i2").tobytes(), SAMPLE_RATE)

    def _speak(self, phonemes: str, voice: str) -> Samples:
        tokens = [self._tokens[letter] for letter in phonemes if letter in self._tokens]
        styles = self._voices[voice]
        style = styles[min(len(tokens), len(styles)) - 1]
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": np.asarray(style, dtype=np.float32).reshape(1, -1),
            "speed": np.array([1.0], dtype=np.float32),
        }
        return self._session.run(None, inputs)[0].ravel()
