"""One interview all the way: the app over HTTP, the simulated phone network, the real Twilio client, the jobs."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from devtools.phone_simulator.server import RunningSimulator, running_simulator
from interviews.models import Interview, InterviewResponse
from tests.support.factories import make_interview, run_tasks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def network(live_server: Any, settings: Any) -> Iterator[RunningSimulator]:
    settings.WEBHOOK_BASE_URL = live_server.url
    with running_simulator(account_sid=settings.TWILIO_ACCOUNT_SID, auth_token=settings.TWILIO_AUTH_TOKEN) as simulator:
        settings.TWILIO_API_URL = simulator.url
        yield simulator


def conduct(interview: Interview, seconds: float = 20) -> Interview:
    """Do what the worker would do until there is a result, or the interview is over without one."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        run_tasks()
        interview.refresh_from_db()
        if not interview.is_live and interview.result_status != Interview.ResultStatus.PENDING:
            return interview
        time.sleep(0.05)
    raise AssertionError(f"still {interview.status}, result {interview.result_status} after {seconds} s")


def test_a_talkative_candidate_ends_in_a_result_with_every_answer_assessed(network: RunningSimulator) -> None:
    interview = conduct(make_interview(phone="+14155550100"))
    assert interview.result_status == Interview.ResultStatus.READY
    for response in interview.responses.all():
        assert response.status == InterviewResponse.Status.ASSESSED
        assert response.transcript_source == "twilio"
        assessment = response.current_assessment
        assert assessment is not None
        assert assessment.label == "offline rules, no language model"
        for criterion in assessment.criteria:
            for evidence in criterion.evidence:
                assert response.transcript[evidence.span] == evidence.quote
        take = response.chosen_recording
        assert take is not None
        with take.file.open("rb") as audio:
            assert audio.read(4) == b"RIFF"
    result = interview.results.get(is_current=True)
    assert result.coverage == 1
    assert result.recommendation


def test_a_terse_candidate_scores_lower_than_a_talkative_one(network: RunningSimulator) -> None:
    talkative = conduct(make_interview(phone="+14155550100")).results.get()
    terse = conduct(make_interview(job=None, phone="+14155550101")).results.get()
    assert talkative.overall_score is not None
    assert terse.overall_score is None or terse.overall_score < talkative.overall_score
