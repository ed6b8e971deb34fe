"""Numbers are found however they are typed, on every list that shows them."""

from typing import Any

from django.http import HttpRequest

from candidates.phone_format import sought
from screener.admin.base import ScreenerAdmin


class FindsNumbers(ScreenerAdmin):
    """What is typed is looked for as it is; where it is a number or a part of one, in the form that is stored too."""

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        found, has_duplicates = super().get_search_results(request, queryset, search_term)
        number = sought(search_term)
        if number and number != search_term:
            found |= super().get_search_results(request, queryset, number)[0]
        return found, has_duplicates
