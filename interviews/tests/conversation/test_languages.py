"""The wording and the phrases of every language are complete."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import product
from types import SimpleNamespace

import pytest

from interviews.calling.checks import check_wording
from interviews.conversation import phrases, wording
from interviews.conversation.introduction import APPLICATION_PREFACES
from interviews.conversation.languages import languages
from interviews.conversation.phrases.intent import Expecting, Intent
from interviews.conversation.phrases.understanding import understand_utterance
from interviews.conversation.script import PLACEHOLDERS
from interviews.conversation.wording import en, es
from interviews.conversation.wording.completeness import (
    FUNCTION_NAMES,
    TEXT_NAMES,
    find_problems,
    named_texts,
    placeholders,
)
from interviews.conversation.wording.spelling import call_time, spell_duration
from interviews.conversation.wording.texts import Wording
from jobs.interview_languages import interview_languages

TAGS = sorted(wording.LANGUAGES)
OTHER_TAGS = [tag for tag in TAGS if tag != "en"]
SHARED_WORDS = {"am", "minute", "minutes", "question", "questions", "september", "november"}
"""Written alike in English and in another language."""


@pytest.mark.parametrize("tag", OTHER_TAGS)
def test_wording_is_complete(tag: str) -> None:
    assert find_problems(wording.LANGUAGES[tag], en) == []


@pytest.mark.parametrize(
    "change",
    [
        {"GREETING": None},
        {"GREETING": "{employer}"},
        {"GREETING": en.GREETING},
        {"FAREWELL": " "},
        {"LEAD_INS": {}},
        {"GOODBYES": {**es.GOODBYES, "hold": "Hola."}},
        {"clock_time": None},
    ],
)
def test_incomplete_wording_fails_at_start(change: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    texts = SimpleNamespace(**{name: getattr(es, name) for name in (*TEXT_NAMES, *FUNCTION_NAMES)} | change)
    assert check_wording(None) == []
    monkeypatch.setattr(wording, "LANGUAGES", {"en": en, "es": texts})
    assert {error.id for error in check_wording(None)} == {"screener.E015"}


def spoken_words(texts: Wording) -> set[str]:
    """Return the words of times and counts."""
    moments = (datetime(2026, 11, 30, hour, 30 * (hour % 2), tzinfo=UTC) for hour in range(24))
    days = (timedelta(days=days) for days in range(40))
    times = (call_time(texts, at + day, today=date(2026, 11, 30)) for at, day in product(moments, list(days)))
    counts = (texts.question_count(1), texts.question_count(3), spell_duration(texts, 30), spell_duration(texts, 90))
    return {word.lower() for text in (*times, *counts) for word in re.findall(r"\w+", text)}


@pytest.mark.parametrize("tag", OTHER_TAGS)
def test_times_and_counts_have_no_english(tag: str) -> None:
    shared_words = spoken_words(wording.LANGUAGES[tag]) & spoken_words(en)
    assert {word for word in shared_words if not word.isdigit()} <= SHARED_WORDS


KNOWN_PLACEHOLDERS = {*PLACEHOLDERS, "number", "competency", "limit", "options", "option", "question", "value"}


def test_english_placeholders_are_known() -> None:
    templates = dict(named_texts(en)).values()
    assert set().union(*map(placeholders, templates)) <= KNOWN_PLACEHOLDERS


@pytest.mark.parametrize("tag", TAGS)
class TestWording:
    def test_others_learn_nothing_of_application(self, tag: str) -> None:
        texts = wording.for_language(tag)
        prefaces = [text for preface, text in texts.PREFACES.items() if preface not in APPLICATION_PREFACES.values()]
        before_identity = [texts.GREETING, texts.GREETING_AGAIN, texts.IDENTITY_BY_KEYS, texts.ASK_REACHABLE]
        before_identity += [texts.REACHABLE_BY_KEYS, texts.CALL_TIME, texts.CALL_TIME_BY_KEYS, *prefaces]
        assert "job" not in set().union(*map(placeholders, before_identity))

    def test_disclosure_versions_differ(self, tag: str) -> None:
        versions = {
            wording.disclosure_version(tag, resumed=resumed, judged_by_person=judged_by_person)
            for resumed, judged_by_person in product((False, True), repeat=2)
        }
        assert {len(version) for version in versions} == {64}
        assert len(versions) == 4

    def test_disclosure_version_follows_its_text(self, tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def version() -> str:
            return wording.disclosure_version(tag, resumed=False, judged_by_person=False)

        versions = {version()}
        for name in ("DISCLOSURE", "CONSENT_CHOICE", "JUDGED_BY_MODEL"):
            monkeypatch.setattr(wording.for_language(tag), name, f"{name} {{judge}}")
            versions.add(version())
        assert len(versions) == 4


def test_region_is_ignored() -> None:
    assert wording.for_language("en-GB") is wording.for_language("en")
    assert phrases.for_language("EN-gb") is phrases.for_language("en")


def test_jobs_know_languages() -> None:
    assert interview_languages == languages()


OFFERED_WORDS = {
    "en": ("yes", "I agree", "later", "a person", "repeat", "today at five", "tomorrow morning"),
    "es": ("sí", "acepto", "más tarde", "una persona", "repetir", "hoy a las cinco", "mañana por la mañana"),
    "de": ("ja", "einverstanden", "später", "Mensch", "wiederholen", "heute um fünf", "morgen früh"),
    "fr": ("oui", "j'accepte", "plus tard", "une personne", "répétez", "aujourd'hui à cinq heures", "demain matin"),
    "pt": ("sim", "concordo", "mais tarde", "uma pessoa", "repetir", "hoje às cinco", "amanhã de manhã"),
}
"""The words that candidates are told to say."""

MEANINGS = (
    (Expecting.IDENTITY, {Intent.YES, Intent.AGREE, Intent.THIS_IS_ME}),
    (Expecting.CONSENT, {Intent.AGREE}),
    (Expecting.CONSENT, {Intent.LATER}),
    (Expecting.CONSENT, {Intent.PERSON}),
    (Expecting.ANSWER_CHECK, {Intent.REPEAT}),
    (Expecting.TIME, {Intent.LATER}),
    (Expecting.TIME, {Intent.LATER}),
)


@pytest.mark.parametrize("tag", languages())
def test_offered_words_are_understood(tag: str) -> None:
    replies = zip(OFFERED_WORDS[tag], MEANINGS, strict=True)
    understood = {
        words: understand_utterance(words, expecting, phrases.for_language(tag)).intent
        for words, (expecting, _) in replies
    }
    misunderstood = {
        words: understood[words]
        for words, (_, meanings) in zip(OFFERED_WORDS[tag], MEANINGS, strict=True)
        if understood[words] not in meanings
    }
    assert misunderstood == {}
