"""How long events and the record of their deliveries are kept."""

from datetime import timedelta

from django.utils import timezone

from webhooks.models import Delivery, PublicEvent

KEEP_EVENTS = timedelta(days=90)


def delete_old_events() -> None:
    """Delete public events and deliveries after 90 days, sent or not. The history of interviews stays."""
    before = timezone.now() - KEEP_EVENTS
    Delivery.objects.filter(created_at__lt=before).delete()
    Delivery.objects.filter(event__published_at__lt=before).delete()
    PublicEvent.objects.filter(published_at__lt=before).delete()
