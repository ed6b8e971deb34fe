"""Writes questions from a job's description, and approves question sets."""

from typing import assert_never

from django.utils.text import get_text_list
from django.utils.translation import gettext, gettext_noop

from jobs.interview_languages import interview_languages
from jobs.models import JobDescription, QuestionSet
from jobs.question_writing import WrittenQuestions, write_questions
from screener.background.leases import Lease, row_lock
from screener.background.steps import Step
from screener.language_tag import primary_tag
from screener.models import InvalidTransition, LeasableQuerySet
from screener.services.errors import ServiceError, TransientError
from screener.services.transcription.selection import configured_transcriber

REASON_NEEDED = gettext_noop(
    "Employers must not ask candidates about this. Change the question, or state why it is lawful and needed here."
)


def current_question_set(job: JobDescription) -> QuestionSet | None:
    """Return the draft that waits for approval, or else the approved set."""
    return job.draft_questions or job.approved_questions


def approval_obstacle(question_set: QuestionSet) -> str:
    """Return why these questions cannot be approved and the remedy, or an empty string."""
    reasons = []
    if primary_tag(question_set.language) not in interview_languages:
        language_names, language_tags = (
            get_text_list(list(values), gettext("or")) for values in (interview_languages.values(), interview_languages)
        )
        reasons.append(
            gettext(
                "These questions are in %(language)s, but interviews are available only in %(language_names)s. Set "
                "the job's language to %(language_tags)s and have the questions written again."
            )
            % {
                "language": repr(question_set.language),
                "language_names": language_names,
                "language_tags": language_tags,
            }
        )
    if unheard := configured_transcriber().why_unsupported(question_set.language):
        reasons.append(unheard)
    return " ".join(reasons)


def question_set_to_approve(job: JobDescription) -> QuestionSet:
    """Return the draft or the approved set. Raises InvalidTransition if the job has no questions."""
    question_set = current_question_set(job)
    if question_set is not None:
        return question_set
    status = JobDescription.QuestionsStatus
    match status(job.questions_status):
        case status.PENDING:
            raise InvalidTransition(
                gettext("The questions of this job are still being written. Approve them when they are ready.")
            )
        case status.FAILED:
            raise InvalidTransition(
                gettext("This job has no questions. %(questions_error)s Generate them again.")
                % {"questions_error": job.questions_error}
            )
        case status.NONE | status.READY | status.APPROVED:
            raise InvalidTransition(
                gettext("This job has no questions yet. Generate or write questions, then approve them.")
            )
        case _ as unreachable:
            assert_never(unreachable)


def approve_question_set(question_set: QuestionSet, *, by: str, reason: str = "") -> None:
    """Approve these questions.

    Raises InvalidTransition if they cannot be asked, or if they have warnings and no reason is stated.
    """
    if obstacle := approval_obstacle(question_set):
        raise InvalidTransition(obstacle)
    warnings = [] if question_set.status == QuestionSet.Status.APPROVED else question_set.all_warnings
    if warnings and not reason.strip():
        raise InvalidTransition(f"{' '.join(map(str, warnings))} {gettext(REASON_NEEDED)}")
    question_set.approve(by=by, reason=reason.strip() if warnings else "")


def _jobs_without_questions() -> LeasableQuerySet[JobDescription]:
    return JobDescription.objects.filter(questions_status=JobDescription.QuestionsStatus.PENDING)


def _write_questions(lease: Lease[JobDescription]) -> WrittenQuestions:
    return write_questions(JobDescription.objects.get(pk=lease.pk))


def _save_draft(job: JobDescription, written: WrittenQuestions) -> None:
    job.add_draft(written.questions, source=written.source, prompt_hash=written.prompt_hash, refused=written.refused)


def _give_up(job: JobDescription, error: ServiceError) -> None:
    is_transient = isinstance(error, TransientError)
    job.set_questions_error(f"{error} Tried {job.tries} times. Try again later." if is_transient else str(error))


WRITE_STEP = Step(
    ready=_jobs_without_questions,
    work=_write_questions,
    lock=row_lock(JobDescription.objects.all()),
    save=_save_draft,
    give_up=_give_up,
)
