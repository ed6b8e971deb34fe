"""The questions that come with the product can be asked on the phone, are lawful, and differ from each other."""

import re
from collections import Counter
from itertools import groupby

import pytest

from jobs.bank.families import Family, QuestionKind
from jobs.bank.starter_bank import LANGUAGES, starter_entries
from jobs.unlawful_questions import find_topics

ENTRIES = starter_entries()
FAMILY_SIZE = 25
MAX_WORDS, MAX_GOOD_ANSWER_WORDS = 30, 25
SECOND_REQUEST = re.compile(
    r"(,? and|,) (what|how|who|tell|when|why|whether|where|which)\b|,? und (was|wie|wer|warum|wann|woran|woher|wo)\b"
)
UNSPEAKABLE = re.compile(r"[/()\[\]{}<>:;*•&%$€]|\d")


def test_families_have_their_questions() -> None:
    sizes = Counter(entry.family for entry in ENTRIES)
    assert {family: sizes[family] for family in Family if family != Family.GENERAL} == dict.fromkeys(
        [family for family in Family if family != Family.GENERAL], FAMILY_SIZE
    )
    assert len({entry.key for entry in ENTRIES}) == len(ENTRIES)


def test_families_have_every_type() -> None:
    for family, entries in groupby(ENTRIES, key=lambda entry: entry.family):
        assert {entry.kind for entry in entries} == set(QuestionKind), family


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_can_be_spoken(language: str) -> None:
    texts = [entry.texts[language].text for entry in ENTRIES]
    assert [text for text in texts if UNSPEAKABLE.search(text) or len(text.split()) > MAX_WORDS] == []
    assert [text for text in texts if text[-1] not in ".?" or not text[0].isupper()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_ask_one_thing(language: str) -> None:
    texts = [entry.texts[language].text for entry in ENTRIES]
    assert [text for text in texts if text.count("?") > 1 or SECOND_REQUEST.search(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_are_lawful(language: str) -> None:
    assert [text for entry in ENTRIES if find_topics(text := entry.texts[language].text, language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_good_answers_are_described(language: str) -> None:
    for entry in ENTRIES:
        text = entry.texts[language]
        assert text.competency
        assert 0 < len(text.good_answer.split()) <= MAX_GOOD_ANSWER_WORDS
