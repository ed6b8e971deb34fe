"""Fixtures of more than one file."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from screener.services.interviewer import selection
from screener.services.interviewer.protocol import ResponseScores, ResponseText
from tests.support.changed_wording import changed_wording
from tests.support.scripted_interviewer import ScriptedInterviewer
from tests.support.smtp_server import SmtpServer, run_smtp_server


@pytest.fixture
def judged_by(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Callable[[ResponseText], ResponseScores]], ScriptedInterviewer]:
    def use(assess: Callable[[ResponseText], ResponseScores]) -> ScriptedInterviewer:
        interviewer = ScriptedInterviewer(assess)
        monkeypatch.setattr(selection, "configured_interviewer", lambda: interviewer)
        return interviewer

    return use


@pytest.fixture
def other_wording() -> Iterator[None]:
    """Other labels and other stored sentences. A test that passes with them depends on codes alone."""
    with changed_wording():
        yield


@pytest.fixture
def smtp_server(settings: Any) -> Iterator[SmtpServer]:
    """The mail server of the deployment."""
    with run_smtp_server() as server:
        for name, value in server.settings.items():
            setattr(settings, name, value)
        yield server
