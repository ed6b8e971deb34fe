"""Lists of the admin as CSV and XLSX: the rows and columns that the list shows, all its pages, with ids."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models import ForeignKey, Model
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from screener.db.replica import reads_replica
from screener.exports.files import MOST_XLSX_ROWS, RESPONSES, TooManyRows
from screener.exports.table import Cell, Table, rows_in_order
from screener.labels import Label

ID = "id"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Column:
    head: str
    read: Callable[[Any], Cell]


class ExportsList(ModelAdmin):  # type: ignore[misc]
    """Adds downloads below the list. They need the permission to view the list, and hide the fields that it hides."""

    list_after_template = "admin/list_export.html"
    exported_instead: ClassVar[dict[str, dict[Label, str]]] = {}
    """For a column of the list, the columns that stand for it in a file: the attribute of the row by its head."""

    def get_urls(self) -> list[URLPattern]:
        urls = [
            path(
                f"export.{extension}",
                self.admin_site.admin_view(partial(self.export_view, extension=extension)),
                name=f"{self.opts.app_label}_{self.opts.model_name}_export_{extension}",
            )
            for extension in RESPONSES
        ]
        return [*urls, *super().get_urls()]

    @reads_replica
    def export_view(self, request: HttpRequest, extension: str) -> HttpResponseBase:
        """Send the rows of the list that has the same query, in its order."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        list_address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        if "%00" in request.META["QUERY_STRING"]:
            return HttpResponseRedirect(list_address)
        try:
            table = self._table(request)
            response = RESPONSES[extension](table)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(list_address)
        except TooManyRows:
            text = _("The list has more than %(limit)d rows. Download it as CSV, or filter it first.")
            messages.warning(request, text % {"limit": MOST_XLSX_ROWS})
            return HttpResponseRedirect(f"{list_address}?{request.GET.urlencode()}")
        logger.info("user %s downloaded the list of %s", request.user.pk, self.opts.label_lower)
        return response

    def _table(self, request: HttpRequest) -> Table:
        changelist = self._changelist_without_page(request)
        columns = list(self._columns(changelist.list_display))
        chunks = rows_in_order(changelist.queryset)
        rows = ([column.read(row) for column in columns] for chunk in chunks for row in chunk)
        return Table(str(self.opts.verbose_name_plural), [column.head for column in columns], rows)

    def _changelist_without_page(self, request: HttpRequest) -> Any:
        """The change list of the request, without the queries that count and load a page."""
        parent: Any = self.get_changelist(request)
        listing = type("ExportedList", (parent,), {"get_results": lambda self, request: None})
        list_display = self.get_list_display(request)
        return listing(
            request,
            self.model,
            list_display,
            self.get_list_display_links(request, list_display),
            self.get_list_filter(request),
            self.date_hierarchy,
            self.get_search_fields(request),
            self.get_list_select_related(request),
            self.list_per_page,
            self.list_max_show_all,
            self.list_editable,
            self,
            self.get_sortable_by(request),
            self.search_help_text,
        )

    def _columns(self, names: list[str]) -> Iterator[Column]:
        """The id of the row, and beside each related row its id."""
        yield Column(ID, partial(_read_attribute, "pk"))
        for name in names:
            if name in self.exported_instead:
                for head, attribute in self.exported_instead[name].items():
                    yield Column(str(head), partial(_read_attribute, attribute))
            elif name not in (ID, self.opts.pk.name):
                yield from self._columns_of(name)

    def _columns_of(self, name: str) -> Iterator[Column]:
        head = capfirst(str(label_for_field(name, self.model, self)))
        field = self._field(name)
        if getattr(field, "choices", None):
            yield Column(head, partial(_read_label, f"get_{name}_display"))
        else:
            yield Column(head, partial(self._read, name))
        if isinstance(field, ForeignKey):
            yield Column(f"{head} id", partial(_read_attribute, f"{name}_id"))

    def _field(self, name: str) -> Any:
        try:
            return self.opts.get_field(name)
        except FieldDoesNotExist:
            return None

    def _read(self, name: str, row: Model) -> Cell:
        return cell_of(lookup_field(name, row, self)[2])


def _read_label(method: str, row: Model) -> Cell:
    return str(getattr(row, method)())


def _read_attribute(name: str, row: Model) -> Cell:
    return cell_of(getattr(row, name))


def cell_of(value: Any) -> Cell:
    """The value of a list's column as a cell: a badge by its text, HTML without its tags."""
    match value:
        case None | bool() | int() | float() | Decimal() | datetime() | date():
            return value
        case tuple():
            return str(value[-1])
        case SafeString():
            return " ".join(strip_tags(value.replace("<br>", " ")).split())
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return str(value)
