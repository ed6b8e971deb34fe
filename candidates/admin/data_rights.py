"""The actions of a candidate's page by which their data is exported, held and erased, and the list of erasures."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldBooleanWidget

from candidates.data_rights.erasure import erase_candidate
from candidates.data_rights.export import export_candidate
from candidates.models import Candidate, Erasure
from screener.access.viewer import SCOPE_PERMISSIONS
from screener.admin.actions import ObjectActionForm, object_action, page_button
from screener.admin.base import ReadOnlyAdmin, ScreenerAdmin, badge
from screener.admin.lists import PeriodFilter

ERASURE_COLOURS = {"pending": "warning", "checking": "info", "done": "success"}


class ReasonForm(ObjectActionForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
        help_text=_("Kept as proof. Do not write the person's name or number here."),
    )


class EraseForm(ReasonForm):
    confirmed = forms.BooleanField(
        label=_("Erase for good. This can't be undone."),
        widget=UnfoldBooleanWidget,
        error_messages={"required": _("Tick the box: erased data can't be brought back.")},
    )


class ErasedFilter(DropdownFilter):  # type: ignore[misc]
    """Leaves erased candidates out of the list, unless they are asked for."""

    title = _("erased")
    parameter_name = "erased"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", gettext("Erased"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(erased_at__isnull=self.value() != "yes")


def is_kept(candidate: Candidate) -> bool:
    return candidate.erased_at is None


class DataRightsActions(ScreenerAdmin):
    """The data rights on the page of a candidate."""

    data_rights_actions = ("export_data", "set_hold", "lift_hold", "erase")

    @page_button(_("Export data"), permission="candidates.export_candidate", icon="folder_zip", is_available=is_kept)
    def export_data(self, request: HttpRequest, object_id: str) -> Any:
        candidate = self.get_object(request, object_id)
        if candidate is None or not self.has_view_permission(request, candidate):
            raise PermissionDenied
        if not request.user.has_perms(SCOPE_PERMISSIONS):  # it holds contact data, and the scores of all jobs
            raise PermissionDenied
        if request.method == "POST":
            return export_candidate(candidate, actor=request.user.get_username())
        return self.form_page(
            request,
            lambda data: ObjectActionForm(data, subject=candidate),
            lambda data: ("", ""),
            title=gettext("Export data"),
            explanation=gettext(
                "A zip with everything that is stored about this person, to read and as JSON: the record, the "
                "resume, consents, calls, recordings, transcripts, scores with their evidence, decisions and webhooks. "
                "Names of staff are left out. The export is noted in the history of the record."
            ),
            back_url=self.change_url(candidate),
            submit_label=gettext("Download"),
            subject=candidate,
        )

    @object_action(
        _("Erase"),
        explanation=_(
            "Name, contact data, resume, recordings, transcripts, quotes, notes and stored webhooks are "
            "removed, here and at the carrier. Planned interviews are cancelled. Scores as numbers, times, costs and "
            "do-not-call entries stay. Export the data first if the person asked for it."
        ),
        permission="candidates.erase_candidate",
        icon="person_remove",
        form=EraseForm,
        is_available=is_kept,
    )
    def erase(self, request: HttpRequest, candidate: Candidate, data: dict[str, Any]) -> str:
        erase_candidate(candidate, actor=request.user.get_username(), reason=data["reason"])
        return gettext("Erased. Files and recordings are being deleted; the proof is on this page.")

    @object_action(
        _("Set legal hold"),
        explanation=_("Nothing of this candidate is erased, by retention or by a person, until the hold is lifted."),
        permission="candidates.hold_candidate",
        icon="lock",
        form=ReasonForm,
        is_available=lambda candidate: is_kept(candidate) and not candidate.legal_hold,
    )
    def set_hold(self, request: HttpRequest, candidate: Candidate, data: dict[str, Any]) -> str:
        candidate.set_hold(actor=request.user.get_username(), reason=data["reason"])
        return gettext("Set legal hold.")

    @object_action(
        _("Lift legal hold"),
        explanation=_("Retention applies again: what is overdue is erased in the next night."),
        permission="candidates.hold_candidate",
        icon="lock_open",
        form=ReasonForm,
        is_available=lambda candidate: bool(candidate.legal_hold),
    )
    def lift_hold(self, request: HttpRequest, candidate: Candidate, data: dict[str, Any]) -> str:
        candidate.lift_hold(actor=request.user.get_username(), reason=data["reason"])
        return gettext("Lifted legal hold.")


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    """The proofs of erasures. They name no person."""

    list_display = ["created_at", "subject", "kind", "state", "actor", "reason", "completed_at"]
    list_filter = [("created_at", PeriodFilter), ("kind", ChoicesDropdownFilter), ("status", ChoicesDropdownFilter)]
    search_fields = ["=candidate__id", "=interview__id", "actor"]
    search_help_text = _("Id of the candidate or the interview, or who erased")
    list_select_related = ["candidate"]
    fields = ["candidate", "interview", "kind", "proof"]
    readonly_fields = ["proof"]

    @admin.display(description=_("Candidate"), ordering="candidate")
    def subject(self, erasure: Erasure) -> str:
        return str(erasure.candidate)

    @badge(_("State"), ERASURE_COLOURS, ordering="status")
    def state(self, erasure: Erasure) -> tuple[str, str]:
        return erasure.status, erasure.get_status_display()

    @admin.display(description=_("Removed"))
    def proof(self, erasure: Erasure) -> str:
        return render_to_string("admin/candidates/erasures.html", {"erasures": [erasure]})
