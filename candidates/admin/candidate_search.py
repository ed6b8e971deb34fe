"""Lists and pages with contact data: who sees it, and the search by names, numbers and addresses."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from candidates.search import search_candidates
from screener.access.blind_mode import is_blind
from screener.access.viewer import VIEW_CONTACT_DATA
from screener.admin.base import ScreenerAdmin
from screener.admin.search import EXACT, bounded_ids, related_condition, search_conditions
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
        return [field for field in fields if str(field).removeprefix(EXACT) not in self.contact_fields]


class FindsCandidates(HoldsContactData):
    """Finds rows by the words of their candidate's name and, with the permission, by contact data.

    In blind mode it does neither: a search that finds a name would tell whose row it is.
    """

    def candidate_path(self) -> str:
        """Return the lookup from a row to its candidate."""
        return "candidate"

    def search_conditions(self, request: HttpRequest, term: str) -> list[Q]:
        conditions = super().search_conditions(request, term)
        if is_blind():
            return conditions
        shows_contact_data = not self.hides_contact_data(request)
        matching = bounded_ids(search_candidates(term, with_contact_data=shows_contact_data))
        conditions.append(related_condition(self.model, self.candidate_path(), {"__in": matching}))
        number = search_digits(term) if shows_contact_data else ""
        return (
            conditions + search_conditions(self.model, self.get_search_fields(request), number)
            if number
            else conditions
        )
