"""Whether background work waits, because the database was restored from a backup."""

from django.utils.translation import gettext

from screener.models import RestoredBackup


def unconfirmed_restore() -> str:
    """Why no worker takes a job, and what to do; empty if they do. Raises DatabaseError."""
    restored = RestoredBackup.objects.unconfirmed().first()
    if restored is None:
        return ""
    message = gettext(
        "This database was restored from a backup of %(time)s. No calls are placed, no messages are sent and nothing "
        "else is done in the background until a person confirms it: manage.py resume_after_restore. "
        "See docs/runbooks.md."
    )
    return message % {"time": restored.backup_time.isoformat(timespec="minutes")}
