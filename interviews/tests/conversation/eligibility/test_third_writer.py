"""Rates on answers of a writer who did not see the project. The floors and ceilings are the measured rates.

A missed answer is asked for once more. A wrong one is a judgement that the candidate did not make.
"""

from tests.support.eligibility_third_writer import FILES, UNDERSTOOD, WRONG, count_outcomes

FLOORS = {"en": 0.79, "de": 0.83, "es": 0.82, "fr": 0.84, "pt": 0.87}
MAX_WRONG = {"en": 3, "de": 1, "es": 2, "fr": 3, "pt": 1}
MIN_BUILT_ON = 247


def test_answers_of_an_outside_writer_are_understood_and_rarely_wrong() -> None:
    built_on = count_outcomes(FILES / "build.tsv").values()
    assert sum(counts[WRONG] for counts in built_on) == 0
    assert sum(counts[UNDERSTOOD] for counts in built_on) >= MIN_BUILT_ON

    held_out = count_outcomes(FILES / "held_out.tsv")
    shares = {language: counts[UNDERSTOOD] / counts.total() for language, counts in held_out.items()}
    assert [language for language, floor in FLOORS.items() if shares[language] < floor] == [], shares
    wrong = {language: counts[WRONG] for language, counts in held_out.items()}
    assert [language for language, ceiling in MAX_WRONG.items() if wrong[language] > ceiling] == [], wrong
