"""The page on which staff invite a candidate: it shows the link, opens it again, and closes it."""

from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from desk.interviews import interview_address, log_interview_change, visible_interview
from desk.invitation.forms import InvitationForm
from interviews.invitations import inviting
from interviews.invitations.links import invitation_url
from interviews.messages.routing import find_contact_problem
from interviews.models import Interview
from screener.models import InvalidTransition

ADD_INVITATION, CHANGE_INVITATION = "interviews.add_invitation", "interviews.change_invitation"
INVALID = 422


@require_http_methods(["GET", "HEAD", "POST"])
def invitation_page(request: HttpRequest, interview_id: UUID) -> HttpResponse:
    """GET shows the link of the interview, or the form that makes one. POST invites, or lets the link open again."""
    interview = visible_interview(request, interview_id, ADD_INVITATION)
    form = InvitationForm(request.POST or None)
    if form.is_bound and form.is_valid():
        return _invite(request, interview, **form.cleaned_data)
    invitation = inviting.current_invitation(interview)
    context = admin.site.each_context(request) | {
        "title": _("Invitation"),
        "interview": interview,
        "form": form,
        "media": form.media,
        "invitation": invitation,
        "messages_sent": interview.messages.all(),
        "problem": find_contact_problem(interview, timezone.now()),
        "address": invitation_url(invitation) if invitation else "",
        "back": interview_address(interview),
    }
    response = render(request, "desk/invitation/page.html", context, status=INVALID if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def revoke_invitation(request: HttpRequest, interview_id: UUID) -> HttpResponse:
    """Close the link for ever."""
    interview = visible_interview(request, interview_id, CHANGE_INVITATION)
    invitation = inviting.current_invitation(interview)
    if invitation and inviting.revoke(invitation, actor=request.user.get_username()):
        log_interview_change(request, interview, "Revoked the invitation.")
    messages.success(request, _("The invitation is revoked. Its link opens nothing any more."))
    return HttpResponseRedirect(reverse("desk-invitation", args=[interview.pk]))


def _invite(request: HttpRequest, interview: Interview, *, days: int, send: bool) -> HttpResponse:
    try:
        _invitation, is_new = inviting.invite_or_renew(
            interview, actor=request.user.get_username(), days=days, send=send
        )
    except InvalidTransition as error:
        messages.error(request, str(error))
    else:
        log_interview_change(request, interview, "Invited the candidate." if is_new else "Renewed the invitation.")
        is_sent = _("The link works. It is being sent to the candidate.")
        messages.success(request, is_sent if send else _("The link works. Send it to the candidate."))
    return HttpResponseRedirect(reverse("desk-invitation", args=[interview.pk]))
