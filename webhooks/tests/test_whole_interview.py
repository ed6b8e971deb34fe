"""One interview all the way: the app over HTTP, the simulated phone network, the real Twilio client, the jobs."""

import re
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests
from django.test import Client, override_settings
from django.urls import reverse

from devtools.phone_simulator.server import RunningSimulator, running_simulator
from interviews.models import Attempt, Interview, InterviewResponse, lock_interview
from interviews.scoring.passages import split_passages
from interviews.scoring.person import scoring_version
from screener.models import ModelCall
from screener.services.interviewer.protocol import SIMULATED_LABEL, SIMULATED_MODEL
from tests.support.factories import make_interview, run_tasks
from tests.support.fake_openai import run_fake_openai

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def network(live_server: Any, settings: Any) -> Iterator[RunningSimulator]:
    settings.WEBHOOK_BASE_URL = live_server.url
    with running_simulator(account_sid=settings.TWILIO_ACCOUNT_SID, auth_token=settings.TWILIO_AUTH_TOKEN) as simulator:
        settings.TWILIO_API_URL = simulator.url
        yield simulator


def conduct(interview: Interview, seconds: float = 20) -> Interview:
    """Run the worker's tasks until there is a result, or the interview is over without one."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        run_tasks()
        interview.refresh_from_db()
        if not interview.is_live and interview.result_status != Interview.ResultStatus.PENDING:
            return interview
        time.sleep(0.05)
    raise AssertionError(f"still {interview.status}, result {interview.result_status} after {seconds} s")


def test_talkative_candidate_gets_result(network: RunningSimulator) -> None:
    interview = conduct(make_interview(phone="+14155550100"))
    assert interview.result_status == Interview.ResultStatus.READY
    for response in interview.responses.all():
        assert response.status == InterviewResponse.Status.ASSESSED
        assert response.transcript_source == "twilio"
        assessment = response.current_assessment
        assert assessment is not None
        assert (assessment.label, assessment.model) == (SIMULATED_LABEL, SIMULATED_MODEL)
        for criterion in assessment.criteria:
            for evidence in criterion.evidence:
                assert response.transcript[evidence.transcript_span] == evidence.quote
        take = response.chosen_recording
        assert take is not None
        with take.file.open("rb") as audio:
            assert audio.read(4) == b"RIFF"
    result = interview.results.get(is_current=True)
    assert result.coverage == 1
    assert result.recommendation


def test_person_judges_interview(network: RunningSimulator, admin_client: Client, settings: Any) -> None:
    """From the call over the list "To score" and the form to the recommendation."""
    settings.JUDGE = "person"
    interview = conduct(make_interview(phone="+14155550100"))
    assert interview.result_status == Interview.ResultStatus.INCOMPLETE
    address: str = reverse("admin:interviews_interviewresponse_to_score")
    page = admin_client.get(address, follow=True).content.decode()
    form = r"/admin/interviews/interviewresponse/[0-9a-f-]{36}/score/"
    address = re.findall(form, page)[0]
    for _ in interview.responses.all():
        answer = admin_client.get(address).context["response"]
        sentence = max(split_passages(answer.transcript), key=lambda passage: int(passage.stop - passage.start))
        numbers = range(len(interview.job.rubric))
        scores = {f"score-{number}": "8" for number in numbers}
        scores |= {f"evidence-{number}": f"{sentence.start}-{sentence.stop}" for number in numbers}
        address = admin_client.post(address, scores | {"version": scoring_version(answer)}).headers["Location"]
    assert not re.fullmatch(form, address)
    conduct(interview)
    result = interview.results.get(is_current=True)
    assert (interview.result_status, result.overall_score, result.recommendation) == ("ready", Decimal(8), "hire")
    assert [(judge.source, judge.positions) for judge in result.judges] == [
        ("person", [response.position for response in interview.responses.all()])
    ]
    assert not ModelCall.objects.exists()


def test_unknown_answers_wait_for_person(network: RunningSimulator) -> None:
    """The simulated model of `make run` refuses them, and no number comes of it."""
    with run_fake_openai() as refusing, override_settings(OPENAI_BASE_URL=refusing.base_url):
        interview = conduct(make_interview(phone="+14155550100"))
    result = interview.results.get(is_current=True)
    assert interview.result_status == Interview.ResultStatus.INCOMPLETE
    assert (result.overall_score, result.recommendation) == (None, "")
    assert {response.status for response in interview.responses.all()} == {InterviewResponse.Status.MODEL_UNAVAILABLE}


def test_candidate_who_calls_back_holds_interview(network: RunningSimulator, live_server: Any) -> None:
    interview = make_interview(phone="+14155550100")
    with lock_interview(interview) as locked:
        locked.clear_next_attempt()
    network.network.inbound_url = f"{live_server.url}/webhooks/twilio/inbound/"
    response = requests.post(f"{network.url}/simulator/call-in", data={"phone": "+14155550100"}, timeout=10)
    assert response.status_code == 201
    interview = conduct(interview)
    assert interview.result_status == Interview.ResultStatus.READY
    attempt = interview.attempts.get()
    assert (attempt.direction, attempt.call.twilio_sid) == (Attempt.Direction.INBOUND, response.json()["sid"])
    assert attempt.call.status == "completed"
