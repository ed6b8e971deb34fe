from datetime import datetime

from django.db import connection, models, transaction
from django.utils import timezone


class Pace(models.Model):
    """How fast all machines together may place calls, by the database's clock, and whether any at all: one row."""

    only = models.BooleanField(primary_key=True, default=True)
    next_at = models.DateTimeField()
    closed_until = models.DateTimeField(null=True, blank=True)
    closed_because = models.TextField(blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(only=True), name="there_is_one_pace")]

    def __str__(self) -> str:
        return f"next call at {self.next_at}"

    @staticmethod
    def closed() -> "Pace | None":
        """Where nobody is called now: until when, and why."""
        return Pace.objects.filter(closed_until__gt=timezone.now()).first()

    @staticmethod
    def hold() -> "Pace":
        """To the end of the transaction nobody else places a call, on any machine."""
        Pace.objects.get_or_create(only=True, defaults={"next_at": timezone.now()})
        return Pace.objects.select_for_update().get()

    @staticmethod
    @transaction.atomic
    def close(until: datetime, *, reason: str) -> None:
        """Nobody places a call before then."""
        pace = Pace.hold()
        if not pace.closed_until or pace.closed_until < until:
            Pace.objects.update(closed_until=until, closed_because=reason)

    @staticmethod
    def take_turn(per_second: float) -> datetime:
        """The moment at which the caller may place a call: now or, where others wait, after them.

        Each moment is given once.
        """
        with connection.cursor() as cursor:
            cursor.execute(TAKE_TURN, {"step": 1 / per_second})
            (turn,) = cursor.fetchone()
        return turn  # type: ignore[no-any-return]


TAKE_TURN = """
UPDATE interviews_pace SET next_at = greatest(next_at, clock_timestamp()) + make_interval(secs => %(step)s)
RETURNING next_at - make_interval(secs => %(step)s)
"""
