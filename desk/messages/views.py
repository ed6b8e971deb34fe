"""The page on which staff read the message about the decision, and send it."""

from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from desk.interviews import interview_address, visible_interview
from interviews.decisions import last_decision
from interviews.messages.outcome import is_told, preview_outcome, send_outcome
from interviews.messages.routing import find_contact_problem
from interviews.models import Interview, MessageKind
from interviews.scoring.blind_review import may_see_scores
from screener.models import InvalidTransition

ADD_MESSAGE = "interviews.add_candidatemessage"
INVALID = 422


class OutcomeForm(forms.Form):
    """The decision that the sender has read."""

    decision = forms.UUIDField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
def outcome_page(request: HttpRequest, interview_id: UUID) -> HttpResponse:
    """GET shows the message about the last decision. POST sends it."""
    interview = visible_interview(request, interview_id, ADD_MESSAGE)
    form = OutcomeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        return _send(request, interview, form.cleaned_data["decision"])
    decision = last_decision(interview) if may_see_scores(request.user, interview) else None
    context = admin.site.each_context(request) | {
        "title": _("Tell the candidate the decision"),
        "interview": interview,
        "decision": decision,
        "is_told": bool(decision and is_told(decision)),
        "mail": preview_outcome(interview, decision) if decision else None,
        "problem": find_contact_problem(interview, timezone.now(), MessageKind.OUTCOME),
        "back": interview_address(interview),
    }
    response = render(request, "desk/messages/outcome.html", context, status=INVALID if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


def _send(request: HttpRequest, interview: Interview, decision_id: UUID) -> HttpResponse:
    try:
        send_outcome(interview, decision_id=decision_id, actor=request.user.get_username())
    except InvalidTransition as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("desk-outcome", args=[interview.pk]))
    messages.success(request, _("The message is on its way. The page of the interview says when it was sent."))
    return HttpResponseRedirect(interview_address(interview))
