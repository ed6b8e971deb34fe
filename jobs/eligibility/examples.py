"""Ready eligibility questions to choose from: `examples.toml`."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from jobs.eligibility.question import EligibilityQuestion
from screener.language_tag import primary_tag

FALLBACK_LANGUAGE = "en"
EXAMPLE_LANGUAGES = ("en", "de", "es", "fr", "pt")


class EligibilityExample(TextChoices):
    LICENCE = "licence", _("Driving licence")
    NIGHTS = "nights", _("Night shifts")
    LIFTING = "lifting", _("Lifting")
    RIGHT_TO_WORK = "right_to_work", _("Right to work")
    NOTICE_PERIOD = "notice_period", _("Notice period")


def example_question(example: EligibilityExample, language: str) -> EligibilityQuestion:
    """Return the question in this language, or in English if it has no such text."""
    table = _read_examples()[example]
    text = table.get(primary_tag(language), table[FALLBACK_LANGUAGE])
    return EligibilityQuestion.from_json(table | {"text": text})


@cache
def _read_examples() -> dict[str, dict[str, Any]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
