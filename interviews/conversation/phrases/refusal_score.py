"""How much an utterance sounds like a refusal: the weights of its words, added up.

For utterances in which no phrase was found. `python -m devtools.refusal_weights` learns the weights of a language from
labelled phrasings and writes its file: lines of a weight, a colon and features, where a line that begins with a space
continues the line before. A feature is a word, two words in succession, or two words around another one (`not _ this`).
"""

import math
from collections.abc import Mapping
from pathlib import Path

from interviews.conversation.phrases.intent import Expecting

START, END = "^", "$"
BEFORE_QUESTIONS = frozenset({Expecting.IDENTITY, Expecting.CONSENT})


def list_features(text: str, expecting: Expecting) -> list[str]:
    """Return the features of normalised text, each once."""
    words = [START, *text.split(), END]
    pairs = [f"{words[index]} {words[index + 1]}" for index in range(len(words) - 1)]
    gaps = [f"{words[index]} _ {words[index + 2]}" for index in range(len(words) - 2)]
    stage = "before questions" if expecting in BEFORE_QUESTIONS else "during questions"
    return list(dict.fromkeys([stage, *words[1:-1], *pairs, *gaps]))


def score_refusal(text: str, expecting: Expecting, weights: Mapping[str, float]) -> float:
    """Return a score between 0 and 1. An utterance without a known feature gets a half."""
    known_weights = [weights[feature] for feature in list_features(text, expecting) if feature in weights]
    return probability(known_weights)


def probability(weights: list[float]) -> float:
    """A long utterance has more features: their sum is divided by the root of their number."""
    total = sum(weights) / math.sqrt(max(len(weights), 1))
    return 1 / (1 + math.exp(-total))


def read_weights(path: Path) -> dict[str, float]:
    """Read the weights of a language. Without a file there are none."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").replace("\n ", " ").splitlines()
    weights = (line.split(": ", 1) for line in lines if line and not line.startswith("#"))
    return {feature: float(weight) for weight, features in weights for feature in features.split(", ")}
