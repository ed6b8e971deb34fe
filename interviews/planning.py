"""Planning an interview: its conditions, and the rows that exist from then on."""

from datetime import datetime

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from candidates.models import Candidate
from interviews.calling.person.rules import HAS_INTERVIEW
from interviews.calling.rules import why_never_called
from interviews.calling.verdicts import DialRule
from interviews.models import Campaign, EventKind, Interview, InterviewResponse, WaitReason, already_locked
from interviews.models.interview import ONE_LIVE_INTERVIEW
from jobs.models import JobDescription
from screener.db.constraints import violates_constraint
from screener.models import InvalidTransition
from screener.records import QuestionSpec
from screener.services.transcription.selection import configured_transcriber

NO_QUESTIONS = gettext_noop(
    "This job has no approved questions. Have them generated, read them and approve them first."
)


class Obstacle(models.TextChoices):
    """Why an interview can't be planned, apart from the dial rules."""

    QUESTIONS = "questions", _("No approved questions")
    TRANSCRIPTION = "transcription", _("No transcription of the language")
    UNKNOWN_CANDIDATE = "unknown_candidate", _("No such candidate")
    SAME_NUMBER = "same_number", _("Number of another candidate in the selection")
    NO_CANDIDATES = "no_candidates", _("No candidates")


NOT_POSSIBLE_CODES = [*DialRule.choices, *Obstacle.choices]


class NotPossible(InvalidTransition):
    """This interview can't be planned. The message says why and what to do; the code is a DialRule or an Obstacle."""

    def __init__(self, reason: str, code: DialRule | Obstacle | str) -> None:
        super().__init__(reason)
        self.code = code


def plan_interview(
    *,
    candidate: Candidate,
    job: JobDescription,
    actor: str,
    scheduled_for: datetime | None = None,
    campaign: Campaign | None = None,
    repeat_reason: str = "",
) -> Interview:
    """An interview with a response for each approved question, called at once or when it is scheduled for.

    `repeat_reason`: why this person, who has completed an interview for this job, is interviewed again.
    """
    question_set = job.approved_questions
    if rule_verdict := why_never_called(candidate, job, is_repeat=bool(repeat_reason)):
        raise NotPossible(rule_verdict.verdict.reason, rule_verdict.rule)
    if question_set is None:
        raise NotPossible(gettext(NO_QUESTIONS), Obstacle.QUESTIONS)
    if language_problem := configured_transcriber().why_unsupported(question_set.language):
        raise NotPossible(language_problem, Obstacle.TRANSCRIPTION)
    try:
        with transaction.atomic():
            interview = Interview.objects.create(
                candidate=candidate,
                job=job,
                question_set=question_set,
                campaign=campaign,
                language=question_set.language,
                repeat_reason=repeat_reason,
                scheduled_for=scheduled_for,
            )
            InterviewResponse.objects.bulk_create(
                _planned_response(interview, position, question)
                for position, question in enumerate(question_set.questions)
            )
            wait_reason = WaitReason.SCHEDULED if scheduled_for else ""
            with already_locked(interview) as locked_interview:
                locked_interview.add_event(EventKind.INTERVIEW_PLANNED, actor=actor, reason=repeat_reason)
                locked_interview.schedule_next_attempt(scheduled_for or timezone.now(), wait_reason=wait_reason)
    except IntegrityError as error:
        if not violates_constraint(error, ONE_LIVE_INTERVIEW):
            raise
        raise NotPossible(gettext(HAS_INTERVIEW), DialRule.OTHER_INTERVIEW) from error
    return interview


def _planned_response(interview: Interview, position: int, question: QuestionSpec) -> InterviewResponse:
    """A response has a column for each attribute of its question."""
    question_attributes = question.model_dump(exclude={"text"})
    return InterviewResponse(interview=interview, position=position, question=question.text, **question_attributes)
