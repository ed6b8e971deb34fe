"""Rates on phrasings by writers who did not know the phrases. No phrase is derived from these files.

The floors are the measured rates. The goals are 95 % of identity and of refusals, and no wrong consent or opt-out.
"""

from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

import pytest

from devtools.phrasings import Phrasing
from interviews.conversation.phrases.intent import DECLINED, REFUSALS, Intent
from tests.support.labelled_phrasings import labelled_phrasings

FOLDER = Path(__file__).parent / "phrasings" / "held_out"
IDENTITY = {Intent.THIS_IS_ME, Intent.NOT_ME, Intent.WRONG_NUMBER}


@dataclass(frozen=True)
class Floor:
    identity: float
    refusals: float


FLOORS = {"en_first": Floor(0.95, 0.90), "en_second": Floor(0.95, 0.98), "en_third": Floor(0.91, 0.86)}


@pytest.fixture(params=FLOORS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def phrasings(name: str) -> tuple[Phrasing, ...]:
    return labelled_phrasings(FOLDER / f"{name}.tsv")


def recall(phrasings: tuple[Phrasing, ...], intents: Set[Intent]) -> float:
    expected = [phrasing for phrasing in phrasings if phrasing.intent in intents]
    correct = [each for each in expected if each.correct or {each.intent, each.understood} <= DECLINED]
    return len(correct) / len(expected)


@pytest.mark.parametrize("intent", [Intent.AGREE, Intent.NEVER])
def test_irrevocable_intents_are_never_wrong(phrasings: tuple[Phrasing, ...], intent: Intent) -> None:
    assert {phrasing.intent for phrasing in phrasings if phrasing.understood == intent} == {intent}


def test_rates_stay_above_floors(name: str, phrasings: tuple[Phrasing, ...]) -> None:
    floor = FLOORS[name]
    assert recall(phrasings, IDENTITY) >= floor.identity
    assert recall(phrasings, REFUSALS) >= floor.refusals


def test_answers_stay_answers(phrasings: tuple[Phrasing, ...]) -> None:
    assert recall(phrasings, {Intent.ANSWER}) >= 0.95
