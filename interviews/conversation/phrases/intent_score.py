"""How much an utterance sounds like an intent: the weights of its words, added up.

A witness beside the phrases: `decision.weights` says how far each of them is right (`understanding.py`).
`python -m devtools.intent_weights` learns the weights of a language from labelled phrasings and writes its file. A
heading in brackets names the intent. Below it are lines of a weight, a colon and features, where a line that begins
with a space continues the line before. A feature is one of these: a word, two words in succession, the beginning of a
word or of two words in succession (`~remov`, `~not call`), a word at a stage of the conversation (`consent.no`), the
stage, or the length of the utterance.
"""

import math
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

from interviews.conversation.phrases.intent import Expecting, Intent

START, END = "^", "$"
STEM_LENGTH = 5
"""Most endings of words say nothing about the intent: "removed", "removing"."""

STAGES = {Expecting.IDENTITY: "identity", Expecting.CONSENT: "consent"}
OTHER_STAGES = "questions"
LENGTH_LIMITS = (1, 3, 6, 12)
"""The most words of utterances of a similar length."""

MIN_SCORE = 1e-4
"""Limits the weight of a single score."""

DECISION_WEIGHTS = Path(__file__).with_name("decision.weights")

Evidence = Mapping[str, float]
"""The values of the evidence for a decision, by name."""

Weights = Mapping[Intent, Mapping[str, float]]
"""The weights of the features, by intent. `Intent.REFUSE` stands for every refusal, `Intent.NEVER` for opt-outs."""


def list_features(text: str, expecting: Expecting) -> list[str]:
    """Return the features of normalised text, each once."""
    words = [START, *text.split(), END]
    stems = [f"~{word[:STEM_LENGTH]}" for word in words]
    stage = STAGES.get(expecting, OTHER_STAGES)
    length = sum(len(words) - 2 > limit for limit in LENGTH_LIMITS)
    features = [f"at {stage}", f"length {length}", *words[1:-1], *stems[1:-1]]
    features += [f"{stage}.{word}" for word in words[1:-1]]
    features += [f"{word} {next_word}" for word, next_word in pairwise(words)]
    features += [f"{stem} {next_stem[1:]}" for stem, next_stem in pairwise(stems)]
    return list(dict.fromkeys(features))


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


def log_odds(score: float) -> float:
    limited = min(max(score, MIN_SCORE), 1 - MIN_SCORE)
    return math.log(limited / (1 - limited))


def weigh_evidence(evidence: Evidence, weights: Weights) -> dict[Intent, float]:
    """Return a probability for each class."""
    totals = {
        intent: sum(value * weights[intent].get(name, 0) for name, value in evidence.items()) for intent in weights
    }
    largest = max(totals.values())
    shares = {intent: math.exp(total - largest) for intent, total in totals.items()}
    whole = sum(shares.values())
    return {intent: share / whole for intent, share in shares.items()}


@cache
def decision_weights() -> Weights:
    return read_weights(DECISION_WEIGHTS)
