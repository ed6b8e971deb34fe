"""Limits of a job's fields for API, admin and database, and the parts of its form. `QuestionSpec` has the limits of a
question.
"""

from django.db.models import TextChoices

MAX_TITLE_LENGTH = 200
MAX_DESCRIPTION_LENGTH = 20_000
MAX_QUESTIONS = 20
MAX_WRITTEN_QUESTIONS = 15
MAX_REASON_LENGTH = 500
MAX_ATTEMPTS = 10
MAX_SPACING_MINUTES = 30 * 24 * 60
USUAL_PAUSE_SECONDS = 8
MIN_PAUSE_SECONDS = 3
MAX_PAUSE_SECONDS = 30
MAX_CONCURRENT_CALLS = 1000
MAX_CALLS_PER_DAY = 1_000_000
MAX_TAKES = 5
MAX_PREPARATION_SECONDS = 300


class FormPart(TextChoices):
    """A part of a job's form that is shown alone."""

    DESCRIPTION = "description"
    SCORING = "scoring"
    CALLING = "calling"
