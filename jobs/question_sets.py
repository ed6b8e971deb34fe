"""From a job's description to questions, and when those may be asked."""

from typing import assert_never

from jobs.models import JobDescription, QuestionSet
from screener.background.leases import Lease, row_lock
from screener.background.steps import Step
from screener.costs.metering import paid
from screener.models import InvalidTransition, LeasableQuerySet, ModelCall
from screener.services.errors import ServiceError, TransientError
from screener.services.interviewer import selection
from screener.services.interviewer.protocol import JobText, QuestionPlan, Reply
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


def _jobs_without_questions() -> LeasableQuerySet[JobDescription]:
    return JobDescription.objects.filter(questions_status=JobDescription.QuestionsStatus.PENDING)


def _compose(lease: Lease[JobDescription]) -> Reply[QuestionPlan]:
    job = JobDescription.objects.get(pk=lease.pk)
    text = JobText(title=job.title, description=job.description, language=job.language)
    return paid(
        ModelCall.Purpose.QUESTIONS,
        lambda interviewer: interviewer.compose_questions(text, job.question_count),
        job_id=job.pk,
    )


def _save_draft(job: JobDescription, reply: Reply[QuestionPlan]) -> None:
    source = selection.configured_interviewer().label
    job.add_draft([*reply.value.questions], source=source, prompt_hash=reply.prompt_hash)


def _give_up(job: JobDescription, error: ServiceError) -> None:
    lasted = isinstance(error, TransientError)
    job.questions_failed(f"{error} It was tried {job.tries} times; ask again later." if lasted else str(error))


WRITE_STEP = Step(
    ready=_jobs_without_questions,
    work=_compose,
    lock=row_lock(JobDescription.objects.all()),
    save=_save_draft,
    give_up=_give_up,
)
