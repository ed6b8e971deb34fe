"""Counts how often questions of the bank are asked, and how they are answered.

A question is counted again an hour after it was last counted, those that waited longest first, a bounded number in one
run. So five million answers cost no page anything, and a run is bounded.
"""

from datetime import timedelta
from statistics import fmean, median, stdev
from typing import Any

from django.db.models import Avg, Count, Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

from interviews.calibration.agreement import pearson_correlation
from interviews.models import Assessment, Interview, InterviewResponse, Recording
from interviews.models.no_answer import NoAnswer
from interviews.models.response import ResponseQuerySet
from jobs.bank.statistics.calibration import recalibrate
from jobs.bank.statistics.weaknesses import find_weaknesses
from jobs.models import BankQuestion
from jobs.models.bank_usage import MIN_SHOWN, BankUsage

COUNTED_EVERY = timedelta(hours=1)
MOST_QUESTIONS = 500
"""In one run."""
NEWEST_ANSWERS = 1000
"""As many answers of a question the figures rest on: enough for them, and old ones fade out."""

Status = InterviewResponse.Status
NEVER_REACHED = Q(status=Status.PLANNED) | Q(status=Status.SKIPPED, no_answer="")
LEFT_OUT = Q(status=Status.SKIPPED, no_answer__in=[NoAnswer.SKIPPED, NoAnswer.DONT_KNOW]) | Q(status=Status.SILENT)
ANSWERED = Q(status__in=[*InterviewResponse.IN_WORK, Status.ASSESSED, *InterviewResponse.SETTLED_BY_US])


def count_bank_usage() -> int:
    """Count the questions that are due, and return their number."""
    questions = _questions_due()
    for question in questions:
        usage = count_question(question)
        if question.status == BankQuestion.Status.APPROVED:
            recalibrate(usage)
    return len(questions)


def count_question(question: BankQuestion) -> BankUsage:
    """Write the counts and figures of the question anew."""
    responses = _responses_to(question)
    counts = responses.aggregate(
        asked=Count("interview_id", filter=~NEVER_REACHED),
        answered=Count("interview_id", filter=ANSWERED),
        skipped=Count("interview_id", filter=LEFT_OUT),
    )
    figures = counts | _figures_of(responses.filter(ANSWERED)) | {"counted_at": timezone.now()}
    usage = BankUsage(question=question, **figures)
    figures["weaknesses"] = find_weaknesses(usage)
    return BankUsage.objects.update_or_create(question=question, defaults=figures)[0]


def _questions_due() -> list[BankQuestion]:
    was_asked = Exists(InterviewResponse.objects.filter(bank_question=OuterRef("pk")))
    is_due = Q(usage=None) | Q(usage__counted_at__lt=timezone.now() - COUNTED_EVERY)
    in_order = F("usage__counted_at").asc(nulls_first=True)
    return list(BankQuestion.objects.filter(was_asked, is_due).order_by(in_order, "pk")[:MOST_QUESTIONS])


def _responses_to(question: BankQuestion) -> ResponseQuerySet:
    """The responses in interviews, without practice, that were planned with the present wording."""
    of_question = InterviewResponse.objects.filter(bank_question=question, created_at__gte=question.worded_at)
    practice = Interview.all_objects.filter(pk=OuterRef("interview_id"), purpose=Interview.Purpose.PRACTICE)
    return of_question.filter(~Exists(practice))  # reads the index of practice, not a row for each answer


def _figures_of(answers: ResponseQuerySet) -> dict[str, Any]:
    scores = Assessment.objects.filter(is_current=True, score__isnull=False)
    others = scores.filter(response__interview=OuterRef("interview")).exclude(response=OuterRef("pk"))
    mean_of_others = others.order_by().values("response__interview").annotate(mean=Avg("score")).values("mean")
    newest = answers.order_by("-created_at").annotate(
        own_score=Subquery(scores.filter(response=OuterRef("pk")).values("score")[:1]),
        other_score=Subquery(mean_of_others[:1]),
        seconds=Subquery(Recording.objects.filter(response=OuterRef("pk"), chosen=True).values("seconds")[:1]),
    )
    rows = list(newest.values_list("own_score", "other_score", "seconds")[:NEWEST_ANSWERS])
    own_scores = [float(own) for own, _, _ in rows if own is not None]
    pairs = [(float(own), float(other)) for own, other, _ in rows if own is not None and other is not None]
    times = [float(seconds) for _, _, seconds in rows if seconds is not None]
    differences = [own - other for own, other in pairs]
    return {
        "scored": len(own_scores),
        "timed": len(times),
        "compared": len(pairs),
        **_mean_and_spread(own_scores, "mean_score", "score_spread"),
        **_mean_and_spread(differences, "mean_difference", "difference_spread"),
        "median_seconds": median(times) if len(times) >= MIN_SHOWN else None,
        "separation": pearson_correlation(pairs) if len(pairs) >= MIN_SHOWN else None,
    }


def _mean_and_spread(numbers: list[float], mean_name: str, spread_name: str) -> dict[str, float | None]:
    if len(numbers) < MIN_SHOWN:
        return {mean_name: None, spread_name: None}
    return {mean_name: fmean(numbers), spread_name: stdev(numbers)}
