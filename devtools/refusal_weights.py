"""`python -m devtools.refusal_weights [TAG]`: learns the words of refusals, and writes the weights of a language.

Learns from the labelled phrasings, the counterexamples and the stories of the phone simulator. The held-out phrasings
stay unknown. Logistic regression by stochastic gradient descent (AdaGrad); the same input gives the same file.
"""

import argparse
import math
import random
import re
import sys
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from devtools.phone_simulator.callees.stories import ANSWERS
from devtools.phrasings import HEADER, NAME
from interviews.conversation import phrases
from interviews.conversation.phrases.intent import REFUSALS, Expecting, Intent
from interviews.conversation.phrases.refusal_score import list_features, probability
from interviews.conversation.phrases.utterance import normalise_words

BASE_DIR = Path(__file__).parents[1]
PHRASINGS = BASE_DIR / "interviews" / "tests" / "conversation" / "phrasings"

PASSES = 12
LEARNING_RATE = 0.3
SMALLEST_SUM = 1e-3
MIN_OCCURRENCES = 4
MIN_WEIGHT = 0.4
"""Features that are rarer, or weigh less, are left out."""

HEAD = "# Weights of refusals. Written by `python -m devtools.refusal_weights`; described in refusal_score.py.\n"


class Example(NamedTuple):
    features: list[str]
    is_refusal: bool


def read_examples(tag: str) -> Iterator[Example]:
    for folder in (PHRASINGS, PHRASINGS / "counterexamples"):
        for path in sorted(folder.glob(f"{tag}_*.tsv")):
            yield from _read_file(path, tag)
    if tag == "en":
        yield from _read_stories(tag)


def _read_file(path: Path, tag: str) -> Iterator[Example]:
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(NAME):
            name = line.removeprefix(NAME).strip()
        if line.startswith(("#", HEADER)) or not line.strip():
            continue
        stage, words, *labels = line.split("\t")
        is_refusal = bool(labels) and Intent(labels[0]) in REFUSALS
        yield _make_example(words, Expecting(stage), tag, name, is_refusal=is_refusal)


def _read_stories(tag: str) -> Iterator[Example]:
    for answers in ANSWERS.values():
        for story in answers.values():
            for sentence in re.split(r"(?<=[.!?])\s+", story):
                yield _make_example(sentence, Expecting.QUESTION, tag, "", is_refusal=False)


def _make_example(words: str, expecting: Expecting, tag: str, name: str, *, is_refusal: bool) -> Example:
    text = normalise_words(words, phrases.for_language(tag), name)
    return Example(list_features(text, expecting), is_refusal)


def learn_weights(examples: list[Example]) -> dict[str, float]:
    counts = Counter(feature for example in examples for feature in example.features)
    frequent_examples = [
        Example([feature for feature in example.features if counts[feature] >= MIN_OCCURRENCES], example.is_refusal)
        for example in examples
    ]
    weights: defaultdict[str, float] = defaultdict(float)
    gradient_sums: defaultdict[str, float] = defaultdict(lambda: SMALLEST_SUM)
    chance = random.Random(1)  # noqa: S311 - an order of examples, no secret
    for _ in range(PASSES):
        chance.shuffle(frequent_examples)
        for example in frequent_examples:
            _learn_example(example, weights, gradient_sums)
    return {feature: round(weight, 1) for feature, weight in weights.items() if abs(weight) >= MIN_WEIGHT}


def _learn_example(example: Example, weights: defaultdict[str, float], gradient_sums: defaultdict[str, float]) -> None:
    error = probability([weights[feature] for feature in example.features]) - example.is_refusal
    gradient = error / math.sqrt(max(len(example.features), 1))
    for feature in example.features:
        gradient_sums[feature] += gradient**2
        weights[feature] -= LEARNING_RATE * gradient / math.sqrt(gradient_sums[feature])


def write_weights(weights: dict[str, float], path: Path) -> None:
    features_by_weight: defaultdict[float, list[str]] = defaultdict(list)
    for feature, weight in sorted(weights.items()):
        features_by_weight[weight].append(feature)
    lines = (
        textwrap.fill(f"{weight}: {', '.join(features)}", 120, subsequent_indent=" ", break_on_hyphens=False)
        for weight, features in sorted(features_by_weight.items(), reverse=True)
    )
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="devtools.refusal_weights", description=__doc__)
    parser.add_argument("tag", nargs="?", default="en", help="the language")
    tag = parser.parse_args().tag
    weights = learn_weights(list(read_examples(tag)))
    write_weights(weights, Path(phrases.__file__).parent / f"{tag}.weights")
    sys.stdout.write(f"{len(weights)} weights\n")


if __name__ == "__main__":
    main()
