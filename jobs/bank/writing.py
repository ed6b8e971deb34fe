"""The questions of a job without a language model: picked from the question bank."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_noop

from jobs.bank.advert import Advert
from jobs.bank.editing import entry_of
from jobs.bank.entry import BankEntry
from jobs.bank.families import Family, QuestionKind
from jobs.bank.interview_types import USUAL_MIXES
from jobs.bank.picking import pick_questions
from jobs.bank.search import approved_in
from jobs.models import JobDescription
from screener.services.errors import PermanentError
from screener.services.interviewer.protocol import JobText, PlannedQuestion

BANK_LABEL = gettext_noop("question bank")
MOST_PER_FAMILY = 500
"""The largest number of questions of a family that are considered, in the order of their ids, which are random."""


def write_from_bank(job: JobDescription) -> list[PlannedQuestion]:
    """Pick the job's questions. A version gets other ones than the last; the same version, tried again, the same."""
    last = job.question_sets.order_by("-version").first()
    picks = pick_for_job(
        job, job.question_count, avoided=[question.text for question in last.questions] if last else []
    )
    if not picks:
        raise PermanentError(
            f"The question bank has no questions in the language of this job ({job.language}). Write the questions "
            "yourself, or set OPENAI_API_KEY."
        )
    return picks


def pick_for_job(
    job: JobDescription, count: int, *, avoided: Sequence[str], mix: Mapping[QuestionKind, float] | None = None
) -> list[PlannedQuestion]:
    """Pick up to `count` questions that fit the job, by default in the mix of its type of interview.

    `avoided`: texts that are picked only where others are too few.
    """
    job_text = JobText(title=job.title, description=job.description, language=job.language)
    seed = f"{job.pk} {job.question_sets.count()}"
    mix = mix or USUAL_MIXES[job.interview_type]
    entries = entries_for(Advert.read(job.title, job.description, job.language))
    picks = pick_questions(job_text, count, entries, seed=seed, avoided=avoided, mix=mix)
    return [pick.question for pick in picks]


def entries_for(advert: Advert) -> list[BankEntry]:
    """The approved questions of the advertisement's families, and general ones, that have a text in its language."""
    approved = approved_in(advert.language)
    return [
        entry_of(question)
        for family in (Family.GENERAL, *advert.families)
        for question in approved.filter(family=family).order_by("pk")[:MOST_PER_FAMILY]
    ]
