"""Rates on phrasings by writers who did not know the phrases. No phrase is derived from these files, but weights are.

The floors are the measured rates. The goals are 95 % of identity and of refusals, and no wrong consent or opt-out. The
fifth files have one exception: a wrong consent and five missed opt-outs that they found are mended. The sixth files are
a third, by a hash, of the phrasings of one writer; the other two thirds are the build files of the same language.
The seventh, ninth and tenth files are by writers who did not see the project. `python -m devtools.decision_weights`
measures each writer by weights that do not know their files.
"""

from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

from devtools.phrasings import Phrasing
from interviews.conversation.phrases.intent import DECLINED, REFUSALS, Intent
from interviews.tests.conversation.test_phrasings import wrong_counterexamples
from tests.support.labelled_phrasings import labelled_phrasings

FOLDER = Path(__file__).parent / "phrasings" / "held_out"
IDENTITY = {Intent.THIS_IS_ME, Intent.NOT_ME, Intent.WRONG_NUMBER}


@dataclass(frozen=True)
class Floor:
    identity: float
    refusals: float


FLOORS = {
    "en_first": Floor(0.96, 0.92),
    "en_second": Floor(0.97, 0.98),
    "en_third": Floor(0.92, 0.92),
    "en_fourth": Floor(0.87, 0.93),
    "es_fourth": Floor(0.9, 0.92),
    "de_fourth": Floor(1.0, 0.85),
    "fr_fourth": Floor(1.0, 0.85),
    "pt_fourth": Floor(1.0, 0.71),
    "en_fifth": Floor(0.83, 0.92),
    "es_fifth": Floor(0.83, 0.92),
    "de_fifth": Floor(0.75, 0.84),
    "fr_fifth": Floor(0.66, 0.92),
    "pt_fifth": Floor(0.66, 0.92),
    "es_sixth": Floor(0.91, 0.9),
    "de_sixth": Floor(0.82, 0.93),
    "fr_sixth": Floor(0.91, 0.93),
    "pt_sixth": Floor(0.95, 0.96),
    "en_seventh": Floor(1.0, 0.84),
    "es_seventh": Floor(0.92, 0.84),
    "de_seventh": Floor(0.85, 0.84),
    "fr_seventh": Floor(0.85, 0.92),
    "pt_seventh": Floor(0.92, 1.0),
    "en_ninth": Floor(0.97, 0.9),
    "es_ninth": Floor(0.97, 0.94),
    "de_ninth": Floor(0.98, 0.9),
    "fr_ninth": Floor(0.97, 0.95),
    "pt_ninth": Floor(0.98, 0.96),
    "en_tenth": Floor(0.97, 0.94),
    "es_tenth": Floor(0.97, 0.94),
    "de_tenth": Floor(0.97, 0.92),
    "fr_tenth": Floor(0.93, 0.92),
    "pt_tenth": Floor(0.95, 0.92),
}


COUNTEREXAMPLES = sorted(FOLDER.glob("counterexamples/*.tsv"))
assert COUNTEREXAMPLES


def read_all() -> dict[str, tuple[Phrasing, ...]]:
    """The phrasings of each file."""
    return {name: labelled_phrasings(FOLDER / f"{name}.tsv") for name in FLOORS}


def recall(phrasings: tuple[Phrasing, ...], intents: Set[Intent]) -> float:
    expected = [phrasing for phrasing in phrasings if phrasing.intent in intents]
    correct = [each for each in expected if each.correct or {each.intent, each.understood} <= DECLINED]
    return len(correct) / len(expected) if expected else 1


def test_irrevocable_intents_are_never_wrong() -> None:
    for name, phrasings in read_all().items():
        for intent in (Intent.AGREE, Intent.NEVER):
            certain = [phrasing for phrasing in phrasings if phrasing.understood == intent and not phrasing.is_guess]
            intents = {phrasing.intent for phrasing in certain}
            assert (name, intents) == (name, {intent})


def test_rates_stay_above_floors() -> None:
    rates = {name: Floor(recall(each, IDENTITY), recall(each, REFUSALS)) for name, each in read_all().items()}
    low = {
        name: rate
        for name, rate in rates.items()
        if rate.identity < FLOORS[name].identity or rate.refusals < FLOORS[name].refusals
    }
    assert low == {}


def test_answers_stay_answers() -> None:
    recalls = {name: recall(phrasings, {Intent.ANSWER}) for name, phrasings in read_all().items()}
    assert {name: rate for name, rate in recalls.items() if rate < 0.95} == {}


def test_counterexamples_are_not_understood_so() -> None:
    assert {path.stem: wrong for path in COUNTEREXAMPLES if (wrong := wrong_counterexamples(path))} == {}
