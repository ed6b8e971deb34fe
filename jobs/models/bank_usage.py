"""Usage of bank questions: counts and figures from interviews. `interviews/reports/bank_usage.py` computes them."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.models.bank import BankQuestion
from screener.models import BaseModel

MIN_SHOWN = 5
"""A figure from fewer answers is left out: it could be traced to a candidate."""


class Weakness(models.TextChoices):
    """A reason to review a question. The limits are in `jobs/bank/statistics/weaknesses.py`."""

    SKIPPED_OFTEN = "skipped_often", _("Often left without an answer")
    NO_SPREAD = "no_spread", _("Nearly all answers get the same score")
    NO_SEPARATION = "no_separation", _("Says nothing about how the rest is answered")


def _figure(help_text: str) -> "models.FloatField[float | None, float | None]":
    return models.FloatField(null=True, blank=True, editable=False, help_text=help_text)


def _count(help_text: str) -> "models.PositiveIntegerField[int, int]":
    return models.PositiveIntegerField(default=0, db_default=0, editable=False, help_text=help_text)


class BankUsage(BaseModel):
    """Counts and figures of one question since its wording last changed. Practice does not count.

    `asked`, `answered` and `skipped` count all interviews. The figures rest on the newest answers, at most
    `NEWEST_ANSWERS`: `scored`, `timed` and `compared` say on how many.
    """

    COUNTS: ClassVar = ("asked", "answered", "skipped", "scored", "timed", "compared")
    FIGURES: ClassVar = (
        *("mean_score", "score_spread", "median_seconds"),
        *("mean_difference", "difference_spread", "separation"),
    )

    question = models.OneToOneField(BankQuestion, on_delete=models.CASCADE, related_name="usage")
    asked = _count("How often it was asked")
    answered = _count("How often there was an answer")
    skipped = _count("How often the candidate skipped it, knew no answer or said nothing")
    scored = _count("On how many scores `mean_score` and `score_spread` rest")
    timed = _count("On how many recordings `median_seconds` rests")
    compared = _count("On how many answers `mean_difference`, `difference_spread` and `separation` rest")
    mean_score = _figure("0 to 10")
    score_spread = _figure("Standard deviation of the scores")
    median_seconds = _figure("Of the recorded answers")
    mean_difference = _figure("Score less the mean of the other answers in the interview; above 0: easier than others")
    difference_spread = _figure("Standard deviation of these differences")
    separation = _figure("Correlation of the score with the mean of the other answers, -1 to 1")
    weaknesses = ArrayField(
        models.CharField(max_length=20, choices=Weakness.choices),
        default=list,
        db_default=[],
        blank=True,
        editable=False,
        help_text="Why it is worth a look",
    )
    counted_at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)

    class Meta:
        verbose_name = "usage of a question"
        verbose_name_plural = "usage of questions"

    def __str__(self) -> str:
        return f"{self.asked} times asked"

    @property
    def weakness_labels(self) -> list[Any]:
        return [Weakness(code).label for code in self.weaknesses]
