"""People are understood: rates on labelled phrasings, one file per writer."""

from pathlib import Path

import pytest

from devtools.phrasings import Phrasing, rate, read_phrasings
from interviews.conversation.phrases.intent import Intent

FILES = sorted((Path(__file__).parent / "phrasings").glob("*.tsv"))
USUAL_RECALL = 0.85
RECALL = {
    **dict.fromkeys((Intent.THIS_IS_ME, Intent.NOT_ME, Intent.WRONG_NUMBER), 0.95),
    **dict.fromkeys((Intent.REFUSE, Intent.NO, Intent.NEVER), 0.95),
}


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def phrasings(request: pytest.FixtureRequest) -> list[Phrasing]:
    return list(read_phrasings(request.param))


@pytest.mark.parametrize("intent", [Intent.AGREE, Intent.NEVER])
def test_irrevocable_intents_are_never_wrong(phrasings: list[Phrasing], intent: Intent) -> None:
    assert [phrasing for phrasing in phrasings if phrasing.understood == intent and not phrasing.correct] == []


def test_every_intent_reaches_recall(phrasings: list[Phrasing]) -> None:
    rates = {intent: rate(phrasings, intent).recall for intent in Intent}
    assert {intent: recall for intent, recall in rates.items() if recall < RECALL.get(intent, USUAL_RECALL)} == {}
