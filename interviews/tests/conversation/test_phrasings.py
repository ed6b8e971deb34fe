"""People are understood: rates on labelled phrasings, one file per writer. The phrases know no held-out file."""

from collections.abc import Set
from pathlib import Path

import pytest

from devtools.phrasings import Phrasing, rate
from interviews.conversation.phrases import for_language
from interviews.conversation.phrases.intent import DECLINED, REFUSALS, Expecting, Intent
from interviews.conversation.phrases.understanding import understand_utterance
from tests.support.labelled_phrasings import labelled_phrasings

FOLDER = Path(__file__).parent / "phrasings"
FILES = sorted(FOLDER.glob("*.tsv"))
IDENTITY = {Intent.THIS_IS_ME, Intent.NOT_ME, Intent.WRONG_NUMBER}
GOAL = 0.95
USUAL_GOAL = 0.85


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def phrasings(request: pytest.FixtureRequest) -> tuple[Phrasing, ...]:
    return labelled_phrasings(request.param)


@pytest.mark.parametrize("intent", [Intent.AGREE, Intent.NEVER])
def test_irrevocable_intents_are_never_wrong(phrasings: tuple[Phrasing, ...], intent: Intent) -> None:
    assert [phrasing for phrasing in phrasings if phrasing.understood == intent and not phrasing.correct] == []


@pytest.mark.parametrize("intents", [IDENTITY, REFUSALS], ids=["identity", "refusals"])
def test_identity_and_refusals_reach_goal(phrasings: tuple[Phrasing, ...], intents: Set[Intent]) -> None:
    expected = [phrasing for phrasing in phrasings if phrasing.intent in intents]
    understood = [each for each in expected if each.correct or {each.intent, each.understood} <= DECLINED]
    assert len(understood) >= GOAL * len(expected)


def test_every_intent_reaches_recall() -> None:
    phrasings = [phrasing for path in FILES for phrasing in labelled_phrasings(path)]
    recalls = {intent: rate(phrasings, intent).recall for intent in Intent}
    assert {intent: recall for intent, recall in recalls.items() if recall < USUAL_GOAL} == {}


@pytest.mark.parametrize(
    ("name", "excluded"), [("en_never", {Intent.NEVER}), ("en_refuse", REFUSALS)], ids=["never", "refusal"]
)
def test_counterexamples_are_not_understood_so(name: str, excluded: set[Intent]) -> None:
    lines = (FOLDER / "counterexamples" / f"{name}.tsv").read_text(encoding="utf-8").splitlines()[2:]
    utterances = [(Expecting(stage), words) for stage, words in (line.split("\t") for line in lines)]
    english = for_language("en")
    wrong = [
        each for each in utterances if understand_utterance(each[1], each[0], english, "Maria Lopez").intent in excluded
    ]
    assert wrong == []
