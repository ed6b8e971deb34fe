"""Figures that the database knows: each is read when it is asked for, so that any machine reports them all."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from prometheus_client.metrics_core import Metric

HOUR = timedelta(hours=1)

sources: list[Callable[[], Iterable[Metric]]] = []
"""Functions that read figures. The apps add theirs when they are loaded."""
