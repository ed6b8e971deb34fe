"""Search by phone number in any notation, for lists that show numbers."""

from typing import Any

from django.http import HttpRequest

from screener.admin.base import ScreenerAdmin
from screener.phone_format import search_digits


class FindsNumbers(ScreenerAdmin):
    """Searches for the term as typed and, if it is a number or a part of one, for its stored form."""

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        matches, has_duplicates = super().get_search_results(request, queryset, search_term)
        phone_digits = search_digits(search_term)
        if phone_digits and phone_digits != search_term:
            matches |= super().get_search_results(request, queryset, phone_digits)[0]
        return matches, has_duplicates
