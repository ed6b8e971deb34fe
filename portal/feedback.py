"""The page on which candidates say how clear and how fair their interview was."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from interviews.invitations.feedback import HELD, feedback_of, save_feedback
from interviews.models import Invitation
from portal.access import opened_by_invitation
from portal.actions import refused_page
from portal.forms import FeedbackForm
from portal.pages import go_to, render_page
from screener.models import InvalidTransition


@opened_by_invitation
def feedback_page(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """GET shows the form with the earlier feedback. POST keeps it, in place of that, while the invitation is open."""
    interview = invitation.interview
    if request.method != "POST" and interview.outcome not in HELD:
        return go_to(request, invitation)
    earlier = feedback_of(interview)
    initial = {"clear": earlier.clear, "fair": earlier.fair, "words": earlier.words} if earlier else {}
    form = FeedbackForm(request.POST if request.method == "POST" else None, initial=initial)
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render_page(request, invitation, "portal/feedback.html", {"form": form}, status=status)
    try:
        save_feedback(interview, **form.cleaned_data)
    except InvalidTransition as error:
        return refused_page(request, invitation, error)
    return go_to(request, invitation)
