"""Retention periods: how long each kind of data is kept."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from screener.labels import Label

MAX_RETENTION_DAYS = 36_500
USUAL_VIDEO_DAYS = 30
"""Videos identify most and prove least: they go first, unless the organisation chooses another period."""
FOR_EVER = 0
"""The period of a job whose data is kept although the organisation has a period."""

PERIOD_FIELDS = {
    "keep_recordings_days": _("keep recordings (days)"),
    "keep_videos_days": _("keep videos (days)"),
    "keep_answers_days": _("keep answers (days)"),
    "keep_resumes_days": _("keep resumes (days)"),
    "keep_candidates_days": _("keep candidates (days)"),
}


def organisation_period(name: str, help_text: Label) -> "models.PositiveIntegerField[int | None, int | None]":
    """Return the field of a period for the whole organisation. The help says from when the days are counted."""
    return _period_field(name, 1, help_text)


def organisation_video_period() -> "models.PositiveIntegerField[int | None, int | None]":
    """Return the field of the period for videos, which has a default."""
    days = _("After the end of the interview. Empty: for ever, or as long as recordings")
    return _period_field("keep_videos_days", 1, days, default=USUAL_VIDEO_DAYS, db_default=USUAL_VIDEO_DAYS)


def job_period(name: str) -> "models.PositiveIntegerField[int | None, int | None]":
    """Return the field by which a job overrides a period of the organisation."""
    return _period_field(name, FOR_EVER, _("Empty: as long as the organisation keeps it. 0: for ever"))


def _period_field(
    name: str, least: int, help_text: Label, **defaults: Any
) -> "models.PositiveIntegerField[int | None, int | None]":
    validators = [MinValueValidator(least), MaxValueValidator(MAX_RETENTION_DAYS)]
    return models.PositiveIntegerField(
        PERIOD_FIELDS[name], null=True, blank=True, validators=validators, help_text=help_text, **defaults
    )
