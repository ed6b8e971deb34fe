"""`python -m devtools.intent_weights [TAG]`: learns the words of intents, and writes the weights of a language.

Learns from the labelled phrasings, the counterexamples, the stories of the phone simulator and utterances that are made
up by a grammar. The held-out phrasings stay unknown. For each intent a logistic regression by stochastic gradient
descent (AdaGrad); the same input gives the same file.
"""

import argparse
import math
import random
import re
import sys
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from devtools.phone_simulator.callees.stories import ANSWERS
from devtools.phrasings import read_lines
from devtools.practice import CANDIDATE_NAME, make_utterances
from interviews.conversation import phrases
from interviews.conversation.phrases.intent import REFUSALS, Expecting, Intent
from interviews.conversation.phrases.intent_score import list_features, probability
from interviews.conversation.phrases.utterance import normalise_words

BASE_DIR = Path(__file__).parents[1]
PHRASINGS = BASE_DIR / "interviews" / "tests" / "conversation" / "phrasings"

PASSES = 12
LEARNING_RATE = 0.3
SMALLEST_SUM = 1e-3
MIN_OCCURRENCES = 2
MIN_WEIGHT = 1.0
"""Features that are rarer, or weigh less, are left out."""

LEARNED_INTENTS = (Intent.REFUSE, Intent.THIS_IS_ME, Intent.NOT_ME, Intent.WRONG_NUMBER)

HEAD = "# Weights of intents. Written by `python -m devtools.intent_weights`; described in intent_score.py.\n"


class Example(NamedTuple):
    features: list[str]
    intent: Intent | None
    """None: another intent than the learned ones. `Intent.REFUSE` stands for every refusal."""


def read_examples(tag: str) -> Iterator[Example]:
    for folder in (PHRASINGS, PHRASINGS / "counterexamples"):
        for path in sorted(folder.glob(f"{tag}_*.tsv")):
            yield from read_file(path, tag)
    yield from read_practice(tag)


def read_file(path: Path, tag: str) -> Iterator[Example]:
    for name, expecting, words, label in read_lines(path):
        yield _make_example(words, expecting, Intent(label) if label else None, tag, name)


def read_practice(tag: str) -> Iterator[Example]:
    for made in make_utterances(tag):
        yield _make_example(made.words, made.expecting, made.intent, tag, CANDIDATE_NAME)
    if tag == "en":
        yield from _read_stories(tag)


def _read_stories(tag: str) -> Iterator[Example]:
    for answers in ANSWERS.values():
        for story in answers.values():
            for sentence in re.split(r"(?<=[.!?])\s+", story):
                yield _make_example(sentence, Expecting.QUESTION, None, tag, "")


def _make_example(words: str, expecting: Expecting, intent: Intent | None, tag: str, name: str) -> Example:
    text = normalise_words(words, phrases.for_language(tag), name)
    return Example(list_features(text, expecting), Intent.REFUSE if intent in REFUSALS else intent)


def learn_weights(examples: Iterable[Example]) -> dict[Intent, dict[str, float]]:
    listed = list(examples)
    counts = Counter(feature for example in listed for feature in example.features)
    frequent_examples = [
        Example([feature for feature in example.features if counts[feature] >= MIN_OCCURRENCES], example.intent)
        for example in listed
    ]
    return {intent: _learn_intent(frequent_examples, intent) for intent in LEARNED_INTENTS}


def _learn_intent(examples: list[Example], intent: Intent) -> dict[str, float]:
    weights: defaultdict[str, float] = defaultdict(float)
    gradient_sums: defaultdict[str, float] = defaultdict(lambda: SMALLEST_SUM)
    chance = random.Random(1)  # noqa: S311 - an order of examples, no secret
    examples = examples.copy()
    for _ in range(PASSES):
        chance.shuffle(examples)
        for example in examples:
            _learn_example(example.features, weights, gradient_sums, is_intent=example.intent is intent)
    return {feature: round(weight, 1) for feature, weight in weights.items() if abs(weight) >= MIN_WEIGHT}


def _learn_example(
    features: list[str], weights: defaultdict[str, float], gradient_sums: defaultdict[str, float], *, is_intent: bool
) -> None:
    error = probability([weights[feature] for feature in features]) - is_intent
    gradient = error / math.sqrt(max(len(features), 1))
    for feature in features:
        gradient_sums[feature] += gradient**2
        weights[feature] -= LEARNING_RATE * gradient / math.sqrt(gradient_sums[feature])


def write_weights(weights: dict[Intent, dict[str, float]], path: Path) -> None:
    blocks = (f"[{intent}]\n{_format_weights(intent_weights)}\n" for intent, intent_weights in weights.items())
    path.write_text(HEAD + "\n" + "\n".join(blocks), encoding="utf-8")


def _format_weights(weights: dict[str, float]) -> str:
    features_by_weight: defaultdict[float, list[str]] = defaultdict(list)
    for feature, weight in sorted(weights.items()):
        features_by_weight[weight].append(feature)
    return "\n".join(
        textwrap.fill(f"{weight}: {', '.join(features)}", 120, subsequent_indent=" ", break_on_hyphens=False)
        for weight, features in sorted(features_by_weight.items(), reverse=True)
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="devtools.intent_weights", description=__doc__)
    parser.add_argument("tag", nargs="?", default="en", help="the language")
    tag = parser.parse_args().tag
    weights = learn_weights(read_examples(tag))
    write_weights(weights, Path(phrases.__file__).parent / f"{tag}.weights")
    sys.stdout.write(f"{sum(map(len, weights.values()))} weights\n")


if __name__ == "__main__":
    main()
