"""What all admin pages share: how a page looks, what nobody may edit, and buttons that act by POST alone."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from screener.admin.widgets import ChosenBySearch
from screener.models import BaseModel, InvalidTransition
from screener.services.interviewer.offline_rules import OfflineInterviewer
from screener.services.interviewer.selection import configured_interviewer

EVERY = models.Q()
F = TypeVar("F", bound=Callable[..., Any])
Verb = Callable[[Any, HttpRequest, Any, Any], str]


def badge(description: str, colours: dict[str, str], *, ordering: str | None = None) -> Callable[[F], F]:
    """A column that returns (value, words) and shows the words in the colour of the value."""
    decorate: Callable[[F], F] = display(description=description, label=colours, ordering=ordering)
    return decorate


def how_many(model: type[models.Model], related: str, only: models.Q = EVERY) -> Coalesce:
    """Counts the related rows of each row that is shown, where a join would group the whole table first.

    The default manager of the related model says which rows count.
    """
    relation: Any = model._meta.get_field(related)
    key = relation.remote_field.name
    rows = relation.related_model._default_manager.filter(only, **{key: models.OuterRef("pk")}).order_by()
    return Coalesce(models.Subquery(rows.values(key).annotate(found=models.Count("pk")).values("found")), 0)


def warn_of_offline_rules(request: HttpRequest) -> list[str] | None:
    """The label at the head of every page, where no language model judges (DESIGN section 8)."""
    judge = configured_interviewer()
    return [judge.label, "warning"] if isinstance(judge, OfflineInterviewer) else None


class ScreenerAdmin(ModelAdmin):  # type: ignore[misc]
    list_per_page = 50
    list_filter_submit = True
    compressed_fields = True
    belongings: tuple[type[models.Model], ...] = ()
    """Rows that are deleted together with one of these, though nobody deletes one by itself."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[str], Any]:
        """What stands in the way is told before what permissions are lacking: no permission would help."""
        found, counts, lacking, protected = super().get_deleted_objects(objs, request)
        belongings = {str(one._meta.verbose_name) for one in self.belongings}
        return found, counts, set() if protected else set(lacking) - belongings, protected

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if "%00" in request.META["QUERY_STRING"]:  # no text in the database has one, so nobody asks for it in earnest
            return HttpResponseRedirect(request.path)
        title = {"title": capfirst(str(self.opts.verbose_name_plural))}  # not "Select interview to view"
        response: HttpResponse = super().changelist_view(request, title | (extra_context or {}))
        return response

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        return super().get_search_results(request, queryset, search_term.replace("\0", ""))

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        """The buttons of the list that this user may press."""
        return [one for one in super().get_actions_list(request) if request.user.has_perm(one.method.permission)]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The buttons of this page that this user may press and that its object's state allows."""
        every = super().get_actions_detail(request, object_id)
        actions = [one for one in every if request.user.has_perm(one.method.permission)]
        subject = self.get_object(request, str(object_id)) if actions else None
        return [one for one in actions if subject is None or one.method.applies(subject)]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = ChosenBySearch(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Of a row that the worker changes too, only what was edited is written."""
        if change and isinstance(obj, BaseModel):
            columns = {field.name for field in obj._meta.concrete_fields}
            obj.update_fields(**{name: getattr(obj, name) for name in form.changed_data if name in columns})
        else:
            super().save_model(request, obj, form, change)

    def page_of(self, subject: models.Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[subject.pk])

    def ask_and_act(
        self,
        request: HttpRequest,
        form: Callable[[Any], Any],
        act: Callable[[Any], tuple[str, str]],
        *,
        title: str,
        explain: str,
        back: str,
        submit: str = "",
        subject: models.Model | None = None,
    ) -> HttpResponse:
        """A page that says what will happen and asks for what is needed. Only its POST acts.

        `act` gets the form's cleaned data and returns what happened, in a sentence, and where to go from there.
        """
        posted = request.method == "POST"
        asked = form(request.POST if posted else None)
        problem = ""
        if posted and asked.is_valid():
            try:
                with transaction.atomic():
                    done, there = act(asked.cleaned_data)
            except InvalidTransition as error:
                problem = str(error)
            else:
                messages.success(request, done)
                return HttpResponseRedirect(there)
        words = {"title": title, "explain": explain, "problem": problem, "back": back, "button_text": submit or title}
        context = {"form": asked, "opts": self.opts, "original": subject, "media": self.media + asked.media}
        return TemplateResponse(request, "admin/verb.html", self.admin_site.each_context(request) | context | words)

    def verb_page(
        self, request: HttpRequest, object_id: str, method: Verb, *, form: Callable[..., Any], **words: str
    ) -> HttpResponse:
        """Ask for what the verb needs, and do it to the object with this id."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        subject = self.get_object(request, object_id)
        if subject is None:
            response: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            return response

        def act(data: Any) -> tuple[str, str]:
            done = method(self, request, subject, data)
            self.log_change(request, subject, done)
            return done, self.page_of(subject)

        asked = partial(form, subject=subject)
        return self.ask_and_act(request, asked, act, back=self.page_of(subject), subject=subject, **words)


class ReadOnlyAdmin(ScreenerAdmin):
    """Rows that only the program writes: to be looked at, whatever a user's permissions are."""

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
