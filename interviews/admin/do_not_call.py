"""Admin pages of the do-not-call list."""

from contextlib import suppress
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.enums import ActionVariant

from candidates.admin.forms import DoNotCallForm, LiftForm
from candidates.models import DoNotCall
from interviews.models.transitions.refusal import lift_refusal
from screener.access.viewer import VIEW_CONTACT_DATA
from screener.admin.actions import object_action
from screener.admin.base import ReadOnlyAdmin, badge
from screener.phone_format import InvalidPhoneNumber, to_e164

STATE_COLOURS = {"active": "danger", "lifted": "default"}


class StateFilter(DropdownFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("active", gettext("Active")), ("lifted", gettext("Lifted"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        return queryset.filter(lifted_at__isnull=value == "active") if value in STATE_COLOURS else queryset


@admin.register(DoNotCall)
class DoNotCallAdmin(ReadOnlyAdmin):
    """Entries are lifted, never deleted. They hold hashes, so that a number is found only as a whole."""

    list_display = ["kind", "state", "candidate", "source", "created_at"]
    list_filter = [("kind", ChoicesDropdownFilter), StateFilter]
    list_select_related = ["candidate"]
    search_fields = ["source", "candidate__full_name"]
    search_help_text = _("A whole number, a name or a source")
    fields = ["kind", "candidate", "interview", "source", "created_at", "lifted_at", "lifted_by", "lift_reason"]
    actions_detail = ["lift"]

    @badge(_("State"), STATE_COLOURS)
    def state(self, entry: DoNotCall) -> tuple[str, str]:
        return ("active", gettext("Active")) if entry.is_active else ("lifted", gettext("Lifted"))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        if request.user.has_perm(VIEW_CONTACT_DATA):
            with suppress(InvalidPhoneNumber):
                return queryset.of_numbers([to_e164(search_term)]), False
        results: tuple[QuerySet[Any], bool] = super().get_search_results(request, queryset, search_term)
        return results

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return not lookup.startswith("number_hash") and bool(super().lookup_allowed(lookup, value, request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("candidates.add_donotcall")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        back = reverse("admin:candidates_donotcall_changelist")

        def act(data: dict[str, str]) -> tuple[str, str]:
            source = f"{data['source']} (added by {request.user.get_username()})"[:200]
            _, is_new = DoNotCall.objects.add_number(data["number"], kind=data["kind"], source=source)
            added = gettext("The number is on the do-not-call list and will not be called again.")
            return added if is_new else gettext(
                "The number was on the do-not-call list before. Nothing was changed."
            ), back

        return self.form_page(
            request,
            DoNotCallForm,
            act,
            title=gettext("Add to the do-not-call list"),
            explanation=gettext("This number is not called again, for any candidate, until somebody lifts the entry."),
            back_url=back,
        )

    @object_action(
        _("Lift"),
        explanation=_(
            "The number may be called again, as far as the other rules allow. Consent that was withdrawn has "
            "to be recorded again, too. The entry stays as history."
        ),
        permission="candidates.change_donotcall",
        icon="phone_enabled",
        form=LiftForm,
        is_available=lambda entry: bool(entry.is_active),
        variant=ActionVariant.DANGER,
    )
    def lift(self, request: HttpRequest, entry: DoNotCall, data: dict[str, str]) -> str:
        lift_refusal(entry, by=request.user.get_username(), reason=data["reason"])
        return gettext("The entry is lifted.")
