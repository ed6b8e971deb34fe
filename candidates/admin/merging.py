"""Merged records in the admin: the button that begins a merge, and the ids that a merge left behind."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from candidates.admin.data_rights import is_kept
from candidates.merging.merge import resolve_id
from screener.admin.actions import page_button
from screener.admin.base import ScreenerAdmin


class HasMergedRecords(ScreenerAdmin):
    """The id of a record that was merged leads to the record that it is part of."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        return super().get_object(request, str(resolve_id(object_id)), from_field)

    @page_button(_("Merge records"), permission="candidates.merge_candidate", icon="merge", is_available=is_kept)
    def merge(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Redirect to the page that shows this record beside another one of the same person."""
        return HttpResponseRedirect(reverse("desk-candidate-merge", args=[object_id]))
