"""Lists that stay fast with millions of rows: they count and page no further than people look."""

from collections.abc import Callable, Iterator
from copy import copy
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.paginator import Page, Paginator
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import DateTimeField, F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import localize
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.views import ChangeList
from unfold.widgets import INPUT_CLASSES

MOST_COUNTED = 10_000
EARLIEST_DAY, LATEST_DAY = date(1970, 1, 1), date(2999, 12, 31)


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts and pages through the first MOST_COUNTED rows. Filters and the search lead to older rows.

    A page is found by its ids. The rows before it would be read with all their columns only to be skipped. The ids are
    passed as values: with a subquery, PostgreSQL first looks for all rows that the user may see.
    """

    template_name = "admin/pagination_capped.html"

    def page(self, number: int | str) -> Page[Any]:
        page = super().page(number)
        rows: Any = self.object_list
        ids = list(page.object_list.values_list("pk", flat=True))  # type: ignore[attr-defined]
        page.object_list = rows.filter(pk__in=ids)
        return page

    @cached_property
    def _rows_seen(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[: MOST_COUNTED + 1].count())  # without the columns of subqueries

    @cached_property
    def count(self) -> int:
        return min(self._rows_seen, MOST_COUNTED)

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than were counted."""
        return self._rows_seen > MOST_COUNTED


def moment_column(field: "DateTimeField[Any, Any]") -> Callable[[Any], str | None]:
    """A column with the moment as `static/screener/times.js` shows it: "12 min ago", and the exact time on hover."""

    @admin.display(description=field.verbose_name, ordering=field.name)
    def column(row: Any) -> str | None:
        moment = getattr(row, field.name)
        if moment is None:
            return None
        shown = localize(timezone.localtime(moment))
        return format_html('<time datetime="{}" data-desk-time>{}</time>', moment.isoformat(), shown)

    column.__name__ = field.name
    return column


class ScreenerChangeList(ChangeList):  # type: ignore[misc]
    """Sorts empty values last in both directions. PostgreSQL puts them first when it sorts downwards."""

    list_display: Any
    list_display_links: Any
    sortable_by: Any

    def show_moments(self) -> None:
        """Put a `moment_column` in the place of each time."""
        fields = {field.name: field for field in self.opts.concrete_fields if isinstance(field, DateTimeField)}
        columns = {name: moment_column(fields[name]) for name in self.list_display if name in fields}
        self.list_display = [columns.get(name, name) for name in self.list_display]
        self.list_display_links = [columns.get(name, name) for name in self.list_display_links]
        self.sortable_by = [columns.get(name, name) for name in self.sortable_by]

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
        return [self._empty_last(field, queryset) for field in super().get_ordering(request, queryset)]

    def _empty_last(self, field: Any, queryset: Any) -> Any:
        name = field.lstrip("-") if isinstance(field, str) else ""
        nullable = {column.name for column in self.opts.concrete_fields if column.null}
        if name not in nullable and name not in queryset.query.annotations:
            return field
        return F(name).desc(nulls_last=True) if field.startswith("-") else F(name).asc(nulls_last=True)

    @cached_property
    def _query_strings(self) -> dict[str, str]:
        return {}

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """The address of the list with other parameters. Unfold asks for those of the heads again in each row."""
        key = repr((new_params, remove))
        if key not in self._query_strings:
            self._query_strings[key] = super().get_query_string(new_params, remove)
        return self._query_strings[key]

    def get_results(self, request: HttpRequest) -> None:
        """Load the page. Where not all rows are counted, no action is offered for all of them."""
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count
        if self.paginator.is_capped:
            self.model_admin: Any = copy(self.model_admin)
            self.model_admin.list_disable_select_all = True


class PeriodForm(forms.Form):
    """The first and the last day of a period. The inputs are the browser's own for dates."""

    def __init__(self, data: Any, *, parameter: str) -> None:
        super().__init__(data)
        for end, label in (("from", _("From")), ("to", _("To"))):
            self.fields[f"{parameter}_{end}"] = forms.DateField(
                label=label,
                required=False,
                widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": " ".join(INPUT_CLASSES)}),
                validators=[MinValueValidator(EARLIEST_DAY), MaxValueValidator(LATEST_DAY)],
            )


class PeriodFilter(admin.FieldListFilter):
    """Rows of the days from … to, both included, in the time zone of the site. Either end may be open."""

    template = "admin/filters/period.html"

    def __init__(self, field: Any, request: HttpRequest, *args: Any, **options: Any) -> None:
        super().__init__(field, request, *args, **options)
        self.form = PeriodForm(request.GET, parameter=self.field_path)
        self.form.is_valid()

    def expected_parameters(self) -> list[str | None]:
        return [f"{self.field_path}_from", f"{self.field_path}_to"]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = (self.form.cleaned_data.get(str(name)) for name in self.expected_parameters())
        if first:
            queryset = queryset.filter(**{f"{self.field_path}__gte": start_of(first)})
        if last:
            queryset = queryset.filter(**{f"{self.field_path}__lt": start_of(last + timedelta(days=1))})
        return queryset

    def choices(self, changelist: Any) -> Iterator[Any]:
        yield {"form": self.form}


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
