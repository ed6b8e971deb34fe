"""Lists and pages with contact data: who sees it, and the search by phone number in any notation."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from screener.access.blind_mode import is_blind
from screener.access.viewer import VIEW_CONTACT_DATA
from screener.admin.base import ScreenerAdmin
from screener.phone_format import search_digits


class HoldsContactData(ScreenerAdmin):
    """Leaves out the fields with contact data for users without the permission to view it.

    Neither columns nor fields show it, and neither the search nor a lookup in the address finds rows by it.
    """

    contact_fields: tuple[str, ...] = ()
    """Model fields with contact data. Those of related rows are written as in `search_fields`."""

    def hides_contact_data(self, request: HttpRequest) -> bool:
        return is_blind() or not request.user.has_perm(VIEW_CONTACT_DATA)

    def get_list_display(self, request: HttpRequest) -> Any:
        return self._permitted_fields(request, super().get_list_display(request))

    def get_search_fields(self, request: HttpRequest) -> Any:
        return self._permitted_fields(request, super().get_search_fields(request))

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        excluded = super().get_exclude(request, obj)
        return [*(excluded or ()), *self.contact_fields] if self.hides_contact_data(request) else excluded

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        if self.hides_contact_data(request):
            changelist.search_help_text = None  # it names the fields
        return changelist

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        names = {field.split("__")[-1] for field in self.contact_fields}
        if self.hides_contact_data(request) and names & set(lookup.split("__")):
            return False
        return bool(super().lookup_allowed(lookup, value, request))

    def _permitted_fields(self, request: HttpRequest, fields: Sequence[Any]) -> Sequence[Any]:
        if not self.hides_contact_data(request):
            return fields
        return [field for field in fields if field not in self.contact_fields]


class FindsNumbers(HoldsContactData):
    """Searches for the term as typed and, if it is a number or a part of one, for its stored form."""

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        matches, has_duplicates = super().get_search_results(request, queryset, search_term)
        phone_digits = "" if self.hides_contact_data(request) else search_digits(search_term)
        if phone_digits and phone_digits != search_term:
            matches |= super().get_search_results(request, queryset, phone_digits)[0]
        return matches, has_duplicates
