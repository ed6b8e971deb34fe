"""How long notices are kept."""

from datetime import timedelta

from django.utils import timezone

from interviews.models import Notice, NoticeMail

KEEP_NOTICES = timedelta(days=90)


def delete_old_notices() -> None:
    """Delete notices and the record of their mails after 90 days, read or not. The rows that they name stay."""
    before = timezone.now() - KEEP_NOTICES
    Notice.objects.filter(created_at__lt=before).delete()
    NoticeMail.objects.filter(created_at__lt=before).delete()
