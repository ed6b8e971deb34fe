"""Rates on phrasings by writers who did not know the phrases. Nothing is built on these files.

The floors are the measured rates. The goals are 95 % of identity and of refusals, and no wrong `never`.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from devtools.phrasings import Phrasing
from interviews.conversation.phrases.intent import Intent
from tests.support.labelled_phrasings import labelled_phrasings

FOLDER = Path(__file__).parent / "phrasings" / "held_out"
IDENTITY = {Intent.THIS_IS_ME, Intent.NOT_ME, Intent.WRONG_NUMBER}
DECLINED = {Intent.REFUSE, Intent.NO}


@dataclass(frozen=True)
class Floor:
    identity: float
    refusals: float
    wrong_never: int


FLOORS = {"en_first": Floor(0.94, 0.90, 1), "en_second": Floor(0.95, 0.98, 0)}


@pytest.fixture(params=FLOORS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def phrasings(name: str) -> tuple[Phrasing, ...]:
    return labelled_phrasings(FOLDER / f"{name}.tsv")


def recall(phrasings: tuple[Phrasing, ...], intents: set[Intent]) -> float:
    expected = [phrasing for phrasing in phrasings if phrasing.intent in intents]
    correct = [each for each in expected if each.correct or {each.intent, each.understood} <= DECLINED]
    return len(correct) / len(expected)


def test_consent_is_never_wrong(phrasings: tuple[Phrasing, ...]) -> None:
    assert {phrasing.intent for phrasing in phrasings if phrasing.understood == Intent.AGREE} == {Intent.AGREE}


def test_rates_stay_above_floors(name: str, phrasings: tuple[Phrasing, ...]) -> None:
    floor = FLOORS[name]
    wrong_never = [each for each in phrasings if each.understood == Intent.NEVER and not each.correct]
    assert recall(phrasings, IDENTITY) >= floor.identity
    assert recall(phrasings, DECLINED | {Intent.NEVER}) >= floor.refusals
    assert len(wrong_never) <= floor.wrong_never


def test_answers_stay_answers(phrasings: tuple[Phrasing, ...]) -> None:
    assert recall(phrasings, {Intent.ANSWER}) >= 0.95
