"""Has the prompts of approved question sets synthesised before the calls that need them."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from interviews.conversation.script import Question, Script, prerenderable_texts
from interviews.reception.employer import employer_of
from jobs.models import QuestionSet
from screener.judge import JudgeKind, configured_judge
from screener.models import Organisation
from screener.services.speech_synthesis.selection import configured_synthesizer
from screener.tts import prompt_cache
from webhooks.twilio import twiml

RECENT = timedelta(minutes=10)
"""Question sets approved within this time are checked every ten seconds. All question sets are checked every hour."""


def request_recent_prompts() -> None:
    """Request the prompts of recently approved question sets."""
    if _can_prerender():
        _request_prompts(_approved_sets().filter(approved_at__gt=timezone.now() - RECENT))


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


def _request_prompts(sets: Iterable[QuestionSet]) -> None:
    for questions in sets:
        texts = prerenderable_texts(_anonymous_script(questions))
        prompt_cache.request_audio(texts, questions.language, job_id=questions.job_id)


def _anonymous_script(questions: QuestionSet) -> Script:
    """Return a script with these questions and without a candidate's name."""
    return Script(
        candidate_name="",
        job_title=twiml.strip_control_characters(questions.job.title_to_say),
        employer=employer_of(questions.job),
        judged_by_person=configured_judge() is JudgeKind.PERSON,
        language=questions.language,
        questions=tuple(
            Question(
                twiml.strip_control_characters(question.text),
                question.max_seconds,
                twiml.strip_control_characters(question.competency),
            )
            for question in questions.questions
        ),
        remaining=len(questions.questions),
    )
