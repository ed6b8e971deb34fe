"""Saves edited questions as the next version, unless another version was saved meanwhile."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from jobs.eligibility.question import EligibilityQuestion
from jobs.models import JobDescription, QuestionSet
from jobs.question_sets import current_question_set
from screener.models import InvalidTransition
from screener.records import QuestionContent


class QuestionsReplaced(InvalidTransition):
    """Another version became current while the questions were edited."""

    code = "questions_replaced"

    def __init__(self, current: QuestionSet | None) -> None:
        self.current = current
        self.members = {"question_set": str(current.pk) if current else None}
        super().__init__(
            gettext("Version %(version)s was saved meanwhile (%(source)s). Nothing was overwritten.")
            % {"version": current.version, "source": gettext(current.source)}
            if current
            else gettext("The questions were removed meanwhile. Nothing was overwritten.")
        )


def save_next_version(
    job: JobDescription,
    questions: Sequence[QuestionContent],
    *,
    based_on: UUID | None,
    source: str,
    eligibility: Sequence[EligibilityQuestion] | None = None,
) -> QuestionSet:
    """Add the questions as a draft. `eligibility`: None keeps the eligibility questions of the version before.

    `based_on`: the edited version; None: the job had no questions. Raises QuestionsReplaced if it is not current.
    """
    with transaction.atomic():
        locked_job = JobDescription.objects.select_for_update().get(pk=job.pk)
        current = current_question_set(locked_job)
        if (current.pk if current else None) != based_on:
            raise QuestionsReplaced(current)
        return locked_job.add_draft(questions, source=source, eligibility=eligibility)
