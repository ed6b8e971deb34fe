"""Fields and limits of jobs that occur more than once."""

from collections.abc import Callable
from decimal import Decimal

from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator
from django.db import models

from screener.labels import Label


def between(lowest: int, highest: int) -> list[BaseValidator]:
    return [MinValueValidator(lowest), MaxValueValidator(highest)]


def overriding_field(
    max_length: int, validate: Callable[[str], None], help_text: Label
) -> "models.CharField[str, str]":
    """Return a text field that overrides a default unless it is empty."""
    return models.CharField(
        max_length=max_length, blank=True, default="", db_default="", validators=[validate], help_text=help_text
    )


def score_threshold(default: str, help_text: Label) -> "models.DecimalField[Decimal, Decimal]":
    """Return a field for the overall score from which on a recommendation is given."""
    return models.DecimalField(
        max_digits=3, decimal_places=1, default=Decimal(default), validators=between(0, 10), help_text=help_text
    )
