"""Who scores the answers, by the settings."""

from enum import StrEnum

from django.conf import settings


class JudgeKind(StrEnum):
    """The values of the setting JUDGE."""

    MODEL = "model"
    PERSON = "person"


def configured_judge() -> JudgeKind:
    """A person, too, where no model is configured. A deployment does not start so by accident: see screener.checks."""
    return JudgeKind.PERSON if settings.JUDGE == JudgeKind.PERSON or not settings.OPENAI_API_KEY else JudgeKind.MODEL
