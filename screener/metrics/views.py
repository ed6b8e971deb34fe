"""The page that Prometheus reads."""

from collections.abc import Iterable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from screener.metrics.figures import sources
from screener.metrics.measured import measured_metrics


class _AllMetrics(Collector):
    def collect(self) -> Iterable[Metric]:
        yield from measured_metrics()
        try:
            figures = [figure for source in sources for figure in source()]
        except (InterfaceError, OperationalError):  # what the processes measured is most wanted now
            yield _database_up(False)
        else:
            yield _database_up(True)
            yield from figures


def _database_up(is_up: bool) -> Metric:
    return GaugeMetricFamily("screener_database_up", "Whether the database answers", value=int(is_up))


def metrics_page(request: HttpRequest) -> HttpResponse:
    """All metrics, for requests with METRICS_TOKEN as bearer token. Without the setting there is no page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not constant_time_compare(token, settings.METRICS_TOKEN):
        return HttpResponse("Send METRICS_TOKEN as bearer token.\n", "text/plain", status=401)
    registry = CollectorRegistry()
    registry.register(_AllMetrics())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
