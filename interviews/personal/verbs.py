"""Verbs of personal questions: request, approve, withdraw. The admin and the API use them."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext, gettext_noop

from candidates.models import Candidate
from interviews.models import PersonalQuestions
from interviews.models.personal.questions import ONE_LIVE_SET
from interviews.planning import NO_QUESTIONS
from interviews.task_handles import WRITE_PERSONAL_QUESTIONS
from jobs.models import JobDescription
from screener.db.constraints import violates_constraint
from screener.models import InvalidTransition
from screener.services.interviewer import selection

NO_MODEL = gettext_noop(
    "Personal questions are written by a language model, and none is configured. The candidate is asked the questions "
    "of the job."
)
ERASED = gettext_noop("This candidate was erased.")
NO_RESUME = {
    Candidate.ResumeStatus.NONE: gettext_noop("The candidate has no resume. Add one first."),
    Candidate.ResumeStatus.PENDING: gettext_noop("The resume is still being read. Try again in a moment."),
    Candidate.ResumeStatus.READ: gettext_noop("The resume has no text. Add one with text first."),
    Candidate.ResumeStatus.UNREADABLE: gettext_noop("The resume could not be read. Add a readable one first."),
}


def why_not_written(candidate: Candidate, job: JobDescription) -> str:
    """Why no personal questions can be written now, and the remedy. Empty if they can."""
    if candidate.erased_at:
        return gettext(ERASED)
    if not selection.configured_interviewer().writes_questions:
        return gettext(NO_MODEL)
    if not candidate.resume_text.strip():
        return gettext(NO_RESUME[Candidate.ResumeStatus(candidate.resume_status)])
    return "" if job.approved_questions else gettext(NO_QUESTIONS)


def request_personal_questions(candidate: Candidate, job: JobDescription, *, by: str) -> PersonalQuestions:
    """Have personal questions written for the approved version. One that is in use or in work is returned as it is.

    Raises InvalidTransition if they can't be written.
    """
    question_set = job.approved_questions
    if problem := why_not_written(candidate, job):
        raise InvalidTransition(problem)
    assert question_set
    if existing := find_live_set(candidate, job):
        return existing
    try:
        with transaction.atomic():
            row = PersonalQuestions.objects.create(candidate=candidate, question_set=question_set, created_by=by)
            WRITE_PERSONAL_QUESTIONS.defer(row.pk)
    except IntegrityError as error:
        if not violates_constraint(error, ONE_LIVE_SET):
            raise
        row = PersonalQuestions.objects.live().get(candidate=candidate, question_set=question_set)  # of another user
    return row


def find_live_set(candidate: Candidate, job: JobDescription) -> PersonalQuestions | None:
    """Return the set for the approved version that is being written, waits for approval, or is in use."""
    live = PersonalQuestions.objects.live().filter(candidate=candidate)
    return live.filter(question_set=job.approved_questions).first()


def approve_personal_questions(row: PersonalQuestions, *, by: str) -> PersonalQuestions:
    """Use these questions in interviews that are planned from now on. Idempotent. Raises InvalidTransition."""
    with transaction.atomic():
        locked = _locked(row.pk)
        locked.approve(by=by)
    return locked


def withdraw_personal_questions(row: PersonalQuestions, *, by: str) -> PersonalQuestions:
    """Use these questions no more. Idempotent. Raises InvalidTransition."""
    with transaction.atomic():
        locked = _locked(row.pk)
        locked.withdraw(by=by)
    return locked


def _locked(pk: UUID) -> PersonalQuestions:
    rows = PersonalQuestions.objects.select_for_update(of=("self",)).select_related("candidate", "question_set__job")
    return rows.get(pk=pk)
