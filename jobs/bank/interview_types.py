"""The types of interviews, and the shares of the types of questions in each."""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from jobs.bank.families import QuestionKind
from jobs.bank.picking import USUAL_MIX


class InterviewType(TextChoices):
    HR = "hr", _("HR")
    TECHNICAL = "technical", _("Technical")
    MIXED = "mixed", _("Mixed")


USUAL_MIXES: dict[str, Mapping[QuestionKind, float]] = {
    InterviewType.HR: {QuestionKind.ACHIEVEMENTS: 1, QuestionKind.COMMUNICATION: 2, QuestionKind.CULTURE: 3},
    InterviewType.TECHNICAL: {QuestionKind.ACHIEVEMENTS: 1, QuestionKind.TECHNICAL: 3, QuestionKind.PROBLEM_SOLVING: 2},
    InterviewType.MIXED: USUAL_MIX,
}
"""A new template begins with them, and the questions of a job are written by them."""
