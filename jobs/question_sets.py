"""From a job's description to questions, and when those may be asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import assert_never
from uuid import UUID

from django.db import transaction

from jobs.models import JobDescription, QuestionSet
from screener.background.leases import claim_lease
from screener.background.queue import MAX_STEP_TRIES, retry_delay
from screener.costs.metering import paid
from screener.models import InvalidTransition, ModelCall
from screener.services.errors import NotSent, PermanentError, TransientError
from screener.services.interviewer import openai_interviewer
from screener.services.interviewer.protocol import JobText
from screener.services.transcription import transcriber

interview_languages: dict[str, str] = {}
"""Names of the languages in which interviews can be held, by primary language tag. The interviews app adds them."""


def shown_questions(job: JobDescription) -> QuestionSet | None:
    """What a reader of the job should look at: the draft that waits for approval, else what is in force."""
    return job.draft_questions or job.approved_questions


def why_not_approvable(questions: QuestionSet) -> str:
    """Why nobody could be asked these questions, and what to do; empty where they can be approved."""
    reasons = []
    if questions.language.split("-")[0].lower() not in interview_languages:
        names, tags = (" or ".join(values) for values in (interview_languages.values(), interview_languages))
        reasons.append(
            f"These questions are in {questions.language!r}, but interviews can be held only in {names} so far. "
            f"Set the job's language to {tags} and have the questions written again."
        )
    if unheard := transcriber.why_not_heard(questions.language):
        reasons.append(unheard)
    return " ".join(reasons)


def to_approve(job: JobDescription) -> QuestionSet:
    """The questions that approving this job is about: its draft, or what was approved before."""
    found = shown_questions(job)
    if found is not None:
        return found
    status = JobDescription.QuestionsStatus
    match status(job.questions_status):
        case status.PENDING:
            raise InvalidTransition(
                "The questions of this job are still being written. Approve them when they are ready."
            )
        case status.FAILED:
            raise InvalidTransition(f"This job has no questions. {job.questions_error} Have them written again.")
        case status.NONE | status.READY | status.APPROVED:
            raise InvalidTransition(
                "This job has no questions yet. Have them generated, or write some, then approve them."
            )
        case _ as unreachable:
            assert_never(unreachable)


def approve(questions: QuestionSet, *, by: str) -> None:
    """Put these questions into force, if they can be asked at all."""
    if reason := why_not_approvable(questions):
        raise InvalidTransition(reason)
    questions.approve(by=by)


def write_questions(job_id: UUID) -> None:
    """Have the questions composed that were asked for. Running it twice asks the interviewer once."""
    waiting = JobDescription.objects.filter(questions_status=JobDescription.QuestionsStatus.PENDING)
    with claim_lease(waiting, job_id) as token:
        if token:
            _write_questions(job_id, token)


def _write_questions(job_id: UUID, token: UUID) -> None:
    job = JobDescription.objects.get(pk=job_id)
    text = JobText(title=job.title, description=job.description, language=job.language)
    try:
        reply = paid(
            ModelCall.Purpose.QUESTIONS,
            lambda interviewer: interviewer.compose_questions(text, job.question_count),
            job_id=job.pk,
        )
    except NotSent as error:
        JobDescription.objects.postpone(job.pk, token, error.wait, counts=False)
    except TransientError as error:
        _try_again(job.pk, token, error)
    except PermanentError as error:
        with _held(job.pk, token) as held:
            if held:
                held.questions_failed(str(error))
    else:
        with _held(job.pk, token) as held:
            if held:
                questions = [one.model_dump() for one in reply.value.questions]
                source = openai_interviewer.interviewer().label
                held.add_draft(questions, source=source, prompt_hash=reply.prompt_hash)


def _try_again(job_id: UUID, token: UUID, error: TransientError) -> None:
    with _held(job_id, token) as job:
        if job and job.tries < MAX_STEP_TRIES:
            JobDescription.objects.postpone(job.pk, token, retry_delay(job.tries, at_least=error.retry_after))
        elif job:
            job.questions_failed(f"{error} It was tried {job.tries} times; ask again later.")


@contextmanager
def _held(job_id: UUID, token: UUID) -> Iterator[JobDescription | None]:
    """The locked job, or None where its lease was lost: somebody else has written questions meanwhile."""
    with transaction.atomic():
        job = JobDescription.objects.select_for_update().get(pk=job_id)
        yield job if job.lease == token else None


def abandoned() -> list[UUID]:
    """Jobs whose questions were asked for and on which nobody is working."""
    waiting = JobDescription.objects.filter(questions_status=JobDescription.QuestionsStatus.PENDING)
    return list(waiting.abandoned().values_list("pk", flat=True)[:100])
