"""Settings that users make for themselves on a page."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Cast, Length
from django.db.models.lookups import LessThanOrEqual

from screener.models.base import BaseModel

MAX_VALUE_LENGTH = 2000


class PreferenceManager(models.Manager["Preference"]):
    def value_of(self, user_id: Any, name: str) -> Any:
        """The stored value, which its reader validates, or None."""
        return self.filter(user=user_id, name=name).values_list("value", flat=True).first()

    def store(self, user_id: Any, name: str, value: Any) -> None:
        self.update_or_create(user_id=user_id, name=name, defaults={"value": value})


class Preference(BaseModel):
    """A setting of one user for one page, such as the hidden columns of a table."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences")
    name = models.CharField(max_length=50)
    value = models.JSONField()

    objects = PreferenceManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="one_preference_per_user_and_name"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length(Cast("value", models.TextField())), MAX_VALUE_LENGTH),
                name="preference_is_short",
            ),
        ]

    def __str__(self) -> str:
        return self.name
