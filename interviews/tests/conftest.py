"""Fixtures of more than one file."""

from collections.abc import Callable

import pytest

from interviews.tests.judging import Scripted
from screener.services import language_model
from screener.services.interviewer import AnswerScores, AnswerText


@pytest.fixture
def judged_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[AnswerText], AnswerScores]], Scripted]:
    def use(assess: Callable[[AnswerText], AnswerScores]) -> Scripted:
        interviewer = Scripted(assess)
        monkeypatch.setattr(language_model, "interviewer", lambda: interviewer)
        return interviewer

    return use
