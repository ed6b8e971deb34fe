"""People are understood: rates on labelled phrasings, one file per writer. The phrases know no held-out file."""

from collections.abc import Iterable, Set
from pathlib import Path

import pytest

from devtools.phrasings import Phrasing, rate, read_lines
from interviews.conversation.phrases import LANGUAGES, for_language
from interviews.conversation.phrases.intent import REFUSALS, Intent
from interviews.conversation.phrases.understanding import understand_utterance
from tests.support.labelled_phrasings import labelled_phrasings

FOLDER = Path(__file__).parent / "phrasings"
FILES = sorted(FOLDER.glob("*.tsv"))
COUNTEREXAMPLES = sorted(FOLDER.glob("counterexamples/*.tsv"))
assert FILES
assert COUNTEREXAMPLES
EXCLUDED_INTENTS = {
    "never": {Intent.NEVER},
    "refuse": REFUSALS,
    "agree": {Intent.AGREE},
    "number": {Intent.WRONG_NUMBER},
}
"""The intents that no counterexample of a file may be, by the second part of its name."""

CANDIDATE_NAMES = {
    "en": "Maria Lopez",
    "es": "Carmen Ruiz",
    "de": "Sabine Krüger",
    "fr": "Hélène Moreau",
    "pt": "Marília Souza",
}
IDENTITY = {Intent.THIS_IS_ME, Intent.NOT_ME, Intent.WRONG_NUMBER}
GOAL = 0.9
USUAL_GOAL = 0.85


def test_irrevocable_intents_are_never_wrong() -> None:
    irrevocable = {Intent.AGREE, Intent.NEVER}
    assert [
        (path.stem, phrasing)
        for path in FILES
        for phrasing in labelled_phrasings(path)
        if phrasing.understood in irrevocable and not phrasing.is_guess and not phrasing.correct
    ] == []


@pytest.mark.parametrize("intents", [IDENTITY, REFUSALS], ids=["identity", "refusals"])
def test_identity_and_refusals_reach_goal(intents: Set[Intent]) -> None:
    recalls = {path.stem: recall_of(labelled_phrasings(path), intents) for path in FILES}
    assert {name: recall for name, recall in recalls.items() if recall < GOAL} == {}


def recall_of(phrasings: Iterable[Phrasing], intents: Set[Intent]) -> float:
    """The share of phrasings with these intents that are understood. One refusal counts as another."""
    expected = [phrasing for phrasing in phrasings if phrasing.intent in intents]
    understood = [each for each in expected if each.correct or {each.intent, each.understood} <= REFUSALS]
    return len(understood) / len(expected) if expected else 1


@pytest.mark.parametrize("tag", sorted(LANGUAGES))
def test_every_intent_reaches_recall(tag: str) -> None:
    phrasings = [phrasing for path in FOLDER.glob(f"{tag}_*.tsv") for phrasing in labelled_phrasings(path)]
    assert phrasings
    certain = [each for each in phrasings if not (each.is_guess and each.intent is Intent.UNCLEAR)]
    recalls = {intent: rate(certain, intent).recall for intent in Intent}
    assert {intent: recall for intent, recall in recalls.items() if recall < USUAL_GOAL} == {}


def wrong_counterexamples(path: Path) -> list[str]:
    """Return the utterances of a file that were misunderstood as the label. Those that are asked back are not."""
    tag, label = path.stem.split("_")
    understood = [
        (words, understand_utterance(words, expecting, for_language(tag), name))
        for name, expecting, words, _ in read_lines(path, CANDIDATE_NAMES[tag])
    ]
    excluded = EXCLUDED_INTENTS[label]
    return [words for words, each in understood if each.intent in excluded and not each.is_guess]


def test_counterexamples_are_not_understood_so() -> None:
    assert {path.stem: wrong for path in COUNTEREXAMPLES if (wrong := wrong_counterexamples(path))} == {}
