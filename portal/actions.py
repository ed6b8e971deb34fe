"""What candidates do on pages of their own: each asks first, and only a POST acts, because mail scanners open links."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_POST

from interviews.invitations import choices
from interviews.invitations.scheduling import cancel_call
from interviews.models import Invitation
from interviews.models.transitions.interview import ChannelNotAllowed
from interviews.room.video_consent import withdraw_video
from interviews.writing.disclosure import EmployerUnknown
from portal.access import opened_by_invitation
from portal.forms import AdjustmentForm
from portal.introduction import wording_version
from portal.pages import go_to, page_tag, render_page
from screener.models import InvalidTransition

NOT_OFFERED = gettext_noop(
    "The interview can't be held in this way at present. Choose another one, or ask for a person."
)
FOR_STAFF = (ChannelNotAllowed, EmployerUnknown)
"""Refusals whose message says what staff can do about them."""


@dataclass(frozen=True)
class Action:
    """A page that asks whether to act. `after_end`: it is offered after the end of the interview, too."""

    template: str
    perform: Callable[[Invitation], None]
    after_end: bool = False


def _decline(invitation: Invitation) -> None:
    choices.decline(invitation.interview, language=page_tag())


def _refuse_contact(invitation: Invitation) -> None:
    choices.refuse_contact(invitation.interview, language=page_tag())


CANCEL_CALL = Action("cancel_call", lambda it: cancel_call(it.interview, until=it.expires_at))
DECLINE = Action("decline", _decline)
NEVER = Action("never", _refuse_contact, after_end=True)
NOT_ME = Action("not_me", lambda it: choices.report_wrong_person(it.interview))
NO_VIDEO = Action("no_video", lambda it: withdraw_video(it.interview, language=page_tag()), after_end=True)
PERSON = Action("person", lambda it: choices.request_person(it.interview))


@opened_by_invitation
def action_page(request: HttpRequest, invitation: Invitation, action: Action) -> HttpResponse:
    """GET asks. POST acts, once: repeated, or after the end of the interview, it says so and changes nothing."""
    interview = invitation.interview
    if request.method == "POST":
        try:
            action.perform(invitation)
        except InvalidTransition as error:
            return refused_page(request, invitation, error)
        return go_to(request, invitation)
    if not interview.is_live and not action.after_end:
        return go_to(request, invitation)
    return render_page(request, invitation, f"portal/actions/{action.template}.html")


@opened_by_invitation
@require_POST
def agree(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Keep the consent. Where the text has changed since the page was opened, the page is shown again."""
    version = wording_version()
    if request.POST.get("wording") == version and request.POST.get("agree"):
        try:
            choices.agree(invitation.interview, wording_version=version, language=page_tag())
        except InvalidTransition as error:
            return refused_page(request, invitation, error)
    return go_to(request, invitation)


@opened_by_invitation
def adjustment_page(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The form for more time and for other ways."""
    interview = invitation.interview
    if request.method != "POST" and not interview.is_live:
        return go_to(request, invitation)
    form = AdjustmentForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render_page(request, invitation, "portal/actions/adjustment.html", {"form": form}, status=status)
    try:
        choices.request_adjustment(interview, until=invitation.expires_at, **form.cleaned_data)
    except InvalidTransition as error:
        return refused_page(request, invitation, error)
    return go_to(request, invitation)


def refused_page(request: HttpRequest, invitation: Invitation, error: InvalidTransition) -> HttpResponse:
    """Say why nothing was changed."""
    reason = gettext(NOT_OFFERED) if isinstance(error, FOR_STAFF) else str(error)
    return render_page(request, invitation, "portal/refused.html", {"reason": reason}, status=HTTPStatus.CONFLICT)
