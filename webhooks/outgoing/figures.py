"""Deliveries that wait and webhooks that are disabled, for metrics and for the page about the system."""

from collections.abc import Iterable

from django.db.models import Count, Min
from django.utils import timezone
from django.utils.translation import ngettext
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from webhooks.models import Delivery, Subscription


def webhooks_notice() -> str:
    """How many webhooks are disabled, if any."""
    disabled = Subscription.objects.filter(disabled_at__isnull=False).count()
    text = ngettext("%(count)d webhook is disabled.", "%(count)d webhooks are disabled.", disabled)
    return text % {"count": disabled} if disabled else ""


def deliveries_notice() -> str:
    """How many deliveries wait, if any."""
    waiting = Delivery.objects.waiting().count()
    text = ngettext(
        "%(count)d delivery to another system is waiting.",
        "%(count)d deliveries to other systems are waiting.",
        waiting,
    )
    return text % {"count": waiting} if waiting else ""


def delivery_figures() -> Iterable[Metric]:
    waiting = Delivery.objects.waiting().order_by().aggregate(number=Count("pk"), oldest=Min("created_at"))
    age = (timezone.now() - waiting["oldest"]).total_seconds() if waiting["oldest"] else 0
    yield GaugeMetricFamily("screener_deliveries_waiting", "Deliveries of events that wait", value=waiting["number"])
    yield GaugeMetricFamily(
        "screener_oldest_delivery_seconds", "How long the oldest delivery has been waiting", value=age
    )
