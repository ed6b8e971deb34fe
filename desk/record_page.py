"""Pages of the desk at the address of the admin's form of a record."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

RecordView = Callable[[HttpRequest, UUID], HttpResponse]


def record_page(model: Any) -> Callable[[RecordView], RecordView]:
    """Decorate the view of a record by its id. The admin saves or refuses a form that is sent to its address.

    Where the view raises `model.DoesNotExist`, the admin tells the user so.
    """

    def decorate(view: RecordView) -> RecordView:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def page(request: HttpRequest, pk: UUID) -> HttpResponse:
            model_admin: Any = admin.site.get_model_admin(model)
            if request.method == "POST":
                answer: HttpResponse = model_admin.change_view(request, str(pk))
                return answer
            try:
                return view(request, pk)
            except model.DoesNotExist:
                missing: HttpResponse = model_admin._get_obj_does_not_exist_redirect(request, model._meta, str(pk))
                return missing

        return page

    return decorate


def action_links(request: HttpRequest, record: Model) -> dict[str, dict[str, str]]:
    """The actions on the record that the user may run now: by name, title and address."""
    model_admin: Any = admin.site.get_model_admin(type(record))
    return {
        action.path: {"title": action.description, "href": reverse(f"admin:{action.action_name}", args=[record.pk])}
        for action in model_admin.get_actions_detail(request, record.pk)
    }
