"""Buttons on lists and pages of the admin, and actions that ask for confirmation before they run."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action
from unfold.enums import ActionVariant

from screener.admin.base import ObjectAction, ScreenerAdmin
from screener.labels import Label
from screener.models import InvalidTransition

AdminView = Callable[..., HttpResponse]


class ObjectActionForm(forms.Form):
    """The input of an object action. `subject` is the object, `preface` is HTML before the fields."""

    preface = ""

    def __init__(self, data: Any = None, *, files: Any = None, subject: Any = None, initial: Any = None) -> None:
        self.subject = subject
        super().__init__(data, files, initial=initial)

    def show_refusal(self, problem: InvalidTransition) -> None:
        """Called before the page is shown again with the reason why the action was refused."""


def page_button(
    title: Label,
    *,
    permission: str,
    icon: str,
    is_available: Callable[[Any], bool] = lambda subject: True,
    variant: ActionVariant = ActionVariant.DEFAULT,
) -> Callable[[AdminView], AdminView]:
    """Make a view a button at the head of a list or of an object's page, for users with the permission."""

    def decorate(view: AdminView) -> AdminView:
        # Unfold's own `permissions` are not used: its system check reads them from the database, which is still empty
        # when `migrate` runs for the first time.
        @action(description=title, icon=icon, variant=variant)  # type: ignore[untyped-decorator]
        @wraps(view)
        def guarded_view(admin: Any, request: HttpRequest, **kwargs: str) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(admin, request, **kwargs)

        guarded_view.permission, guarded_view.is_available = permission, is_available
        return cast(AdminView, guarded_view)

    return decorate


def object_action(
    title: Label,
    *,
    explanation: Label,
    form: Callable[..., Any] = ObjectActionForm,
    submit_label: Label = "",
    **button_options: Any,
) -> Callable[[ObjectAction], AdminView]:
    """Make a method an action on one object, with a button and a confirmation page. It returns its success message.

    GET shows the page with the explanation and the form; only POST calls the method, because mail scanners open links.
    An InvalidTransition from the method is shown on the page, and no row is changed.
    """

    def decorate(method: ObjectAction) -> AdminView:
        texts = {"title": title, "explanation": explanation, "submit_label": submit_label}

        @wraps(method)
        def view(admin: ScreenerAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
            return admin.object_action_page(request, object_id, method, form=form, **texts)

        return page_button(title, **button_options)(view)

    return decorate
