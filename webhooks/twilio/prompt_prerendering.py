"""What calls will say, spoken before there are any."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from interviews.conversation.script import Question, Script, prerenderable_texts
from interviews.reception.employer import employer_of
from jobs.models import QuestionSet
from screener.models import Organisation
from screener.services.interviewer.selection import Judge, configured_judge
from screener.services.speech_synthesis.selection import configured_synthesizer
from screener.tts import prompt_cache
from webhooks.twilio import twiml

NEW = timedelta(minutes=10)
"""Questions that were approved so lately are looked at every few seconds; all of them, for what has changed, hourly."""


def speak_new() -> None:
    if _is_set_up():
        _want(_asked().filter(approved_at__gt=timezone.now() - NEW))


def speak_all() -> None:
    """Also what a new title of a job, or another voice, has made unspoken."""
    if _is_set_up():
        _want(_asked().iterator(chunk_size=100))


def speak_lost() -> None:
    """Make again what is still wanted of the prompts whose files are gone from the storage."""
    if _is_set_up() and prompt_cache.delete_lost_prompts():
        speak_all()


def _is_set_up() -> bool:
    """Whether there is a voice, and an employer to name."""
    return configured_synthesizer() is not None and Organisation.current() is not None


def _asked() -> QuerySet[QuestionSet]:
    return QuestionSet.objects.filter(status=QuestionSet.Status.APPROVED, job__is_open=True).select_related("job")


def _want(sets: Iterable[QuestionSet]) -> None:
    for questions in sets:
        texts = prerenderable_texts(_script(questions))
        prompt_cache.request_audio(texts, questions.language, job_id=questions.job_id)


def _script(questions: QuestionSet) -> Script:
    """Return the script of an interview with these questions that names no candidate."""
    return Script(
        candidate_name="",
        job_title=twiml.strip_control_characters(questions.job.title_to_say),
        employer=employer_of(questions.job),
        judged_by_person=configured_judge() is Judge.PERSON,
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
