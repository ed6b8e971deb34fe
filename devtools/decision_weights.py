"""`python -m devtools.decision_weights`: learns how far phrases and scores are right, and measures both together.

Learns from the held-out phrasings of all languages, which the phrases do not know. Their scores come from weights that
did not know the writer, so that both witnesses are as wrong as they are about people. A regression of all classes by
stochastic gradient descent (AdaGrad); the same input gives the same file. Takes five minutes on two cores.

The report leaves one writer out: neither the weights of words nor those of the decision know the writer's phrasings, in
any language. *Understood* counts an intent that is asked back, as the conversation takes it: a refusal and "never
again" then get a question, and only a clear reply ends the call. *Certain* counts only what is acted on at once.
"""

import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from random import Random

from devtools.intent_weights import HELD_OUT, PHRASINGS, learn_weights, read_examples, write_weights
from devtools.phrasings import Phrasing, make_phrasing, read_lines
from interviews.conversation import phrases
from interviews.conversation.phrases.intent import DECLINED, REFUSALS, Expecting, Intent, Understanding
from interviews.conversation.phrases.intent_score import DECISION_WEIGHTS, Evidence, Weights, score_intents
from interviews.conversation.phrases.parsing import ParsedUtterance, parse_utterance, prepare_text
from interviews.conversation.phrases.understanding import (
    CLASSES,
    collect_evidence,
    decide_intent,
    decided_intent,
    understand_by_phrases,
)

PASSES = 20
LEARNING_RATE = 0.1
SMALLEST_SUM = 1e-3
DECAY = 1e-4

SAME_WRITERS = {"fourth": ("build", "build_b", "open_a", "open_b"), "sixth": ("build_c", "build_d", "build_e")}
"""The other files of the writer of a held-out file, in the languages beside English."""

SMALL_FILES = ("fifth", "seventh")
"""Left out together, to save time."""

IDENTITY = frozenset({Intent.THIS_IS_ME, Intent.NOT_ME, Intent.WRONG_NUMBER})
IRREVOCABLE = frozenset({Intent.AGREE, Intent.NEVER})


@dataclass(frozen=True)
class Witnessed:
    """A labelled utterance with what the phrases say, and the scores by weights that do not know its writer."""

    tag: str
    writer: str
    expecting: Expecting
    words: str
    intent: Intent
    utterance: ParsedUtterance
    by_phrases: Understanding

    @property
    def evidence(self) -> Evidence:
        return collect_evidence(self.utterance, self.by_phrases, self.expecting)

    @property
    def intent_class(self) -> Intent:
        return decided_intent(self.intent, self.expecting)

    def decide(self, weights: Weights) -> Phrasing:
        word_count = len(self.words.split())
        understanding = decide_intent(
            self.by_phrases, self.utterance, self.expecting, word_count=word_count, weights=weights
        )
        return make_phrasing(self.expecting, self.words, self.intent, understanding)


def held_out_groups() -> list[list[Path]]:
    """The held-out files that are left out together."""
    groups: defaultdict[tuple[str, str], list[Path]] = defaultdict(list)
    for path in sorted(HELD_OUT.glob("*.tsv")):
        tag, writer = path.stem.split("_")
        groups[tag, "small" if writer in SMALL_FILES else writer].append(path)
    return list(groups.values())


def read_witnessed(paths: list[Path]) -> list[Witnessed]:
    tag = paths[0].stem.split("_")[0]
    weights = learn_weights(read_examples(tag, without={other for path in paths for other in _files_of_writer(path)}))
    return [
        _witness(path, expecting, words, Intent(label), name, weights)
        for path in paths
        for name, expecting, words, label in read_lines(path)
    ]


def _files_of_writer(path: Path) -> Iterator[Path]:
    tag, writer = path.stem.split("_")
    yield path
    if tag != "en":
        yield from (PHRASINGS / f"{tag}_{name}.tsv" for name in SAME_WRITERS.get(writer, ()))


def _witness(path: Path, expecting: Expecting, words: str, intent: Intent, name: str, weights: Weights) -> Witnessed:
    tag, writer = path.stem.split("_")
    language = phrases.for_language(tag)
    text, _ = prepare_text(words, expecting, language, name)
    utterance = parse_utterance(words, expecting, language, name)
    utterance = replace(utterance, scores=score_intents(text, expecting, weights))
    by_phrases = understand_by_phrases(utterance, expecting, word_count=len(words.split()))
    return Witnessed(tag, writer, expecting, words, intent, utterance, by_phrases)


def learn_decision(witnessed: Iterable[Witnessed]) -> dict[Intent, dict[str, float]]:
    examples = [(list(each.evidence.items()), CLASSES.index(each.intent_class)) for each in witnessed]
    weights: defaultdict[str, list[float]] = defaultdict(lambda: [0.0] * len(CLASSES))
    gradient_sums: defaultdict[str, list[float]] = defaultdict(lambda: [SMALLEST_SUM] * len(CLASSES))
    chance = Random(1)  # noqa: S311 - an order of examples, no secret
    for _ in range(PASSES):
        chance.shuffle(examples)
        for evidence, correct_class in examples:
            _learn_example(evidence, correct_class, weights, gradient_sums)
    return {
        intent: {name: round(values[index], 2) for name, values in weights.items()}
        for index, intent in enumerate(CLASSES)
    }


def _learn_example(
    evidence: list[tuple[str, float]],
    correct_class: int,
    weights: defaultdict[str, list[float]],
    gradient_sums: defaultdict[str, list[float]],
) -> None:
    totals = [0.0] * len(CLASSES)
    for name, value in evidence:
        totals = [total + value * weight for total, weight in zip(totals, weights[name], strict=True)]
    shares = [math.exp(total - max(totals)) for total in totals]
    whole = sum(shares)
    errors = [share / whole - (index == correct_class) for index, share in enumerate(shares)]
    for name, value in evidence:
        row, sums = weights[name], gradient_sums[name]
        for index, error in enumerate(errors):
            gradient = error * value + DECAY * row[index]
            sums[index] += gradient**2
            row[index] -= LEARNING_RATE * gradient / math.sqrt(sums[index])


def decide_unknown(witnessed: list[Witnessed]) -> Iterator[tuple[Witnessed, Phrasing]]:
    """Decide each writer's phrasings by weights that do not know the writer."""
    for writer in sorted({each.writer for each in witnessed}):
        weights = learn_decision(each for each in witnessed if each.writer != writer)
        yield from ((each, each.decide(weights)) for each in witnessed if each.writer == writer)


def report(decided: Iterable[tuple[Witnessed, Phrasing]]) -> Iterator[str]:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for witnessed, phrasing in decided:
        for group in (witnessed.tag, f"{witnessed.tag} {witnessed.writer}"):
            counts[group].update(count_phrasing(phrasing))
    yield f"{'':12}{'identity':>20}{'refusals':>20}{'of them never':>20}   wrong, others taken for"
    for group, count in sorted(counts.items()):
        shares = [
            f"{count[name]:>4} (certain {count[f'certain {name}']:>3}) of {count[f'all {name}']:<4}"
            for name in ("identity", "refusals", "never")
        ]
        wrong = ", ".join(f"{name} {number}" for name, number in sorted(count.items()) if name.startswith("wrong"))
        yield f"{group:12}{''.join(shares)}  {wrong}"


def count_phrasing(phrasing: Phrasing) -> Iterator[str]:
    """Yield the names of the counts to which a phrasing belongs."""
    for name, intents in (("identity", IDENTITY), ("refusals", REFUSALS), ("never", {Intent.NEVER})):
        if phrasing.intent in intents:
            yield f"all {name}"
            if phrasing.correct or {phrasing.intent, phrasing.understood} <= DECLINED:
                yield name
                if not phrasing.is_guess:
                    yield f"certain {name}"
    if phrasing.intent is not phrasing.understood and phrasing.understood in IRREVOCABLE:
        yield f"wrong {phrasing.understood}{' asked back' if phrasing.is_guess else ''}"
    if phrasing.intent not in REFUSALS and phrasing.understood in DECLINED:
        yield f"wrong refusal{' asked back' if phrasing.is_guess else ''}"
    if phrasing.intent is not phrasing.understood and phrasing.understood in IDENTITY:
        yield f"wrong {phrasing.understood}{' asked back' if phrasing.is_guess else ''}"


def main() -> None:
    with ProcessPoolExecutor() as pool:
        witnessed = list(chain.from_iterable(pool.map(read_witnessed, held_out_groups())))
    sys.stdout.write("\n".join(report(decide_unknown(witnessed))) + "\n")
    write_weights(learn_decision(witnessed), DECISION_WEIGHTS, module="decision_weights", described="understanding.py")


if __name__ == "__main__":
    main()
