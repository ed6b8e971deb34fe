"""Selects the interviewer by the settings."""

from django.conf import settings

from screener.judge import JudgeKind, configured_judge
from screener.services.interviewer.openai_interviewer import OpenAIInterviewer
from screener.services.interviewer.protocol import Interviewer
from screener.services.interviewer.without_model import WithoutModel
from screener.services.openai.openai_client import Account


def configured_interviewer() -> Interviewer:
    """The language model, unless a person scores. Nothing replaces a model that is down: the work waits for it."""
    if configured_judge() is JudgeKind.PERSON:
        return WithoutModel()
    return OpenAIInterviewer(
        Account(
            service_name="The language model",
            setting_prefix="OPENAI",
            api_key=settings.OPENAI_API_KEY,
            base_url=settings.OPENAI_BASE_URL,
            model=settings.OPENAI_MODEL,
            timeout=settings.OPENAI_TIMEOUT,
        ),
        scoring_temperature=settings.OPENAI_SCORING_TEMPERATURE,
        question_temperature=settings.OPENAI_QUESTION_TEMPERATURE,
        max_tokens=settings.OPENAI_MAX_TOKENS,
    )
