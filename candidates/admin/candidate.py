"""Admin pages of candidates, consents and do-not-call entries."""

from pathlib import PurePath
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.enums import ActionVariant

from candidates.admin.candidate_search import FindsCandidates
from candidates.admin.data_rights import DataRightsActions, ErasedFilter, is_kept
from candidates.admin.edit_page import HasEditPage
from candidates.admin.erase_many import ErasesMany
from candidates.admin.forms import CandidateForm, ConsentForm, RefusalForm
from candidates.admin.imports import ImportFilter
from candidates.admin.merging import HasMergedRecords
from candidates.contact_data import may_see_contact_data
from candidates.deletion import delete_candidates
from candidates.models import Candidate, Consent, DoNotCall
from screener.access.viewer import VIEW_CONTACT_DATA
from screener.admin.actions import object_action, page_button
from screener.admin.base import ReadOnlyAdmin, badge, count_related
from screener.admin.lists import PeriodFilter

RESUME_COLOURS = {"none": "default", "pending": "info", "read": "success", "unreadable": "danger"}
CHOSEN = "chosen_candidates"
"""Session key for the candidates selected in the list, until the campaign form uses them."""
JOB_TO_CALL_FOR = "job_to_call_for"
"""Session key for the job whose page led to the list, until candidates are selected there."""
MOST_CHOSEN = 500
HAS_INTERVIEWS = gettext_noop(
    "This candidate has interviews, and is erased instead of deleted: everything that identifies the person goes; "
    "scores as numbers, costs and the do-not-call list stay."
)
MAY_NOT_ERASE = gettext_noop(
    "This candidate has interviews, so that they are erased instead of deleted. You have no permission to erase: ask "
    "an administrator. To stop calls, withdraw the consent or add the number to the do-not-call list."
)
CONSENT_COLOURS = {"yes": "success", "no": "danger"}


@admin.register(Candidate)
class CandidateAdmin(DataRightsActions, ErasesMany, HasEditPage, HasMergedRecords, FindsCandidates):
    form = CandidateForm
    cascaded_models = (Consent,)
    list_display = [
        "full_name",
        "phone",
        "email",
        "call_consent",
        "resume_state",
        "interviews_so_far",
        "external_id",
        "created_at",
    ]
    list_filter = [
        ("created_at", PeriodFilter),
        ("resume_status", ChoicesDropdownFilter),
        ImportFilter,
        "legal_hold",
        ErasedFilter,
    ]
    search_fields = ["=id", "=external_id"]
    search_help_text = _("Name, phone, e-mail or your own id")
    contact_fields = ("phone", "email", "resume", "resume_text")
    actions = ["call_chosen", "erase_chosen"]
    actions_list = ["import_file"]
    actions_detail = [
        "call",
        {"title": _("More"), "icon": "person_edit", "items": ["record_consent", "do_not_call", "merge"]},
        {"title": _("Data rights"), "icon": "policy", "items": list(DataRightsActions.data_rights_actions)},
    ]
    personal_fields = (None, {"fields": ["full_name", ("phone", "email"), ("locale", "timezone"), "external_id"]})
    anonymous_fields = (None, {"fields": ["full_name", ("locale", "timezone"), "external_id"]})

    def candidate_path(self) -> str:
        return "pk"

    def get_fieldsets(self, request: HttpRequest, obj: Candidate | None = None) -> Any:
        if obj is not None and not may_see_contact_data(request.user, obj):
            return (self.anonymous_fields,)
        return (self.personal_fields, (gettext("Resume"), {"fields": ["new_resume"]}))

    def get_readonly_fields(self, request: HttpRequest, obj: Candidate | None = None) -> list[str]:
        """Take the declared fields with contact data out of the form where the page does not show them."""
        is_hidden = obj is not None and not may_see_contact_data(request.user, obj)
        return [*super().get_readonly_fields(request, obj), *(["phone", "new_resume"] if is_hidden else [])]

    def get_exclude(self, request: HttpRequest, obj: Candidate | None = None) -> None:
        """The fieldsets name the fields: a membership may allow contact data of this candidate alone."""

    def get_queryset(self, request: HttpRequest) -> Any:
        candidates = super().get_queryset(request).prefetch_related("consents")
        return candidates.annotate(interviews_held=count_related(Candidate, "interviews", viewer=request.user))

    def has_delete_permission(self, request: HttpRequest, obj: Candidate | None = None) -> bool:
        stays = obj is not None and (obj.legal_hold or obj.erased_at)
        return bool(super().has_delete_permission(request, obj)) and not stays

    def has_change_permission(self, request: HttpRequest, obj: Candidate | None = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and not (obj and obj.erased_at)

    def save_model(self, request: HttpRequest, obj: Candidate, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.cleaned_data.get("new_resume"):
            obj.store_resume(form.cleaned_data["new_resume"])

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Lead to the erasure of a candidate with interviews, who cannot be deleted."""
        candidate = self.get_object(request, object_id)
        may_delete = self.has_delete_permission(request, candidate)
        if candidate is None or not may_delete or not candidate.interviews.exists():
            return cast(HttpResponse, super().delete_view(request, object_id, extra_context))
        if not request.user.has_perm("candidates.erase_candidate"):
            messages.warning(request, gettext(MAY_NOT_ERASE))
            return HttpResponseRedirect(self.change_url(candidate))
        messages.info(request, gettext(HAS_INTERVIEWS))
        return HttpResponseRedirect(reverse("admin:candidates_candidate_erase", args=[candidate.pk]))

    def delete_model(self, request: HttpRequest, obj: Candidate) -> None:
        delete_candidates(candidates=Candidate.objects.filter(pk=obj.pk), actor=request.user.get_username())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Candidate]) -> None:
        delete_candidates(candidates=queryset, actor=request.user.get_username())

    @badge(_("Consent to calls"), CONSENT_COLOURS)
    def call_consent(self, candidate: Candidate) -> tuple[str, str]:
        answer = "yes" if candidate.consents_to(Consent.Kind.CALL) else "no"
        return answer, gettext(answer)

    @badge(_("Resume"), RESUME_COLOURS, ordering="resume_status")
    def resume_state(self, candidate: Candidate) -> tuple[str, str]:
        return candidate.resume_status, candidate.get_resume_status_display()

    @admin.display(description=_("Interviews"), ordering="interviews_held")
    def interviews_so_far(self, candidate: Any) -> int:
        return int(candidate.interviews_held)

    def get_urls(self) -> list[URLPattern]:
        return [
            path("<uuid:pk>/resume/", self.admin_site.admin_view(self.resume_view), name="candidates_candidate_resume"),
            path(
                "<path:object_id>/may_call",
                self.admin_site.admin_view(self.may_call),
                name="candidates_candidate_may_call",
            ),
            *super().get_urls(),
        ]

    def resume_view(self, request: HttpRequest, pk: UUID) -> FileResponse:
        """The resume as an attachment that no browser renders, because its content is untrusted."""
        candidate = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_view_permission(request) or not may_see_contact_data(request.user, candidate):
            raise PermissionDenied
        try:
            resume_file = candidate.resume.open("rb")
        except (ValueError, FileNotFoundError):
            raise Http404(gettext("The resume is not in the storage.")) from None
        file_name = f"resume-{candidate.pk}{PurePath(candidate.resume.name or '').suffix}"
        headers = {"X-Content-Type-Options": "nosniff"}
        return FileResponse(
            resume_file,
            as_attachment=True,
            filename=file_name,
            content_type="application/octet-stream",
            headers=headers,
        )

    @page_button(
        _("Call for a job"),
        permission="interviews.add_interview",
        icon="call",
        variant=ActionVariant.PRIMARY,
        is_available=is_kept,
    )
    def call(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Redirect to the form that plans an interview, with the candidate filled in."""
        return HttpResponseRedirect(f"{reverse('admin:interviews_interview_add')}?candidate={quote(object_id)}")

    @page_button(_("Import a file"), permission="candidates.add_import", icon="upload_file")
    def import_file(self, request: HttpRequest) -> HttpResponse:
        """Redirect to the page that uploads a table of candidates, with the job that they are to be called for."""
        job_id = request.session.get(JOB_TO_CALL_FOR, "")
        return HttpResponseRedirect(reverse("desk-new-import") + (f"?job={quote(job_id)}" if job_id else ""))

    def has_call_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["interviews.add_campaign", "interviews.add_interview"])

    @admin.action(description=_("Call for a job"), permissions=["call"])
    def call_chosen(self, request: HttpRequest, chosen: QuerySet[Candidate]) -> HttpResponse | None:
        """Redirect to the campaign form, which shows who will be called and who will not."""
        chosen_ids = [str(pk) for pk in chosen.order_by().values_list("pk", flat=True)[: MOST_CHOSEN + 1]]
        if len(chosen_ids) > MOST_CHOSEN:
            self.message_user(
                request,
                gettext("Choose %(most_chosen)s candidates at most at once.") % {"most_chosen": MOST_CHOSEN},
                messages.ERROR,
            )
            return None
        request.session[CHOSEN] = chosen_ids
        job_id = request.session.pop(JOB_TO_CALL_FOR, "")
        query = f"?{urlencode({'job': job_id})}" if job_id else ""
        return HttpResponseRedirect(f"{reverse('admin:interviews_campaign_add')}{query}")

    @page_button(_("May we call now?"), permission=VIEW_CONTACT_DATA, icon="perm_phone_msg")
    def may_call(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(f"{reverse('may-call')}?candidate={quote(object_id)}")

    @object_action(
        _("Record consent"),
        explanation=_("Adds what the candidate agreed to or withdrew to the history. The latest entry counts."),
        permission="candidates.add_consent",
        icon="how_to_reg",
        is_available=is_kept,
        form=ConsentForm,
    )
    def record_consent(self, request: HttpRequest, candidate: Candidate, form_data: dict[str, Any]) -> str:
        consent_source = f"{form_data.pop('source')} (recorded by {request.user.get_username()})"[:200]
        consent = Consent.objects.create(
            candidate=candidate,
            language=candidate.locale,
            given_by=Consent.GivenBy.STAFF,
            source=consent_source,
            **form_data,
        )
        return gettext("Recorded: %(consent)s.") % {"consent": consent}

    @object_action(
        _("Do not call"),
        explanation=_(
            "The candidate is not called again for any job, nor this number under any record, until somebody "
            "lifts the entry with a reason."
        ),
        permission="candidates.add_donotcall",
        icon="phone_disabled",
        is_available=is_kept,
        form=RefusalForm,
    )
    def do_not_call(self, request: HttpRequest, candidate: Candidate, form_data: dict[str, Any]) -> str:
        entry_source = f"{form_data['source']} (added by {request.user.get_username()})"[:200]
        DoNotCall.objects.add_number(candidate.phone, kind=form_data["kind"], candidate=candidate, source=entry_source)
        return gettext("%(candidate)s is on the do-not-call list and will not be called.") % {"candidate": candidate}


@admin.register(Consent)
class ConsentAdmin(FindsCandidates, ReadOnlyAdmin):
    """Append-only. Consents are recorded on the candidate's page."""

    list_display = ["candidate", "kind", "consent_given", "source", "language", "said_at"]
    list_filter = [("said_at", PeriodFilter), ("kind", ChoicesDropdownFilter), "given"]
    search_fields = ["=candidate__id"]
    contact_fields = ("candidate__phone",)
    list_select_related = ["candidate"]

    @badge(_("Said"), CONSENT_COLOURS, ordering="given")
    def consent_given(self, consent: Consent) -> tuple[str, str]:
        return ("yes", gettext("yes")) if consent.given else ("no", gettext("no"))
