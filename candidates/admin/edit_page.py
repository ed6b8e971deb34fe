"""The form of a candidate at an address of its own."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path

from candidates.models import Candidate
from screener.admin.base import ScreenerAdmin

EDIT_PAGE = "candidates_candidate_edit"


class HasEditPage(ScreenerAdmin):
    """The address of a candidate shows the page (`desk/urls.py`), and the form leads back to it."""

    def get_urls(self) -> list[URLPattern]:
        form = path("<path:object_id>/edit/", self.admin_site.admin_view(self.edit_view), name=EDIT_PAGE)
        return [form, *super().get_urls()]

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The form, for users who may change the candidate. An erased one has none."""
        if not self.has_change_permission(request, self.get_object(request, object_id)):
            raise PermissionDenied
        form: HttpResponse = self.change_view(request, object_id)
        return form

    def response_post_save_change(self, request: HttpRequest, obj: Candidate) -> HttpResponse:
        return HttpResponseRedirect(self.change_url(obj))
