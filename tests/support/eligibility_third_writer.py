"""Answers by a writer who did not see the project: one half to build on, the other held out."""

from collections import Counter
from pathlib import Path

from interviews.conversation.eligibility.understanding import understand_answer
from interviews.conversation.eligibility_question import EligibilityKind, EligibilityQuestion, EligibilityUnit
from tests.support.eligibility_phrasings import FOLDER, TODAY

FILES = FOLDER / "third_writer"
OPEN = "open"
UNDERSTOOD, MISSED, WRONG = "understood", "missed", "wrong"


def count_outcomes(path: Path) -> dict[str, Counter[str]]:
    """Return how many answers of each language were understood, missed (asked again) or taken for a wrong value."""
    outcomes: dict[str, Counter[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        fields = [field.strip() for field in line.split("\t")]
        if len(fields) == 6:
            outcomes.setdefault(fields[0], Counter())[_outcome(*fields)] += 1
    return outcomes


def _outcome(language: str, kind: str, text: str, detail: str, words: str, expected: str) -> str:
    """`detail`: the options, or the unit. `expected`: the value, or `OPEN`."""
    value = understand_answer(words, _question(kind, text, detail), language, today=TODAY).value
    if value == ("" if expected == OPEN else _plain_number(expected) if kind == EligibilityKind.NUMBER else expected):
        return UNDERSTOOD
    return WRONG if value else MISSED


def _plain_number(expected: str) -> str:
    return f"{float(expected):.2f}".rstrip("0").rstrip(".")


def _question(kind: str, text: str, detail: str) -> EligibilityQuestion:
    options = tuple(option.strip() for option in detail.split("|")) if kind == EligibilityKind.CHOICE else ()
    unit = EligibilityUnit(detail) if kind == EligibilityKind.NUMBER else EligibilityUnit.NONE
    accepted = options[:1] or ("yes",)
    return EligibilityQuestion(0, text, EligibilityKind(kind), options=options, unit=unit, accepted=accepted)
