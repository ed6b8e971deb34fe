"""Fixtures of more than one file."""

from collections.abc import Callable

import pytest

from screener.services.interviewer import openai_interviewer
from screener.services.interviewer.protocol import AnswerScores, AnswerText
from tests.support.scripted_interviewer import ScriptedInterviewer


@pytest.fixture
def judged_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[AnswerText], AnswerScores]], ScriptedInterviewer]:
    def use(assess: Callable[[AnswerText], AnswerScores]) -> ScriptedInterviewer:
        interviewer = ScriptedInterviewer(assess)
        monkeypatch.setattr(openai_interviewer, "interviewer", lambda: interviewer)
        return interviewer

    return use
