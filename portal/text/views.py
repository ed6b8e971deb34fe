"""The interview in writing: one question per page, without a script. Opening the page has no effect; a POST acts."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.decorators.http import require_POST

from interviews.models import Invitation
from interviews.models.transitions.interview import ChannelNotAllowed
from interviews.self_service.attempts import InCall, InterviewOver
from interviews.writing.answering import NotTaken, WrittenInput, clean_text, send_input
from interviews.writing.disclosure import EmployerUnknown
from interviews.writing.drafts import read_draft, save_draft
from interviews.writing.question import CHOICES, Choice, PresentQuestion, Stage, present_question
from portal.access import opened_by_invitation
from portal.actions import refused_page
from portal.pages import go_to, page_tag, render_page

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
LABELLED = {*CHOICES[Stage.QUESTION], *CHOICES[Stage.ELIGIBILITY]}
KEEPING_TEXT = (Choice.LEAVE, Choice.COME_BACK, Choice.PERSON, Choice.STOP)
"""The choices after which a text that was begun is offered again with its question."""


@opened_by_invitation
def text_page(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """GET shows the disclosure or the present question. POST takes a text or a choice."""
    try:
        return _take(request, invitation) if request.method == "POST" else _show(request, invitation)
    except (ChannelNotAllowed, EmployerUnknown, InCall, InterviewOver) as error:
        return refused_page(request, invitation, error)


def _show(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    question = present_question(invitation.interview, language=page_tag())
    if question.stage == Stage.OVER:
        return go_to(request, invitation)
    return _question_page(request, invitation, question)


def _take(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    interview, turn, choice = invitation.interview, request.POST.get("turn", ""), request.POST.get("choice", "")
    text = clean_text(request.POST.get("text", ""))
    if choice not in ("", *Choice.values):
        return HttpResponseBadRequest()
    if choice in KEEPING_TEXT:
        save_draft(interview, turn, text)
    written_input = WrittenInput(
        turn=turn,
        text=None if choice else text,
        choice=Choice(choice) if choice else None,
        language=page_tag(),
        disclosure_version=request.POST.get("disclosure_version", "")[:64],
    )
    try:
        send_input(interview, written_input)
    except NotTaken as error:
        return _refused_answer(request, invitation, error, text)
    if choice == Choice.LEAVE:
        return render_page(request, invitation, "portal/text/left.html")
    return go_to(request, invitation, "portal-text")


def _refused_answer(request: HttpRequest, invitation: Invitation, error: NotTaken, text: str) -> HttpResponse:
    """Say why, with the text that was not taken: the candidate loses no word."""
    kept = {"draft": text} if error.code == "too_long" else {"lost_text": text}
    context = {"problem": str(error), "problem_code": error.code} | kept
    return _question_page(request, invitation, error.question, status=HTTPStatus.CONFLICT, **context)


def _question_page(
    request: HttpRequest, invitation: Invitation, question: PresentQuestion, *, status: int = 200, **context: Any
) -> HttpResponse:
    present = {
        "question": question,
        "number": (question.position or 0) + 1,
        "choices": {choice: Choice(choice).label for choice in question.choices if choice in LABELLED},
        "draft": read_draft(invitation.interview, question),
    }
    response = render_page(request, invitation, "portal/text/page.html", present | context, status=status)
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


@opened_by_invitation
@require_POST
def draft_view(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Keep a draft. 409: the question is over."""
    text = clean_text(request.POST.get("text", ""))
    is_kept = save_draft(invitation.interview, request.POST.get("turn", ""), text)
    return HttpResponse(status=HTTPStatus.NO_CONTENT if is_kept else HTTPStatus.CONFLICT)
