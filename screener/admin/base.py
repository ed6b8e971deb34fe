"""Base classes of all admin pages."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce
from operator import or_
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from screener.access.blind_mode import is_blind
from screener.access.viewer import Viewer
from screener.admin.list_export import ExportsList
from screener.admin.lists import MOST_COUNTED, CappedPaginator, ScreenerChangeList
from screener.admin.search import search_conditions
from screener.admin.widgets import SafeAutocomplete
from screener.labels import Label
from screener.models import BaseModel, InvalidTransition
from screener.services.interviewer.protocol import SIMULATED_MODEL
from screener.services.interviewer.selection import configured_interviewer

NO_CONDITION = models.Q()
NAME_FIELD = "full_name"
DELETION = "delete_selected"
F = TypeVar("F", bound=Callable[..., Any])
ObjectAction = Callable[[Any, HttpRequest, Any, Any], str]


def badge(description: Label, colours: dict[str, str], *, ordering: str | None = None) -> Callable[[F], F]:
    """Make a method a column that returns (value, text) and shows the text in the colour of the value."""
    decorate: Callable[[F], F] = display(description=description, label=colours, ordering=ordering)
    return decorate


def count_related(
    model: type[models.Model], related: str, condition: models.Q = NO_CONDITION, *, viewer: Viewer | None = None
) -> Coalesce:
    """Return a subquery that counts related rows per row. A join would group the whole table first.

    Rows that the default manager of the related model hides are not counted. `viewer`: count rows that they may see.
    """
    relation: Any = model._meta.get_field(related)
    key = relation.remote_field.name
    rows = relation.related_model._default_manager.filter(condition, **{key: models.OuterRef("pk")}).order_by()
    if viewer is not None:
        rows = rows.visible_to(viewer)
    return Coalesce(models.Subquery(rows.values(key).annotate(total=models.Count("pk")).values("total")), 0)


def return_address(request: HttpRequest, fallback: str) -> str:
    """Return the page of the admin that the user came from (`next`, of the form or the address), or `fallback`."""
    page: str = request.POST.get("next") or request.GET.get("next", "")
    is_own = page.startswith(reverse("admin:index")) and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return page if is_own else fallback


def interviewer_badge(request: HttpRequest) -> list[str] | None:
    """Return the label in the head of every page while the model is simulated, or a person scores in its place."""
    interviewer = configured_interviewer()
    return [gettext(interviewer.label), "warning"] if interviewer.billed_model in ("", SIMULATED_MODEL) else None


@dataclass(frozen=True)
class Alternative:
    """An action in place of a refused one: a sentence, and a link."""

    explanation: Label
    href: str
    label: Label


class ScreenerAdmin(ExportsList):
    list_per_page = 50
    list_filter_submit = True
    paginator: Any = CappedPaginator
    show_full_result_count = False
    compressed_fields = True
    cascaded_models: tuple[type[models.Model], ...] = ()
    """Models whose rows are deleted together with an object, although users have no permission to delete them alone."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[str], Any]:
        """Report protected rows before missing permissions, because no permission allows deleting those."""
        deleted, counts, missing, protected = super().get_deleted_objects(objs, request)
        cascaded = {str(model._meta.verbose_name) for model in self.cascaded_models}
        return deleted, counts, set() if protected else set(missing) - cascaded, protected

    def render_delete_form(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        """Add the alternative to a deletion that is refused."""
        subject = context["object"]
        extra = {"instead": self.instead_of_deletion(request, subject), "back_href": self.change_url(subject)}
        response: HttpResponse = super().render_delete_form(request, context | extra)
        return response

    def instead_of_deletion(self, request: HttpRequest, subject: Any) -> Alternative | None:
        """Return the alternative for an object that can't be deleted, where there is one."""
        return None

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if "%00" in request.META["QUERY_STRING"]:  # PostgreSQL rejects NUL, and no row contains it
            return HttpResponseRedirect(request.path)
        title = {"title": capfirst(str(self.opts.verbose_name_plural))}  # not "Select interview to view"
        response: HttpResponse = super().changelist_view(request, title | (extra_context or {}))
        return response

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return ScreenerChangeList

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        changelist.show_moments()
        return changelist

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the rows that the user may see. Lists, pages and autocompletes use it."""
        rows = super().get_queryset(request)
        return rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Return the object with its `viewer`, for columns and forms that do not get the request."""
        subject: Any = super().get_object(request, object_id, from_field)
        if subject is not None:
            subject.viewer = request.user
        return subject

    def get_search_fields(self, request: HttpRequest) -> Any:
        """A search that finds a name would tell in blind mode whose row it is."""
        fields = super().get_search_fields(request)
        return [field for field in fields if not _is_name(field)] if is_blind() else fields

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        if is_blind() and NAME_FIELD in lookup.split("__"):
            return False
        return bool(super().lookup_allowed(lookup, value, request))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Return the rows that match the term in one of the fields."""
        term = search_term.replace("\0", "").strip()
        if not term:
            return queryset, False
        conditions = self.search_conditions(request, term)
        return (queryset.filter(reduce(or_, conditions)) if conditions else queryset.none()), False

    def search_conditions(self, request: HttpRequest, term: str) -> list[models.Q]:
        """Return the ways to match the term, each with an index of its own."""
        return search_conditions(self.model, self.get_search_fields(request), term)

    def response_action(self, request: HttpRequest, queryset: Any) -> Any:
        """Refuse an action on more rows than were counted: it would reach rows that the page did not name."""
        if request.POST.get("select_across") == "1" and queryset[MOST_COUNTED:].exists():
            messages.error(request, _("These are too many rows for one action. Filter the list first."))
            return None
        return super().response_action(request, queryset)

    def get_actions(self, request: HttpRequest) -> Any:
        """Return the actions on selected rows, with the deletion last."""
        actions = super().get_actions(request)
        deletion = actions.pop(DELETION, None)
        return actions | ({DELETION: deletion} if deletion else {})

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        """Return the buttons of the list for which the user has permission."""
        return _permitted(super().get_actions_list(request), request)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Return the buttons of the page for which the user has permission and which the object's state allows."""
        actions = _permitted(super().get_actions_detail(request, object_id), request)
        subject = self.get_object(request, str(object_id)) if actions else None
        return [action for action in actions if subject is None or action.method.is_available(subject)]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = SafeAutocomplete(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write only the fields that were edited, since the worker may change the row at the same time."""
        if change and isinstance(obj, BaseModel):
            columns = {field.name for field in obj._meta.concrete_fields}
            obj.update_fields(**{name: getattr(obj, name) for name in form.changed_data if name in columns})
        else:
            super().save_model(request, obj, form, change)

    def change_url(self, subject: models.Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[subject.pk])

    def form_page(
        self,
        request: HttpRequest,
        form: Callable[[Any], Any],
        run: Callable[[Any], tuple[str, str]],
        *,
        title: Label,
        explanation: Label,
        back_url: str,
        submit_label: Label = "",
        subject: models.Model | None = None,
    ) -> HttpResponse:
        """Show a page with an explanation and a form, and call `run` when a valid form is posted.

        `run` gets the cleaned data of the form. It returns a success message and the address to continue at.
        """
        bound_form = form(request.POST if request.method == "POST" else None)
        problem = ""
        if bound_form.is_bound and bound_form.is_valid():
            try:
                with transaction.atomic():
                    message, next_url = run(bound_form.cleaned_data)
            except InvalidTransition as error:
                problem = str(error)
                if hasattr(bound_form, "show_refusal"):  # a table of forms has none
                    bound_form.show_refusal(error)
            else:
                messages.success(request, message)
                return HttpResponseRedirect(next_url)
        return self.show_form_page(
            request,
            bound_form,
            title=title,
            explanation=explanation,
            back_url=back_url,
            submit_label=submit_label or title,
            problem=problem,
            subject=subject,
        )

    def show_form_page(
        self,
        request: HttpRequest,
        form: Any,
        *,
        subject: models.Model | None = None,
        problem: str = "",
        **texts: Label,
    ) -> HttpResponse:
        """Show the form with its `title`, `explanation`, `back_url` and `submit_label`."""
        context = self.admin_site.each_context(request) | {
            **texts,
            "problem": problem,
            "form": form,
            "opts": self.opts,
            "original": subject,
            "candidate": getattr(subject, "candidate", None),
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/form_page.html", context)

    def address_after_action(self, request: HttpRequest, subject: models.Model) -> str:
        """Return the address of the page that follows an object action."""
        return self.change_url(subject)

    def object_action_page(
        self, request: HttpRequest, object_id: str, method: ObjectAction, *, form: Callable[..., Any], **texts: Label
    ) -> HttpResponse:
        """Show the form page of an action on the object with this id. Logs the action when it has run."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        subject = self.get_object(request, object_id)
        if subject is None:
            response: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            return response

        def run(data: Any) -> tuple[str, str]:
            message = method(self, request, subject, data)
            self.log_change(request, subject, message)
            return message, self.address_after_action(request, subject)

        subject_form = partial(form, subject=subject)
        return self.form_page(request, subject_form, run, back_url=self.change_url(subject), subject=subject, **texts)


def _is_name(field: str) -> bool:
    return field.split("__")[-1] == NAME_FIELD


def _permitted(actions: list[Any], request: HttpRequest) -> list[Any]:
    return [action for action in actions if request.user.has_perm(action.method.permission)]


class ReadOnlyAdmin(ScreenerAdmin):
    """Rows that only the program writes. No permission allows changing them here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(TabularInline):  # type: ignore[misc]
    extra = 0
    can_delete = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
