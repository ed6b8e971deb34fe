"""A listener for Prometheus beside the worker, for machines without a web process."""

import logging
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from screener.metrics.measured import measured_metrics

log = logging.getLogger(__name__)

TRY_AGAIN_SECONDS = 30


class _MeasuredMetrics(Collector):
    """Without the figures of the database, which web processes report for all machines."""

    def collect(self) -> Iterable[Metric]:
        return measured_metrics()


def address_parts(address: str) -> tuple[str, int] | None:
    """The host and the port of an address such as 10.0.0.5:9464 or [::1]:9464. None: it is not one."""
    try:
        parts = urlsplit(f"//{address}")
        is_address = parts.hostname and parts.port and parts.netloc == address
        return (parts.hostname or "", parts.port or 0) if is_address else None
    except ValueError:
        return None


def serve_worker_metrics(address: str) -> None:
    """Answer requests at this address until the process ends. The checks have verified the address."""
    parts = address_parts(address)
    if parts is None:
        raise ValueError(f"{address} is no address.")
    host, port = parts
    registry = CollectorRegistry()
    registry.register(_MeasuredMetrics())
    while True:
        try:
            _, thread = start_http_server(port, host, registry)
        except OSError as error:
            log.error("worker metrics: %s cannot be opened (%s); trying again", address, error)
            time.sleep(TRY_AGAIN_SECONDS)
        else:
            thread.join()
