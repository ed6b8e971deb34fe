"""The page of the organisation: one form, as there is one organisation."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from screener.admin.base import ScreenerAdmin
from screener.admin.widgets import PhoneField
from screener.models import Organisation
from screener.models.retention import PERIOD_FIELDS


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]
    callback_number = PhoneField(
        label=_("Callback number"), help_text=Organisation._meta.get_field("callback_number").help_text
    )

    class Meta:
        model = Organisation
        fields = ["name", "spoken_name", "callback_number", "privacy_notice_url", *PERIOD_FIELDS]


@admin.register(Organisation)
class OrganisationAdmin(ScreenerAdmin):
    form = OrganisationForm
    fieldsets = (
        (None, {"fields": ["name", "spoken_name", "callback_number", "privacy_notice_url"]}),
        (_("Retention: everything is kept for ever until a period is set"), {"fields": [*PERIOD_FIELDS]}),
    )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the form instead of a list of one row."""
        organisation = Organisation.current()
        if organisation is None and not self.has_add_permission(request):
            return super().changelist_view(request, extra_context)
        form: HttpResponse = self.changeform_view(request, str(organisation.pk) if organisation else None)
        return form

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and Organisation.current() is None

    def has_delete_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        """Without a name no call could be placed, and calls in progress could not go on."""
        return False
