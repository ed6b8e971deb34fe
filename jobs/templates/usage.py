"""How the versions of templates are used: jobs, interviews, and the mean of their overall scores."""

from django.db.models import Avg, Case, Count, Q, QuerySet, When

from jobs.models import TemplateVersion
from jobs.models.bank_usage import MIN_SHOWN

INTERVIEWS = "uses__question_set__interviews"
RESULTS = f"{INTERVIEWS}__results"
SCREENING = {f"{INTERVIEWS}__purpose": "screening"}


def with_usage(versions: QuerySet[TemplateVersion]) -> QuerySet[TemplateVersion]:
    """Add `jobs_filled`, `interviews_planned`, `scored` and `mean_score`. Practice does not count.

    `mean_score` is None with fewer than `MIN_SHOWN` scores: it could be traced to a candidate.
    """
    current = Q(**SCREENING, **{f"{RESULTS}__is_current": True})
    counted = versions.annotate(
        jobs_filled=Count("uses__job", distinct=True),
        interviews_planned=Count(INTERVIEWS, filter=Q(**SCREENING), distinct=True),
        scored=Count(f"{RESULTS}__overall_score", filter=current),
    )
    mean = Avg(f"{RESULTS}__overall_score", filter=current)
    return counted.annotate(mean_score=Case(When(scored__gte=MIN_SHOWN, then=mean)))
