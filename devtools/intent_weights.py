"""`python -m devtools.intent_weights [TAG ...]`: learns the words of intents, and writes the weights of languages.

Learns from the labelled phrasings, the counterexamples, the stories of the phone simulator and utterances that are made
up by a grammar. For each intent a logistic regression by stochastic gradient descent (AdaGrad); the same input gives
the same file. `python -m devtools.decision_weights` measures what the weights do for writers whom they do not know.
"""

import argparse
import math
import re
import sys
import textwrap
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import NamedTuple

from devtools.phone_simulator.callees.stories import ANSWERS
from devtools.phrasings import read_lines
from devtools.practice import CANDIDATE_NAME, make_utterances
from interviews.conversation import phrases
from interviews.conversation.phrases.intent import REFUSALS, Expecting, Intent
from interviews.conversation.phrases.intent_score import Weights, list_features
from interviews.conversation.phrases.parsing import prepare_text

BASE_DIR = Path(__file__).parents[1]
PHRASINGS = BASE_DIR / "interviews" / "tests" / "conversation" / "phrasings"
HELD_OUT = PHRASINGS / "held_out"
"""Phrasings that the phrases do not know. The weights learn from them."""

FOLDERS = (PHRASINGS, PHRASINGS / "counterexamples", HELD_OUT, HELD_OUT / "counterexamples")

PASSES = 6
LEARNING_RATE = 0.3
SMALLEST_SUM = 1e-3
MIN_ERROR = 0.02
"""An example with a smaller error is known."""

MIN_OCCURRENCES = 2
MIN_WEIGHT = 1.0
"""Features that are rarer, or weigh less, are left out."""

LEARNED_INTENTS = (Intent.REFUSE, Intent.NEVER, Intent.THIS_IS_ME, Intent.NOT_ME, Intent.WRONG_NUMBER)

HEAD = "# Weights of intents. Written by `python -m devtools.{module}`; described in {described}.\n"


class Example(NamedTuple):
    features: list[str]
    intent: Intent | None
    """None: another intent than the learned ones."""

    def has_intent(self, intent: Intent) -> bool:
        """`Intent.REFUSE` stands for every refusal, opt-outs included."""
        return self.intent in REFUSALS if intent is Intent.REFUSE else self.intent is intent


def read_examples(tag: str, *, without: Collection[Path] = ()) -> Iterator[Example]:
    """Yield the examples of a language, except those of some files."""
    for folder in FOLDERS:
        for path in sorted(folder.glob(f"{tag}_*.tsv")):
            if path not in without:
                yield from _read_file(path, tag)
    yield from _read_practice(tag)


def _read_file(path: Path, tag: str) -> Iterator[Example]:
    for name, expecting, words, label in read_lines(path):
        yield _make_example(words, expecting, Intent(label) if label else None, tag, name)


def _read_practice(tag: str) -> Iterator[Example]:
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
    text, _ = prepare_text(words, expecting, phrases.for_language(tag), name)
    return Example(list_features(text, expecting), intent)


def learn_weights(examples: Iterable[Example], *, min_weight: float = MIN_WEIGHT) -> dict[Intent, dict[str, float]]:
    listed = list(examples)
    counts = Counter(feature for example in listed for feature in example.features)
    features = [feature for feature, count in counts.items() if count >= MIN_OCCURRENCES]
    numbers = {feature: number for number, feature in enumerate(features)}
    rows = [[numbers[feature] for feature in example.features if feature in numbers] for example in listed]
    weights: dict[Intent, dict[str, float]] = {}
    for intent in LEARNED_INTENTS:
        learned = _learn_intent(rows, [example.has_intent(intent) for example in listed], len(features))
        weights[intent] = {
            feature: round(weight, 1)
            for feature, weight in zip(features, learned, strict=True)
            if abs(weight) >= min_weight
        }
    return weights


def _learn_intent(rows: list[list[int]], labels: list[bool], feature_count: int) -> list[float]:
    weights, gradient_sums = [0.0] * feature_count, [SMALLEST_SUM] * feature_count
    chance = Random(1)  # noqa: S311 - an order of examples, no secret
    labelled_rows = list(zip(rows, labels, strict=True))
    for _ in range(PASSES):
        chance.shuffle(labelled_rows)
        for row, label in labelled_rows:
            _learn_row(row, weights, gradient_sums, label=label)
    return weights


def _learn_row(row: list[int], weights: list[float], gradient_sums: list[float], *, label: bool) -> None:
    root = math.sqrt(max(len(row), 1))
    error = 1 / (1 + math.exp(-sum([weights[number] for number in row]) / root)) - label
    if abs(error) < MIN_ERROR:
        return
    gradient = error / root
    square, step = gradient**2, LEARNING_RATE * gradient
    for number in row:
        gradient_sums[number] += square
        weights[number] -= step / math.sqrt(gradient_sums[number])


def write_weights(
    weights: Weights, path: Path, *, module: str = "intent_weights", described: str = "intent_score.py"
) -> None:
    blocks = (f"[{intent}]\n{_format_weights(intent_weights)}\n" for intent, intent_weights in weights.items())
    path.write_text(HEAD.format(module=module, described=described) + "\n" + "\n".join(blocks), encoding="utf-8")


def _format_weights(weights: Mapping[str, float]) -> str:
    features_by_weight: defaultdict[float, list[str]] = defaultdict(list)
    for feature, weight in sorted(weights.items()):
        features_by_weight[weight].append(feature)
    return "\n".join(
        textwrap.fill(f"{weight}: {', '.join(features)}", 120, subsequent_indent=" ", break_on_hyphens=False)
        for weight, features in sorted(features_by_weight.items(), reverse=True)
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="devtools.intent_weights", description=__doc__)
    parser.add_argument("tags", nargs="*", default=sorted(phrases.LANGUAGES), help="the languages")
    for tag in parser.parse_args().tags:
        weights = learn_weights(read_examples(tag))
        write_weights(weights, Path(phrases.__file__).parent / f"{tag}.weights")
        sys.stdout.write(f"{tag}: {sum(map(len, weights.values()))} weights\n")


if __name__ == "__main__":
    main()
