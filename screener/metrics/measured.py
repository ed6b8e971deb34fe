"""What the processes of this machine have measured."""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from screener.metrics.instruments import INSTRUMENTS


def measured_metrics() -> Iterable[Metric]:
    """Sums over all processes, or the values of this process alone where they share no folder."""
    files = [str(file) for file in Path(settings.METRICS_DIR).glob("*/*.db")]
    if not files:
        return INSTRUMENTS.collect()
    merged: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
    return merged
