"""How much an utterance sounds like an intent: the weights of its words, added up.

For utterances in which the phrases found nothing certain. `python -m devtools.intent_weights` learns the weights of a
language from labelled phrasings and writes its file. A heading in brackets names the intent. Below it are lines of a
weight, a colon and features, where a line that begins with a space continues the line before. A feature is a word, two
words in succession, two words around another one (`not _ this`), or the stage of the conversation.
"""

import math
from collections.abc import Mapping
from pathlib import Path

from interviews.conversation.phrases.intent import Expecting, Intent

START, END = "^", "$"
STAGES = {
    Expecting.IDENTITY: ("before questions", "at identity"),
    Expecting.CONSENT: ("before questions", "at consent"),
}
OTHER_STAGES = ("during questions",)

Weights = Mapping[Intent, Mapping[str, float]]
"""The weights of the features, by intent. `Intent.REFUSE` stands for every refusal."""


def list_features(text: str, expecting: Expecting) -> list[str]:
    """Return the features of normalised text, each once."""
    words = [START, *text.split(), END]
    pairs = [f"{words[index]} {words[index + 1]}" for index in range(len(words) - 1)]
    gaps = [f"{words[index]} _ {words[index + 2]}" for index in range(len(words) - 2)]
    return list(dict.fromkeys([*STAGES.get(expecting, OTHER_STAGES), *words[1:-1], *pairs, *gaps]))


def score_intents(text: str, expecting: Expecting, weights: Weights) -> dict[Intent, float]:
    """Return a score between 0 and 1 for each intent that has weights. Without a known feature it is a half."""
    features = list_features(text, expecting)
    return {
        intent: probability([intent_weights[feature] for feature in features if feature in intent_weights])
        for intent, intent_weights in weights.items()
    }


def probability(weights: list[float]) -> float:
    """A long utterance has more features: their sum is divided by the root of their number."""
    total = sum(weights) / math.sqrt(max(len(weights), 1))
    return 1 / (1 + math.exp(-total))


def read_weights(path: Path) -> dict[Intent, dict[str, float]]:
    """Read the weights of a language. Without a file there are none."""
    weights: dict[Intent, dict[str, float]] = {}
    lines = path.read_text(encoding="utf-8").replace("\n ", " ").splitlines() if path.exists() else []
    for line in lines:
        if line.startswith("["):
            intent_weights = weights.setdefault(Intent(line.strip("[]")), {})
        elif line and not line.startswith("#"):
            weight, features = line.split(": ", 1)
            intent_weights.update(dict.fromkeys(features.split(", "), float(weight)))
    return weights
