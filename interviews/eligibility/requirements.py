"""Finds interviews by how their answers to eligibility questions stand to the requirements of the job."""

from typing import assert_never

from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from interviews.models import EligibilityAnswer
from jobs.eligibility.question import EligibilityEffect


class RequirementFilter(TextChoices):
    """Flagged, open and unmet do not exclude each other: each says that there is such an answer."""

    MET = "met", _("Meets all requirements")
    FLAGGED = "flagged", _("Requirement flagged")
    OPEN = "open", _("Requirement open")
    UNMET = "unmet", _("Does not meet a knock-out")


def requirement_condition(wanted: RequirementFilter) -> Q:
    """A condition on interviews. It asks the answers of one interview at a time, by their indexes."""
    answers = answers_of_interview()
    unmet = answers.filter(is_met=False)
    match wanted:
        case RequirementFilter.MET:
            return Q(Exists(answers)) & ~Q(Exists(answers.exclude(is_met=True)))
        case RequirementFilter.FLAGGED:
            return Q(Exists(unmet.filter(question__effect=EligibilityEffect.FLAG)))
        case RequirementFilter.OPEN:
            return Q(Exists(answers.filter(status__in=EligibilityAnswer.FOR_A_PERSON)))
        case RequirementFilter.UNMET:
            return Q(Exists(unmet.filter(question__effect=EligibilityEffect.KNOCK_OUT)))
        case _:
            assert_never(wanted)


def answers_of_interview() -> "QuerySet[EligibilityAnswer]":
    """The answers of the interview of the outer query."""
    return EligibilityAnswer.objects.filter(interview=OuterRef("pk")).order_by()
