"""`JUDGE=person`: no model scores, every answer is transcribed and waits for a person."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.test import override_settings

from interviews.flags import Flag
from interviews.models import Interview, InterviewResponse
from interviews.scoring.assessment import ASSESS_STEP, retry_failed
from interviews.scoring.result import CONCLUDE_STEP
from screener.background.sweeps import run_sweeps
from screener.models import ModelCall
from screener.services.interviewer.selection import configured_interviewer
from screener.services.interviewer.without_model import WithoutModel
from tests.support.factories import make_transcribed_interview, run_tasks
from tests.support.person_scores import score_as_person

pytestmark = pytest.mark.django_db
Status = InterviewResponse.Status


@pytest.fixture(autouse=True)
def person_judges() -> Iterator[None]:
    """With a key, so that a model could be asked."""
    with override_settings(JUDGE="person", OPENAI_API_KEY="sk-test", OPENAI_BASE_URL="http://127.0.0.1:9/v1"):
        yield


@pytest.fixture
def waiting() -> Interview:
    interview = make_transcribed_interview()
    run_tasks()
    return reload(interview)


def reload(interview: Interview) -> Interview:
    return Interview.objects.get(pk=interview.pk)


def add_scores(interview: Interview, *positions: int) -> None:
    """Score these answers, as the form of a person does."""
    for position in positions:
        score_as_person(interview.responses.get(position=position), 7.5)


def test_no_model_is_asked(waiting: Interview) -> None:
    assert isinstance(configured_interviewer(), WithoutModel)
    assert not ModelCall.objects.exists()


def test_answers_stay_transcribed(waiting: Interview) -> None:
    assert {response.status for response in waiting.responses.all()} == {Status.TRANSCRIBED}


def test_result_has_reason_code_and_no_number(waiting: Interview) -> None:
    result = waiting.results.get(is_current=True)
    assert waiting.result_status == Interview.ResultStatus.INCOMPLETE
    assert (result.overall_score, result.recommendation, result.flags) == (None, "", [Flag.WAITING_FOR_PERSON])


def test_waiting_interview_needs_attention(waiting: Interview) -> None:
    assert list(Interview.objects.needing_attention()) == [waiting]


def test_short_answer_waits_for_nobody() -> None:
    interview = make_transcribed_interview("Well, yes.")
    run_tasks()
    assert {response.status for response in interview.responses.all()} == {Status.TOO_SHORT}


def test_sweeps_leave_waiting_rows_alone(waiting: Interview) -> None:
    run_sweeps(0)
    assert not ASSESS_STEP.ready().abandoned().exists()
    assert not CONCLUDE_STEP.ready().exists()


def test_some_scores_change_no_result(waiting: Interview) -> None:
    add_scores(waiting, 0, 1)
    run_tasks()
    assert reload(waiting).result_status == Interview.ResultStatus.INCOMPLETE


def test_last_scores_conclude_interview(waiting: Interview) -> None:
    add_scores(waiting, 0, 1, 2)
    run_tasks()
    result = waiting.results.get(is_current=True)
    assert Flag.WAITING_FOR_PERSON not in result.flags
    assert (result.overall_score, result.recommendation) == (Decimal("7.50"), "hire")


def test_another_try_asks_model_configured_since(waiting: Interview) -> None:
    with override_settings(JUDGE="model"):
        retry_failed(waiting, actor="hr")
        ready = ASSESS_STEP.ready().claimable()
        assert ready.filter(interview=waiting).count() == 3
