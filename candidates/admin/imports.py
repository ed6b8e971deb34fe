"""Imports in the admin: their list, and the filter of candidates by import."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from candidates.models import Import
from screener.admin.actions import page_button
from screener.admin.base import ReadOnlyAdmin, badge
from screener.admin.lists import PeriodFilter

STATUS_COLOURS = {"done": "success", "failed": "danger", "uploaded": "default", "undone": "default"}
OFFERED = 30


class ImportFilter(admin.SimpleListFilter):
    """Offers the newest imports. The page of an older one leads to its candidates as well."""

    title = _("Import")
    parameter_name = "import"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        imports = Import.objects.visible_to(request.user).exclude(status=Import.Status.UPLOADED)
        rows = [(str(pk), name) for pk, name in imports.values_list("pk", "name")[:OFFERED]]
        chosen = self.value()
        if chosen and chosen not in dict(rows):
            rows += [(str(row.pk), row.name) for row in _found(imports, chosen)]
        return rows

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        if not chosen:
            return queryset
        found = _found(Import.objects.visible_to(request.user), chosen)
        return queryset.filter(pk__in=found[0].candidates.values("pk")) if found else queryset.none()


def _found(imports: Any, text: str) -> list[Import]:
    """The import of this id; none for a text that is no id."""
    try:
        return list(imports.filter(pk=text))
    except ValidationError:
        return []


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    """Imports begin on the desk; their pages show the progress (`desk/urls.py`)."""

    list_display = ["name", "status_badge", "rows_done", "author", "job", "created_at"]
    list_filter = [("created_at", PeriodFilter), ("status", ChoicesDropdownFilter)]
    list_select_related = ["job"]
    search_fields = ["name"]
    exclude = ["file", "digest"]
    actions_list = ["import_file"]

    @badge(_("State"), STATUS_COLOURS, ordering="status")
    def status_badge(self, imported: Import) -> tuple[str, str]:
        return imported.status, imported.get_status_display()

    @page_button(_("Import a file"), permission="candidates.add_import", icon="upload_file")
    def import_file(self, request: HttpRequest) -> HttpResponse:
        """Redirect to the page that uploads a table of candidates."""
        return HttpResponseRedirect(reverse("desk-new-import"))
