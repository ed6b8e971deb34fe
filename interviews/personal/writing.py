"""The step that has a model word the questions of a job for one candidate."""

from dataclasses import dataclass
from hashlib import sha256

from django.utils.translation import gettext_noop

from candidates.models import Candidate
from interviews.models import PersonalQuestions
from interviews.models.personal.questions import PersonalQuestionsQuerySet
from interviews.personal.checks import PersonalReview
from interviews.scoring.rubric import MAX_RESUME_LENGTH, resume_excerpt
from screener.background.leases import Lease, row_lock
from screener.background.steps import Step
from screener.costs.metering import metered_interviewer_call
from screener.language_tag import primary_tag
from screener.models import ModelCall
from screener.services.errors import PermanentError, ServiceError, reason_after_retries
from screener.services.interviewer import selection
from screener.services.interviewer.prompt_injection import has_injection
from screener.services.interviewer.protocol import JobText, ResumeQuestions

NOTHING_TO_ASK = gettext_noop("The model found nothing in the resume that sharpens a question of this job.")
ALL_REFUSED = gettext_noop("All words of the model were refused, for the reasons below.")


@dataclass(frozen=True)
class WrittenWords:
    """The checked words of a model, and what they were written from."""

    review: PersonalReview
    source: str
    prompt_hash: str
    resume_hash: str
    resume_is_cut: bool
    resume_instructs: bool


def hash_of_resume(candidate: Candidate) -> str:
    """A hash that changes with the text of the resume."""
    return sha256(candidate.resume_text.encode()).hexdigest()


def _sets_to_write() -> PersonalQuestionsQuerySet:
    return PersonalQuestions.objects.filter(status=PersonalQuestions.Status.PENDING)


def _write(lease: Lease[PersonalQuestions]) -> WrittenWords:
    row = PersonalQuestions.objects.select_related("candidate", "question_set__job").get(pk=lease.pk)
    candidate, question_set, job = row.candidate, row.question_set, row.question_set.job
    if not candidate.resume_text:
        raise PermanentError("The candidate has no resume any more.")
    task = ResumeQuestions(
        job=JobText(title=job.title, description=job.description, language=question_set.language),
        questions=tuple(question_set.questions),
        resume=resume_excerpt(candidate),
        private=candidate.identifying_texts,
    )
    reply = metered_interviewer_call(
        ModelCall.Purpose.PERSONAL_QUESTIONS, lambda interviewer: interviewer.sharpen_questions(task), job_id=job.pk
    )
    review = PersonalReview(task.questions, primary_tag(question_set.language), task.private)
    review.add(reply.value.questions)
    return WrittenWords(
        review=review,
        source=selection.configured_interviewer().label,
        prompt_hash=reply.prompt_hash,
        resume_hash=hash_of_resume(candidate),
        resume_is_cut=candidate.resume_is_cut or len(candidate.resume_text) > MAX_RESUME_LENGTH,
        resume_instructs=has_injection(candidate.resume_text),
    )


def _save(row: PersonalQuestions, written: WrittenWords) -> None:
    review = written.review
    content = {
        "refused": review.refused,
        "source": written.source,
        "prompt_hash": written.prompt_hash,
        "resume_hash": written.resume_hash,
        "resume_is_cut": written.resume_is_cut,
        "resume_instructs": written.resume_instructs,
    }
    if review.accepted:
        in_order = sorted(review.accepted, key=lambda question: question.position)
        row.set_written(questions=in_order, **content)
    else:
        row.set_failed(ALL_REFUSED if review.refused else NOTHING_TO_ASK, **content)


def _give_up(row: PersonalQuestions, error: ServiceError) -> None:
    row.set_failed(reason_after_retries(error, "The model could not be reached for hours."))


WRITE_STEP = Step(
    ready=_sets_to_write,
    work=_write,
    lock=row_lock(PersonalQuestions.objects.all()),
    save=_save,
    give_up=_give_up,
    error_field="error",
)
