"""The wording and the phrases of every language are complete."""

from itertools import product
from string import Formatter

import pytest

from interviews.conversation import phrases, wording
from interviews.conversation.engine import ConversationState, Ending, LeadIn, Stage, WordsSpoken, next_step
from interviews.conversation.languages import languages
from interviews.conversation.phrases.meaning import Meaning, meaning_of
from interviews.conversation.script import PLACEHOLDERS
from jobs.interview_languages import interview_languages

TAGS = sorted(languages())


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("tag", TAGS)
class TestWording:
    def test_every_ending_has_goodbye(self, tag: str) -> None:
        assert set(wording.for_language(tag).GOODBYES) == set(Ending)

    def test_every_lead_has_text(self, tag: str) -> None:
        assert set(wording.for_language(tag).LEADS) == set(LeadIn)

    def test_placeholders_are_known(self, tag: str) -> None:
        texts = wording.for_language(tag)
        templates = [
            texts.GREETING,
            texts.GREETING_AGAIN,
            texts.DISCLOSURE,
            texts.RESUMING,
            texts.REACH,
            *texts.LEADS.values(),
        ]
        assert set().union(*map(placeholders, templates)) <= {*PLACEHOLDERS, "number"}

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
        for name in ("DISCLOSURE", "CHOICE", "JUDGED_BY_MODEL"):
            monkeypatch.setattr(wording.for_language(tag), name, f"{name} {{judge}}")
            versions.add(version())
        assert len(versions) == 4


@pytest.mark.parametrize("tag", TAGS)
class TestPhrases:
    def test_exact_phrases_are_understood(self, tag: str) -> None:
        texts = phrases.for_language(tag)
        assert {meaning_of(phrase, texts) for phrase in texts.YES} == {Meaning.YES}
        assert {meaning_of(phrase, texts) for phrase in texts.NO} == {Meaning.NO}

    def test_every_refusal_has_pattern(self, tag: str) -> None:
        assert set(phrases.for_language(tag).REFUSALS) == {Meaning.NEVER, Meaning.WRONG, Meaning.REFUSED}

    def test_engine_uses_the_language(self, tag: str) -> None:
        state = ConversationState(stage=Stage.IDENTITY, open_positions=(0,), language=tag)
        for phrase in phrases.for_language(tag).YES:
            assert next_step(state, 0, WordsSpoken(phrase)).state.stage is Stage.CONSENT


def test_region_is_ignored() -> None:
    assert wording.for_language("en-GB") is wording.for_language("en")
    assert phrases.for_language("EN-gb") is phrases.for_language("en")


def test_jobs_know_the_languages() -> None:
    assert interview_languages == languages()
