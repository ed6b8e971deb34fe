"""The page on which staff choose when the next call of an interview is placed."""

from datetime import datetime
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from desk.call_again.form import LATER, CallTimeForm
from desk.interviews import interview_address, log_interview_change, visible_interview
from interviews.calling.rules import first_open_moment
from interviews.invitations.scheduling import TimeNotAllowed, reschedule
from interviews.models import Interview
from screener.models import InvalidTransition

INVALID = 422


@require_http_methods(["GET", "HEAD", "POST"])
def reschedule_page(request: HttpRequest, interview_id: UUID) -> HttpResponse:
    """GET shows the planned call and the form. POST has the call placed at the time that was chosen."""
    interview = visible_interview(request, interview_id, "interviews.change_interview")
    form = CallTimeForm(request.POST or None, initial={"when": LATER})
    if not form.is_bound or not form.is_valid():
        return _show_form(request, interview, form)
    when = form.cleaned_data["scheduled_for"] or timezone.now()
    try:
        reschedule(interview, when, actor=request.user.get_username())
    except TimeNotAllowed as error:
        return _show_form(request, interview, form, problem=error.reason, first_allowed=error.first_allowed)
    except InvalidTransition as error:
        return _show_form(request, interview, form, problem=str(error))
    log_interview_change(request, interview, "Rescheduled the next call.")
    messages.success(request, _("The next call is planned anew."))
    return HttpResponseRedirect(interview_address(interview))


def _show_form(
    request: HttpRequest,
    interview: Interview,
    form: CallTimeForm,
    *,
    problem: str = "",
    first_allowed: datetime | None = None,
) -> HttpResponse:
    context = admin.site.each_context(request) | {
        "title": _("Reschedule"),
        "interview": interview,
        "form": form,
        "media": form.media,
        "problem": problem,
        "first_allowed": first_allowed or first_open_moment(interview.candidate, since=timezone.now()),
        "back": interview_address(interview),
    }
    status = INVALID if problem or form.errors else 200
    return render(request, "desk/call_again/reschedule.html", context, status=status)
