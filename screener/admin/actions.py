"""Buttons on lists and pages of the admin, and pages that ask before they act."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action
from unfold.enums import ActionVariant

from screener.admin.base import ScreenerAdmin, Verb

Page = Callable[..., HttpResponse]


class VerbForm(forms.Form):
    """What a verb needs to be told. `subject` is the object that it is done to."""

    def __init__(self, data: Any = None, *, files: Any = None, subject: Any = None, initial: Any = None) -> None:
        self.subject = subject
        super().__init__(data, files, initial=initial)


def button(
    title: str,
    *,
    permission: str,
    icon: str,
    applies: Callable[[Any], bool] = lambda subject: True,
    variant: ActionVariant = ActionVariant.DEFAULT,
) -> Callable[[Page], Page]:
    """A button at the head of a list, or of an object's page, that leads to another page, for those who may."""

    def decorate(page: Page) -> Page:
        # Not by unfold's `permissions`: its system check looks each name up in the database, which `migrate`,
        # run against an empty one, has yet to fill.
        @action(description=title, icon=icon, variant=variant)  # type: ignore[untyped-decorator]
        @wraps(page)
        def guarded(admin: Any, request: HttpRequest, **which: str) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return page(admin, request, **which)

        guarded.permission, guarded.applies = permission, applies
        return cast(Page, guarded)

    return decorate


def verb(
    title: str, *, explain: str, form: Callable[..., Any] = VerbForm, submit: str = "", **about_button: Any
) -> Callable[[Verb], Page]:
    """A button that does something. The method does it, and returns what happened, in a sentence.

    The button leads to a page that explains and asks (a GET never acts: mail scanners open links); that page's POST
    calls the method. An InvalidTransition that it raises is shown there, with nothing changed.
    """

    def decorate(method: Verb) -> Page:
        @wraps(method)
        def page(admin: ScreenerAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
            return admin.verb_page(request, object_id, method, form=form, title=title, explain=explain, submit=submit)

        return button(title, **about_button)(page)

    return decorate
