"""Planning an interview: what must be so, and the rows that exist from then on."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from candidates.models import Candidate
from interviews.calling.rules import may_ever_call
from interviews.calling.verdicts import Never
from interviews.models import Campaign, EventKind, Interview, InterviewResponse, WaitReason, already_locked
from interviews.models.interview import ONE_LIVE_INTERVIEW
from jobs.models import JobDescription
from screener.db.constraints import violates_constraint
from screener.models import InvalidTransition
from screener.records import QuestionSpec
from screener.services.transcription.selection import configured_transcriber

NO_QUESTIONS = "This job has no approved questions. Have them generated, read them and approve them first."


class NotPossible(InvalidTransition):
    """This interview can't be planned. The message says why and what to do."""


def plan_interview(
    *,
    candidate: Candidate,
    job: JobDescription,
    actor: str,
    scheduled_for: datetime | None = None,
    campaign: Campaign | None = None,
) -> Interview:
    """An interview with a response for each approved question, called at once or when it is scheduled for."""
    questions = job.approved_questions
    verdict = may_ever_call(candidate, job)
    if isinstance(verdict, Never):
        raise NotPossible(verdict.reason)
    if questions is None:
        raise NotPossible(NO_QUESTIONS)
    if reason := configured_transcriber().why_unsupported(questions.language):
        raise NotPossible(reason)
    try:
        with transaction.atomic():
            interview = Interview.objects.create(
                candidate=candidate,
                job=job,
                question_set=questions,
                campaign=campaign,
                language=questions.language,
                scheduled_for=scheduled_for,
            )
            InterviewResponse.objects.bulk_create(
                _planned_response(interview, position, question)
                for position, question in enumerate(questions.questions)
            )
            wait_reason = WaitReason.SCHEDULED if scheduled_for else ""
            with already_locked(interview) as locked:
                locked.add_event(EventKind.INTERVIEW_PLANNED, actor=actor)
                locked.schedule_next_attempt(scheduled_for or timezone.now(), wait_reason=wait_reason)
    except IntegrityError as error:
        if not violates_constraint(error, ONE_LIVE_INTERVIEW):
            raise
        raise NotPossible(
            "This candidate already has an interview for this job that is not over. Wait for it or cancel it."
        ) from error
    return interview


def _planned_response(interview: Interview, position: int, question: QuestionSpec) -> InterviewResponse:
    """A response has a column for each attribute of its question."""
    attributes = question.model_dump(exclude={"text"})
    return InterviewResponse(interview=interview, position=position, question=question.text, **attributes)
