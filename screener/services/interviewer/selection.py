"""Selects the interviewer by the settings."""

from django.conf import settings

from screener.services.interviewer.offline_rules import OfflineInterviewer
from screener.services.interviewer.openai_interviewer import OpenAIInterviewer
from screener.services.interviewer.protocol import Interviewer
from screener.services.openai.openai_client import Account


def configured_interviewer() -> Interviewer:
    """The language model where OPENAI_API_KEY is set, else the offline rules.

    The rules never replace a model that is down: the work waits for the model.
    """
    if not settings.OPENAI_API_KEY:
        return OfflineInterviewer()
    return OpenAIInterviewer(
        Account(
            service_name="The language model",
            setting_prefix="OPENAI",
            api_key=settings.OPENAI_API_KEY,
            base_url=settings.OPENAI_BASE_URL,
            model=settings.OPENAI_MODEL,
            timeout=settings.OPENAI_TIMEOUT,
        )
    )
