"""Has the prompts of approved question sets synthesised before the calls that need them."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from interviews.conversation.script import Question, Script, prerenderable_texts
from interviews.models.eligibility.answer import as_spoken
from interviews.reception.employer import employer_of
from jobs.models import QuestionSet
from screener.judge import JudgeKind, configured_judge
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
        prompt_texts = prerenderable_texts(_anonymous_script(question_set))
        prompt_cache.request_audio(prompt_texts, question_set.language, job_id=question_set.job_id)


def _anonymous_script(question_set: QuestionSet) -> Script:
    """Return a script with these questions and without a candidate's name."""
    return Script(
        candidate_name="",
        job_title=twiml.strip_control_characters(question_set.job.title_to_say),
        employer=employer_of(question_set.job),
        judged_by_person=configured_judge() is JudgeKind.PERSON,
        language=question_set.language,
        questions=tuple(
            Question(
                twiml.strip_control_characters(question.text),
                question.max_seconds,
                twiml.strip_control_characters(question.competency),
            )
            for question in question_set.questions
        ),
        remaining=len(question_set.questions),
        eligibility=[as_spoken(question, position) for position, question in enumerate(question_set.eligibility)],
    )
