"""The columns of a job's desk, which each user shows or hides for themselves."""

from collections.abc import Collection
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from screener.models import Preference

PREFERENCE = "desk.job.hidden_columns"


class Column(models.TextChoices):
    STATE = "state", _("State")
    SCORE = "score", _("Score")
    COMPETENCIES = "competencies", _("Competencies")
    RECOMMENDATION = "recommendation", _("Recommendation")
    FLAGS = "flags", _("Flags")
    DECISION = "decision", _("Decision")


def shown_columns(user_id: Any) -> list[Column]:
    """The columns that this user has not hidden."""
    stored = Preference.objects.value_of(user_id, PREFERENCE)
    hidden = stored if isinstance(stored, list) else []
    return [column for column in Column if column.value not in hidden]


def show_columns(user_id: Any, names: Collection[str]) -> None:
    """Show these columns from now on, and hide the others. Other names are ignored."""
    hidden = [column.value for column in Column if column.value not in names]
    Preference.objects.store(user_id, PREFERENCE, hidden)
