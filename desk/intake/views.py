"""The page with the form for a new interview, and the check that runs while it is filled in."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from candidates.merging.matches import Matches
from desk.intake.check import IntakeCheck
from desk.intake.form import CONTACT_FIELDS, NOTHING, YES, NewInterviewForm
from desk.intake.jobs import unready_jobs
from desk.interviews import interview_address
from interviews.calling.verdicts import DialRule
from interviews.intake.new_interview import KnownCandidate, plan_from_intake
from interviews.models import Interview
from interviews.planning import NotPossible, Obstacle
from jobs.channels import Channel
from screener.access.viewer import require_permissions
from screener.admin.single_submit import new_form_key, submit_once
from screener.models import Organisation, parse_id
from screener.phone_format import country_of

ADD_ANOTHER = "and_another"
CALLED_SOON = gettext_noop("%(candidate)s is called for %(job)s as soon as calls are allowed.")
CALLED_LATER = gettext_noop("%(candidate)s is called for %(job)s at the time that you chose.")
WAITS_FOR_INVITATION = gettext_noop("%(candidate)s is not called for %(job)s. Invite the candidate, who begins.")
FALLBACK_COUNTRY = "US"
FIELD_OF_REFUSAL: dict[str, str] = {
    DialRule.JOB: "job",
    Obstacle.QUESTIONS: "job",
    Obstacle.TRANSCRIPTION: "job",
    DialRule.CONSENT: "consent",
    DialRule.TIME_ZONE: "timezone",
    DialRule.INTERVIEWED: "repeat_reason",
    DialRule.OTHER_INTERVIEW: "job",
}
"""Where a refusal is shown. Others are shown with the number."""


@require_http_methods(["GET", "HEAD", "POST"])
def new_interview_page(request: HttpRequest) -> HttpResponse:
    """GET shows the form, with `?job=` and `?candidate=` filled in. POST saves all of it, or shows the errors."""
    _require_permission(request)
    matches = Matches()
    if request.method == "POST":
        form = NewInterviewForm(request.POST, request.FILES, viewer=request.user)
        if form.is_valid():
            try:
                return _save(request, form)
            except KnownCandidate as error:
                matches = error.matches
                form.add_error(None, _("This may be a known candidate. Choose below who it is."))
            except NotPossible as error:
                _show_refusal(form, error)
    else:
        form = NewInterviewForm(viewer=request.user, initial=_initial_values(request.GET))
    return render(request, "desk/intake/page.html", _context(request, form, matches))


@require_POST
def check_new_interview(request: HttpRequest) -> HttpResponse:
    """The part of the page that says who the candidate is, and whether they may be called. It saves no row."""
    _require_permission(request)
    form = NewInterviewForm(_without_file(request.POST), viewer=request.user)
    check = IntakeCheck.of_form(form, request.user)
    return render(request, "desk/intake/check.html", {"check": check, "matches": check.matches, "form": form})


def _require_permission(request: HttpRequest) -> None:
    require_permissions(request.user, "interviews.add_interview")


def _save(request: HttpRequest, form: NewInterviewForm) -> HttpResponse:
    actor = request.user.get_username()

    def act() -> UUID:
        interview = plan_from_intake(form.to_intake(recorded_by=actor), actor=actor, viewer=request.user)
        if form.upload:
            form.upload.discard()
        return interview.pk

    key = form.cleaned_data["form_key"]
    pk, is_new = submit_once(request.user.pk, key, act) if key else (act(), True)
    interview = get_object_or_404(Interview.objects.visible_to(request.user).select_related("candidate", "job"), pk=pk)
    _announce(request, interview, is_new=is_new)
    if ADD_ANOTHER in request.POST:
        return HttpResponseRedirect(f"{request.path}?{urlencode({'job': str(interview.job_id)})}")
    return HttpResponseRedirect(interview_address(interview))


def _announce(request: HttpRequest, interview: Interview, *, is_new: bool) -> None:
    names = {"candidate": interview.candidate, "job": interview.job}
    if not is_new:
        messages.info(request, _("This form was saved before: %(candidate)s for %(job)s. Nothing was added.") % names)
        return
    done = _(_plan_of(interview)) % names
    interviews: Any = admin.site.get_model_admin(Interview)
    interviews.log_addition(request, interview, done)
    messages.success(request, done)


def _plan_of(interview: Interview) -> str:
    if interview.channel != Channel.PHONE:
        return WAITS_FOR_INVITATION
    is_later = interview.scheduled_for and interview.scheduled_for > timezone.now()
    return CALLED_LATER if is_later else CALLED_SOON


def _show_refusal(form: NewInterviewForm, error: NotPossible) -> None:
    name = FIELD_OF_REFUSAL.get(error.code, "phone")
    is_shown = name in form.fields and (form.is_new_candidate or name not in CONTACT_FIELDS)
    form.add_error(name if is_shown else None, str(error))


def _initial_values(query: QueryDict) -> dict[str, Any]:
    candidate = parse_id(query.get("candidate", ""))
    organisation = Organisation.current()
    number = organisation.callback_number if organisation else ""
    return {
        "candidate": candidate,
        "job": parse_id(query.get("job", "")),
        "country": (country_of(number) if number else "") or FALLBACK_COUNTRY,
        "locale": "en",
        "consent": NOTHING if candidate else YES,
        "consent_on": timezone.now().date(),
        "form_key": new_form_key(),
    }


def _without_file(data: QueryDict) -> QueryDict:
    """The check needs no file: an upload that it kept would be lost."""
    copy = data.copy()
    copy["kept_file"] = ""
    return copy


def _context(request: HttpRequest, form: NewInterviewForm, matches: Matches) -> dict[str, Any]:
    wanted = parse_id(str(form["job"].value() or ""))
    unready = unready_jobs(request.user, first=wanted)
    media: forms.Media = form.media
    return admin.site.each_context(request) | {
        "title": _("New interview"),
        "form": form,
        "opts": Interview._meta,
        "media": media,
        "matches": matches,
        "unready_jobs": unready,
        "wants_unready_job": any(entry.job.pk == wanted for entry in unready),
        "another_button": ADD_ANOTHER,
        "may_add_candidate": request.user.has_perm("candidates.add_candidate"),
    }
