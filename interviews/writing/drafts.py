"""Texts that candidates have begun and not sent: kept until the question is over, so that none is lost."""

from django.db.models import Q

from interviews.models import AnswerDraft, Interview, InterviewResponse
from interviews.self_service.attempts import note_activity
from interviews.writing.question import MAX_CHARACTERS, PresentQuestion, Stage, present_question

MAX_ROWS = 1_000
"""Of one sweep."""


def save_draft(interview: Interview, turn: str, text: str) -> bool:
    """Keep the text for the present question. Returns False, with nothing kept, where it is another turn's."""
    question = present_question(interview)
    if question.position is None or question.stage != Stage.QUESTION or question.turn != turn:
        return False
    if len(text) > MAX_CHARACTERS:
        return False
    response = interview.responses.get(position=question.position)
    if text:
        AnswerDraft.objects.update_or_create(response=response, defaults={"text": text})
    else:
        AnswerDraft.objects.filter(response=response).delete()
    attempt = interview.attempts.order_by("-number").first()
    if attempt is not None:
        note_activity(attempt.pk)
    return True


def read_draft(interview: Interview, question: PresentQuestion) -> str:
    """Return the draft of the answer to this question."""
    if question.position is None:
        return ""
    drafts = AnswerDraft.objects.filter(response__interview=interview, response__position=question.position)
    return drafts.values_list("text", flat=True).first() or ""


def delete_settled_drafts() -> None:
    """Delete the drafts of questions that are over."""
    is_open = Q(response__status__in=InterviewResponse.OPEN, response__interview__status__in=Interview.LIVE)
    settled_ids = list(AnswerDraft.objects.exclude(is_open).values_list("pk", flat=True)[:MAX_ROWS])
    AnswerDraft.objects.filter(pk__in=settled_ids).delete()
