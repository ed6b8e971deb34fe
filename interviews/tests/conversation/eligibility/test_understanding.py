"""Rates on phrasings. The floors are the measured rates of the held-out halves."""

from collections import Counter

import pytest

from interviews.conversation.eligibility.understanding import value_of_keys
from tests.support.eligibility_phrasings import LANGUAGES, REQUESTS, EligibilityPhrasing, make_question, read_phrasings

FLOORS = {"en": 0.97, "de": 1.0, "es": 1.0, "fr": 0.95, "pt": 0.95}
NO_VALUE = ("unclear", *REQUESTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_held_out_answers_are_understood(language: str) -> None:
    phrasings = read_phrasings(language, held_out=True)
    wrong = [(phrasing.words, phrasing.understood) for phrasing in phrasings if phrasing.understood != phrasing.meaning]
    assert 1 - len(wrong) / len(phrasings) >= FLOORS[language], wrong


def test_answers_that_phrases_were_built_on_are_understood() -> None:
    phrasings = [phrasing for language in LANGUAGES for phrasing in read_phrasings(language, held_out=False)]
    wrong = [(phrasing.words, phrasing.understood) for phrasing in phrasings if phrasing.understood != phrasing.meaning]
    assert wrong == [("this Friday week", "2026-12-04")]


def test_each_kind_has_enough_phrasings() -> None:
    for language, wanted in {"en": 40, "de": 20, "es": 20, "fr": 20, "pt": 20}.items():
        phrasings = [*read_phrasings(language, held_out=False), *read_phrasings(language, held_out=True)]
        counts = Counter(phrasing.kind for phrasing in phrasings)
        assert min(counts.values()) >= wanted, counts


def test_keys_answer_each_kind() -> None:
    values = [
        value_of_keys("1", make_question("nights", "en")),
        value_of_keys("2", make_question("nights", "en")),
        value_of_keys("3", make_question("nights", "en")),
        value_of_keys("012", make_question("notice", "en")),
        value_of_keys("3", make_question("shift", "en")),
        value_of_keys("#", make_question("shift", "en")),
        value_of_keys("1", make_question("start", "en")),
    ]
    assert values == ["yes", "no", "", "12", "Night", "", ""]


def test_english_date_with_two_readings_is_asked_again() -> None:
    words_by_reading = {
        "unclear": ("2/1/2027", "12/11/2027", "31/31/2027"),
        "2027-02-13": ("2/13/2027", "13/2/2027", "13.2.2027"),
        "2027-02-02": ("2/2/2027",),
        "2027-01-02": ("2.1.2027", "2027-01-02"),
    }
    understood = {
        words: EligibilityPhrasing("en", "start", reading, words).understood
        for reading, phrasings in words_by_reading.items()
        for words in phrasings
    }
    assert understood == {words: reading for reading, phrasings in words_by_reading.items() for words in phrasings}
    assert EligibilityPhrasing("de", "start", "", "2/1/2027").understood == "2027-01-02"
