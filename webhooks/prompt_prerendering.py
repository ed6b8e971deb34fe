"""Has the prompts of approved question sets synthesised before the calls that need them."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from interviews.conversation.script import prerenderable_texts
from interviews.reception.anonymous_script import anonymous_script
from jobs.models import QuestionSet
from screener.models import Organisation
from screener.services.speech_synthesis.selection import configured_synthesizer
from screener.tts import prompt_cache
from webhooks.twilio import twiml

RECENT_APPROVAL = timedelta(minutes=10)
"""Question sets approved within this time are checked every ten seconds. All question sets are checked every hour."""


def request_recent_prompts() -> None:
    """Request the prompts of recently approved question sets."""
    if _can_prerender():
        _request_prompts(_approved_sets().filter(approved_at__gt=timezone.now() - RECENT_APPROVAL))


def request_all_prompts() -> None:
    """Request prompts of all approved question sets. This covers a changed job title or voice."""
    if _can_prerender():
        _request_prompts(_approved_sets().iterator(chunk_size=100))


def request_lost_prompts() -> None:
    """Request prompts again whose files are missing from storage, if an approved question set still needs them."""
    if _can_prerender() and prompt_cache.delete_lost_prompts():
        request_all_prompts()


def _can_prerender() -> bool:
    """Whether speech synthesis is configured and the organisation has a name."""
    return configured_synthesizer() is not None and Organisation.current() is not None


def _approved_sets() -> QuerySet[QuestionSet]:
    return QuestionSet.objects.filter(status=QuestionSet.Status.APPROVED, job__is_open=True).select_related("job")


def _request_prompts(question_sets: Iterable[QuestionSet]) -> None:
    for question_set in question_sets:
        prompt_texts = prerenderable_texts(anonymous_script(question_set, clean=twiml.strip_control_characters))
        prompt_cache.request_audio(prompt_texts, question_set.language, job_id=question_set.job_id)
