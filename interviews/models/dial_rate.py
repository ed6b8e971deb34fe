from datetime import UTC, datetime, timedelta

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext

STOPPED_UNTIL = datetime(2999, 1, 1, tzinfo=UTC)
"""The end of a pause that only a person ends."""

STOP_RECHECK = timedelta(minutes=10)


class DialRate(models.Model):
    """How many calls per second all machines together may place, by the database's clock. The table has one row."""

    only = models.BooleanField(primary_key=True, default=True)
    next_slot_at = models.DateTimeField(db_column="next_at")
    paused_until = models.DateTimeField(null=True, blank=True, db_column="closed_until")
    pause_reason = models.TextField(blank=True, db_column="closed_because")

    class Meta:
        db_table = "interviews_pace"
        constraints = [models.CheckConstraint(condition=models.Q(only=True), name="there_is_one_pace")]

    def __str__(self) -> str:
        return gettext("next call at %(next_slot_at)s") % {"next_slot_at": self.next_slot_at}

    @staticmethod
    def current_pause() -> "DialRate | None":
        """The row, while calls are paused for all interviews."""
        return DialRate.objects.filter(paused_until__gt=timezone.now()).first()

    @property
    def is_stopped(self) -> bool:
        return self.paused_until == STOPPED_UNTIL

    def pause_end(self, now: datetime) -> datetime | None:
        """When an interview is to ask again, while calls are paused. None: they are not."""
        if not self.paused_until or self.paused_until <= now:
            return None
        return now + STOP_RECHECK if self.is_stopped else self.paused_until

    @staticmethod
    def locked_for_update() -> "DialRate":
        """Lock the row: until the end of the transaction no other machine places a call."""
        DialRate.objects.get_or_create(only=True, defaults={"next_slot_at": timezone.now()})
        return DialRate.objects.select_for_update().get()

    @staticmethod
    @transaction.atomic
    def pause_calls(until: datetime, *, reason: str) -> None:
        """Let no call be placed before `until`. A longer pause that has begun stays."""
        dial_rate = DialRate.locked_for_update()
        if not dial_rate.paused_until or dial_rate.paused_until < until:
            DialRate.objects.update(paused_until=until, pause_reason=reason)

    @staticmethod
    def stop_calls(reason: str) -> None:
        """Let no machine place a call until `resume_calls`."""
        DialRate.pause_calls(STOPPED_UNTIL, reason=reason)

    @staticmethod
    def resume_calls() -> bool:
        """End a pause, and tell whether there was one."""
        paused = DialRate.objects.filter(paused_until__gt=timezone.now())
        return bool(paused.update(paused_until=None, pause_reason=""))

    @staticmethod
    def reserve_slot(per_second: float) -> datetime:
        """Return the dial slot: now, or after the slots that others have reserved. No slot is given twice."""
        with connection.cursor() as cursor:
            cursor.execute(RESERVE_SLOT, {"step": 1 / per_second})
            (dial_slot,) = cursor.fetchone()
        return dial_slot  # type: ignore[no-any-return]


RESERVE_SLOT = """
UPDATE interviews_pace SET next_at = greatest(next_at, clock_timestamp()) + make_interval(secs => %(step)s)
RETURNING next_at - make_interval(secs => %(step)s)
"""
