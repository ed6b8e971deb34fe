"""Writes the questions of a job: by the model, checked, and replaced where they are refused; or from the bank."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from jobs.bank.interview_types import USUAL_MIXES
from jobs.bank.picking import share_out
from jobs.bank.similarity import similarity
from jobs.bank.words import content_stems
from jobs.bank.writing import BANK_LABEL, pick_for_job, write_from_bank
from jobs.models import JobDescription
from jobs.question_checks import QuestionReview, RefusedQuestion
from screener.costs.metering import metered_interviewer_call
from screener.language_tag import primary_tag
from screener.models import ModelCall
from screener.records import QuestionContent
from screener.services.errors import PermanentError, ServiceError
from screener.services.interviewer import selection
from screener.services.interviewer.protocol import JobText, QuestionPlan, Reply

MAX_REQUESTS = 3
"""To the model, for one set of questions. The bank then supplies the questions that are still missing."""
MIN_DESCRIPTION_WORDS = 3
"""With fewer the model would invent the job."""
SPARE_PICKS = 3
"""Number of bank questions to try for each missing question."""
OFFERS = 3
"""Number of questions to request when one is replaced: some may be refused, and the most similar one is taken."""


@dataclass(frozen=True)
class WrittenQuestions:
    questions: list[QuestionContent]
    source: str
    prompt_hash: str = ""
    refused: list[RefusedQuestion] = field(default_factory=list)


def write_questions(job: JobDescription) -> WrittenQuestions:
    """Return questions that passed the checks. Raises ServiceError if no question passed."""
    interviewer = selection.configured_interviewer()
    if not interviewer.writes_questions or len(job.description.split()) < MIN_DESCRIPTION_WORDS:
        return WrittenQuestions([*write_from_bank(job)], BANK_LABEL)
    wanted = share_out(job.question_count, USUAL_MIXES[job.interview_type])
    review = _review(job, job.question_count, wanted=wanted)
    prompt_hash = _ask_model(job, review)
    if review.missing:
        mix = {kind: float(number) for kind, number in review.missing_kinds.items()}
        review.fill(pick_for_job(job, SPARE_PICKS * review.missing, avoided=review.seen, mix=mix))
    if not review.accepted:
        raise PermanentError(_nothing_left(review))
    return WrittenQuestions([*review.in_order()], interviewer.label, prompt_hash, review.refused)


def writes_alternatives() -> bool:
    """Whether a model can write one question in place of another."""
    return selection.configured_interviewer().writes_questions


def write_alternative(
    job: JobDescription, question: QuestionContent, *, besides: Sequence[str]
) -> QuestionContent | None:
    """Have the model write some questions, and return the one that is most like `question`. None if all were refused.

    `besides`: texts that are asked or not wanted. Waits for the model, without a database connection. Raises
    ServiceError.
    """
    review = _review(job, OFFERS, unwanted=tuple(besides))
    review.add(_request(job, review).value.questions)
    wanted = content_stems(f"{question.text} {question.competency}", review.language)

    def likeness(offer: QuestionContent) -> float:
        return similarity(wanted, content_stems(f"{offer.text} {offer.competency}", review.language))

    return max(review.accepted, key=likeness, default=None)


def _review(job: JobDescription, count: int, **wishes: Any) -> QuestionReview:
    return QuestionReview(primary_tag(job.language), f"{job.title}\n{job.description}", count, **wishes)


def _ask_model(job: JobDescription, review: QuestionReview) -> str:
    """Ask until no question is missing or the requests are used up. Returns the hash of the prompt.

    After the first request, an error ends the asking: the questions that were paid for are kept.
    """
    first = _request(job, review)
    review.add(first.value.questions)
    for _attempt in range(1, MAX_REQUESTS):
        if not review.missing:
            break
        try:
            review.add(_request(job, review).value.questions)
        except ServiceError:
            break
    return first.prompt_hash


def _request(job: JobDescription, review: QuestionReview) -> Reply[QuestionPlan]:
    job_text = JobText(title=job.title_to_say, description=job.description, language=job.language)
    count, seen = review.missing, tuple(review.seen)
    kinds = {kind.value: number for kind, number in review.missing_kinds.items()}
    return metered_interviewer_call(
        ModelCall.Purpose.QUESTIONS,
        lambda interviewer: interviewer.compose_questions(job_text, count, besides=seen, kinds=kinds),
        job_id=job.pk,
    )


def _nothing_left(review: QuestionReview) -> str:
    reasons = "; ".join(sorted({refused.explanation for refused in review.refused}))
    message = gettext("All questions of the model were refused (%(reasons)s). Write them yourself, or try again.")
    return message % {"reasons": reasons}
