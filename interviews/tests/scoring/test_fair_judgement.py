"""Fair scores: silence, instructions to the scorer and the resume earn no points."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from interviews.flags import Flag
from interviews.models import Interview, InterviewResponse, InterviewResult
from interviews.models.no_answer import NoAnswer
from interviews.scoring.assessment import ASSESS_STEP
from screener.background.steps import run_step
from screener.services.errors import TransientError
from screener.services.interviewer.protocol import ResponseScores, ResponseText
from tests.support.factories import make_transcribed_interview, run_tasks
from tests.support.fake_openai import fake_language_model
from tests.support.scripted_interviewer import (
    ANSWER,
    INJECTION,
    in_sequence,
    make_response,
    raising,
    uniform_scores,
)

pytestmark = pytest.mark.django_db
QUOTE = "moved twelve services"
LAST = 2
OCCUPATION = "Head of platform at Babbage Ltd."


def score_by_position(text: ResponseText) -> ResponseScores:
    return uniform_scores(2 if "weak" in text.transcript else 9, QUOTE)(text)


def obey(text: ResponseText) -> ResponseScores:
    """A model that follows the instructions in an answer."""
    return uniform_scores(10 if INJECTION in text.transcript else 4, QUOTE)(text)


def conclude(interview: Interview, **last_answer: str) -> InterviewResult:
    interview.responses.filter(position=LAST).update(**last_answer)
    run_tasks()
    return interview.results.get()


@pytest.mark.parametrize("unanswered", ["silent", "skipped", "too_short"])
def test_weak_answer_beats_silence(judged_by: Any, unanswered: str) -> None:
    judged_by(score_by_position)
    weak = conclude(make_transcribed_interview(ANSWER), transcript=f"{ANSWER} It was weak.")
    silent = conclude(
        make_transcribed_interview(ANSWER, phone="+14155550102"), status=unanswered, transcript="", status_reason="-"
    )
    assert weak.overall_score is not None
    assert silent.overall_score is not None
    assert silent.overall_score == Decimal("6.00") < weak.overall_score
    assert (Flag.UNANSWERED_EARNED_NOTHING in silent.flags, Flag.UNANSWERED_EARNED_NOTHING in weak.flags) == (
        True,
        False,
    )


@pytest.mark.parametrize(
    ("no_answer", "score"),
    [("", "9.00"), (NoAnswer.ASKED_PERSON, "9.00"), (NoAnswer.SKIPPED, "6.00"), (NoAnswer.DONT_KNOW, "6.00")],
)
def test_question_left_to_person_costs_nothing(judged_by: Any, no_answer: str, score: str) -> None:
    """Unlike a question that the candidate skipped before asking for a person."""
    judged_by(score_by_position)
    interview = make_transcribed_interview(ANSWER)
    interview.update_fields(person_requested_at=interview.created_at)
    result = conclude(interview, status="skipped", transcript="", no_answer=no_answer)
    assert (result.overall_score, Flag.PERSON_REQUESTED in result.flags) == (Decimal(score), True)
    assert (Flag.UNANSWERED_EARNED_NOTHING in result.flags) is (score == "6.00")
    interview.refresh_from_db()
    assert interview.result_status == Interview.ResultStatus.NEEDS_REVIEW


def test_lost_answer_leaves_no_score(judged_by: Any) -> None:
    judged_by(score_by_position)
    lost = conclude(make_transcribed_interview(ANSWER), status=InterviewResponse.Status.AUDIO_LOST, transcript="")
    assert (lost.overall_score, lost.recommendation) == (None, "")


def test_obeyed_instruction_needs_review(judged_by: Any) -> None:
    judged_by(obey)
    response = make_response(f"{ANSWER} {INJECTION}")
    run_tasks()
    response.refresh_from_db()
    assessment = response.current_assessment
    assert assessment is not None
    assert assessment.score is None
    assert {Flag.SCORE_DEPENDS_ON_INSTRUCTIONS, Flag.TALKS_TO_THE_SCORER} <= set(assessment.flags)
    result = response.interview.results.get()
    response.interview.refresh_from_db()
    assert response.interview.result_status == Interview.ResultStatus.NEEDS_REVIEW
    assert (result.overall_score, result.recommendation) == (None, "")


def test_ignored_instruction_costs_nothing(judged_by: Any) -> None:
    sent: list[str] = []

    def resist(text: ResponseText) -> ResponseScores:
        sent.append(text.transcript)
        return uniform_scores(8, QUOTE)(text)

    judged_by(resist)
    response = make_response(f"{ANSWER} {INJECTION}")
    run_tasks()
    assert [INJECTION in transcript for transcript in sent] == [False, True]
    assert response.interview.results.get().overall_score == Decimal("8.00")


@pytest.mark.parametrize("error", [TransientError("Down."), KeyboardInterrupt()])
@pytest.mark.parametrize(("without", "outcome"), [(10, Decimal(10)), (4, None)])
def test_retry_skips_comparison(
    judged_by: Any, time_machine: Any, error: BaseException, without: float, outcome: Decimal | None
) -> None:
    interviewer = judged_by(in_sequence(uniform_scores(without, QUOTE), raising(error), obey))
    response = make_response(f"{ANSWER} {INJECTION}")
    with suppress(KeyboardInterrupt):
        run_step(ASSESS_STEP, response.pk)
    time_machine.move_to(timezone.now() + timedelta(minutes=10))
    run_step(ASSESS_STEP, response.pk)
    current, compared = response.assessments.all()
    assert (current.score, current.is_current) == (outcome, True)
    assert (compared.score, compared.is_current, Flag.COMPARED in compared.flags) == (None, False, True)
    assert interviewer.call_count == 3


def test_other_model_compares_anew(judged_by: Any) -> None:
    judged_by(in_sequence(uniform_scores(4, QUOTE), raising(TransientError("Down."))))
    response = make_response(f"{ANSWER} {INJECTION}")
    run_step(ASSESS_STEP, response.pk)
    response.update_fields(retry_at=None)
    other = judged_by(uniform_scores(9, QUOTE))
    other.label = "another model"
    run_step(ASSESS_STEP, response.pk)
    assert response.assessments.get(is_current=True).score == Decimal(9)
    assert other.call_count == 2


def test_instruction_without_answer_earns_nothing(judged_by: Any) -> None:
    judged_by(uniform_scores(4, "leading teams"))
    response = make_response(INJECTION)
    run_tasks()
    assert response.interview.results.get().overall_score is None


@pytest.mark.parametrize("words", ["I act as a role model for the new people on my shift.", ANSWER])
def test_plain_answer_is_scored_once(judged_by: Any, words: str) -> None:
    interviewer = judged_by(uniform_scores(4, "role model for the new people"))
    make_response(words)
    run_tasks()
    assert interviewer.call_count == 1


def test_resume_is_sent_without_identifiers() -> None:
    with fake_language_model() as server:
        interview = make_transcribed_interview("I led the migration of twelve services in two months.")
        interview.candidate.update_fields(resume_text=f"Ada Lovelace, ada@example.com. {OCCUPATION}")
        run_tasks()
    messages = [request.json["messages"][1]["content"] for request in server.requests]
    assert len(messages) == len(interview.responses.all()) + 1
    assert all(OCCUPATION in message for message in messages)
    assert not any("Ada" in message or "ada@example.com" in message for message in messages)


def test_quote_from_resume_supports_nothing(judged_by: Any) -> None:
    judged_by(uniform_scores(9, "Head of platform at Babbage"))
    response = make_response()
    response.interview.candidate.update_fields(resume_text="Head of platform at Babbage Ltd.")
    run_tasks()
    response.refresh_from_db()
    assert response.current_assessment is not None
    assert response.current_assessment.score is None


@pytest.mark.parametrize(("locale", "is_flagged"), [("en-GB", False), ("es", True)])
def test_other_language_is_flagged(judged_by: Any, locale: str, is_flagged: bool) -> None:
    judged_by(score_by_position)
    interview = make_transcribed_interview(ANSWER)
    interview.candidate.update_fields(locale=locale)
    result = conclude(interview, status="skipped", transcript="", no_answer=NoAnswer.SKIPPED)
    assert (Flag.OTHER_LANGUAGE in result.flags) is is_flagged
