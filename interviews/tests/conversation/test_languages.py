"""The wording and the phrases of every language are complete."""

from itertools import product
from string import Formatter

import pytest

from interviews.conversation import phrases, wording
from interviews.conversation.engine import Ending, LeadIn, Preface
from interviews.conversation.introduction import APPLICATION_PREFACES
from interviews.conversation.languages import languages
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
        assert set(wording.for_language(tag).LEAD_INS) == set(LeadIn)

    def test_every_preface_has_text(self, tag: str) -> None:
        assert set(wording.for_language(tag).PREFACES) == set(Preface)

    def test_others_learn_nothing_of_application(self, tag: str) -> None:
        texts = wording.for_language(tag)
        prefaces = [text for preface, text in texts.PREFACES.items() if preface not in APPLICATION_PREFACES.values()]
        before_identity = [texts.GREETING, texts.GREETING_AGAIN, texts.IDENTITY_BY_KEYS, texts.ASK_REACHABLE]
        before_identity += [texts.REACHABLE_BY_KEYS, texts.CALL_TIME, texts.CALL_TIME_BY_KEYS, *prefaces]
        assert "job" not in set().union(*map(placeholders, before_identity))

    def test_placeholders_are_known(self, tag: str) -> None:
        texts = wording.for_language(tag)
        templates = [
            texts.GREETING,
            texts.GREETING_AGAIN,
            texts.DISCLOSURE,
            texts.RESUMED_DISCLOSURE,
            texts.REACH_US,
            *texts.LEAD_INS.values(),
        ]
        assert set().union(*map(placeholders, templates)) <= {*PLACEHOLDERS, "number", "competency", "limit"}

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
