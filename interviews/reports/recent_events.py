"""Events of the last hour, for metrics: calls by outcome, interviews begun and ended, scores, results, decisions."""

from collections.abc import Iterable

from django.db.models import Count
from django.utils import timezone
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from interviews.models import InterviewEvent
from screener.metrics.figures import HOUR


def recent_events() -> Iterable[Metric]:
    recent = InterviewEvent.objects.filter(created_at__gt=timezone.now() - HOUR).order_by()
    events = GaugeMetricFamily(
        "screener_interview_events_last_hour", "Events in the history of interviews in the last hour", labels=["kind"]
    )
    for kind, number in recent.values_list("kind").annotate(Count("pk")):
        events.add_metric([kind], number)
    yield events
