from datetime import datetime

from django.db import connection, models
from django.utils import timezone


class Pace(models.Model):
    """How fast all machines together may place calls: one row, by the database's clock."""

    only = models.BooleanField(primary_key=True, default=True)
    next_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(only=True), name="there_is_one_pace")]

    def __str__(self) -> str:
        return f"next call at {self.next_at}"

    @staticmethod
    def hold() -> None:
        """To the end of the transaction nobody else places a call, on any machine."""
        Pace.objects.get_or_create(only=True, defaults={"next_at": timezone.now()})
        Pace.objects.select_for_update().get()

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
