"""API keys: made with chosen scopes, shown once, limited and revoked."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectMultipleWidget, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from screener.admin.base import ScreenerAdmin, badge
from screener.models import ApiKey, ApiKeyUse
from screener.models.keys.api_key import default_expiry, networks_from
from screener.models.keys.scopes import Preset, Resource, Verb, scope_name

STATE_COLOURS = {"usable": "success", "expired": "warning", "revoked": "danger"}
STATES = {"usable": _("usable"), "expired": _("expired"), "revoked": _("revoked")}
CHOSEN_BELOW = ""
VERB_CHOICES = [("", _("No access")), *Verb.choices]
LIMITS = ("requests_per_minute", "interviews_per_day", "model_tasks_per_day")
KEY_FIELDS = ["name", "expiry_date", "revoked", *LIMITS]
DAYS_SHOWN = 14


def verb_field(resource: Resource) -> str:
    """The name of the form's field for a resource."""
    return f"verb_{resource.name.lower()}"


class ApiKeyForm(forms.ModelForm):  # type: ignore[type-arg]
    """`networks` and `jobs` are not read as the arrays that they are stored in."""

    networks_text = forms.CharField(
        label=_("Networks"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=ApiKey._meta.get_field("networks").help_text,
    )
    jobs: Any = forms.ModelMultipleChoiceField(
        label=_("Jobs"),
        queryset=None,
        required=False,
        widget=UnfoldAdminSelectMultipleWidget,
        help_text=ApiKey._meta.get_field("job_ids").help_text,
    )

    class Meta:
        model = ApiKey
        fields = KEY_FIELDS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        jobs_field: Any = self.fields["jobs"]
        jobs_field.queryset = apps.get_model("jobs", "JobDescription").objects.order_by("title")
        self.initial["networks_text"] = "\n".join(self.instance.networks)
        self.initial["jobs"] = self.instance.job_ids

    def clean_networks_text(self) -> list[str]:
        return networks_from(self.cleaned_data["networks_text"])

    def clean_expiry_date(self) -> datetime | None:
        expiry: datetime | None = self.cleaned_data["expiry_date"]
        if expiry and "expiry_date" in self.changed_data and expiry <= timezone.now():
            raise forms.ValidationError(
                gettext("This time has passed. Enter a later one. To end a key now, revoke it.")
            )
        return expiry

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.instance.networks = cleaned.get("networks_text", [])
        self.instance.job_ids = [job.pk for job in cleaned.get("jobs", ())]
        return cleaned


class NewApiKeyForm(ApiKeyForm):
    """The form of a new key, whose scopes never change later."""

    preset = forms.ChoiceField(
        label=_("Scopes"),
        required=False,
        choices=[*Preset.choices, (CHOSEN_BELOW, _("As chosen below"))],
        initial=Preset.READ,
        widget=UnfoldAdminSelectWidget,
        help_text=_("What the key may do. Give it no more than its system needs. The scopes of a key never change."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("expiry_date", default_expiry())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        preset = cleaned.get("preset")
        self.instance.scopes = list(Preset(preset).scopes) if preset else self._chosen_scopes(cleaned)
        if not self.instance.scopes:
            raise forms.ValidationError({"preset": gettext("Choose at least one scope.")})
        return cleaned

    def _chosen_scopes(self, cleaned: dict[str, Any]) -> list[str]:
        verbs = {resource: cleaned.get(verb_field(resource)) for resource in Resource}
        return [scope_name(resource, Verb(verb)) for resource, verb in verbs.items() if verb]

    def add_error(self, field: str | None, error: Any) -> None:
        """The model names its own fields, which this form shows under other names."""
        if isinstance(error, forms.ValidationError) and hasattr(error, "error_dict") and "scopes" in error.error_dict:
            error.error_dict["preset"] = error.error_dict.pop("scopes")
        super().add_error(field, error)


# One field for each resource, as if it were written in the class.
NewApiKeyForm.declared_fields |= {
    verb_field(resource): forms.ChoiceField(
        label=resource.label, required=False, choices=VERB_CHOICES, widget=UnfoldAdminSelectWidget
    )
    for resource in Resource
}


@admin.register(ApiKey)
class ApiKeyAdmin(ScreenerAdmin):
    """Keys are created, shown once and later revoked. The scopes of a key never change."""

    list_display = ["name", "prefix", "state", "last_used", "created", "expiry_date", "made_by"]
    list_filter = ["revoked"]
    list_select_related = ["made_by"]
    search_fields = ["name", "prefix"]
    date_hierarchy = "created"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        uses = ApiKeyUse.objects.filter(owner=OuterRef("prefix")).values("owner")
        keys: QuerySet[ApiKey] = super().get_queryset(request)
        return keys.annotate(used_at=Subquery(uses.annotate(latest=Max("last_used_at")).values("latest")))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        form = ApiKeyForm if change else NewApiKeyForm
        return super().get_form(request, obj, change, **{**options, "form": form, "fields": KEY_FIELDS})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        limits = (_("Limits"), {"fields": ["jobs", "networks_text", *LIMITS]})
        if obj is None:
            verbs = [verb_field(resource) for resource in Resource]
            return [
                (None, {"fields": ["name", "expiry_date", "preset"]}),
                (_("Scopes, if chosen one by one"), {"fields": verbs, "classes": ["collapse"]}),
                limits,
            ]
        facts = ["name", "prefix", "scope_list", "created", "made_by", "expiry_date", "revoked"]
        return [(None, {"fields": facts}), limits, (_("Use"), {"fields": ["use_per_day"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return []
        final_fields = ["name", "expiry_date", "revoked"] if obj.revoked else []
        return ["prefix", "scope_list", "created", "made_by", "use_per_day", *final_fields]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keys are revoked, not deleted: actions must remain attributable to their key."""
        return False

    @badge(_("State"), STATE_COLOURS)
    def state(self, key: ApiKey) -> tuple[str, str]:
        state = "revoked" if key.revoked else "expired" if key.has_expired else "usable"
        return state, str(STATES[state])

    @admin.display(description=_("Last use"), ordering="used_at", empty_value="-")
    def last_used(self, key: Any) -> datetime | None:
        used_at: datetime | None = key.used_at
        return used_at

    @admin.display(description=_("Scopes"))
    def scope_list(self, key: ApiKey) -> str:
        return format_html_join(", ", "<code>{}</code>", ((scope,) for scope in key.scopes))

    @admin.display(description=_("Use per day"))
    def use_per_day(self, key: ApiKey) -> str:
        uses = ApiKeyUse.objects.filter(owner=key.prefix).order_by("-day")[:DAYS_SHOWN]
        if not uses:
            return gettext("Not used yet.")
        heads = (gettext("Day"), gettext("Requests"), gettext("Refused"), gettext("Interviews"), gettext("Model tasks"))
        rows = (
            (use.day.isoformat(), *map(number_format, (use.requests, use.refused, use.interviews, use.model_tasks)))
            for use in uses
        )
        cells = '<td class="px-2 py-1">{}</td>' * len(heads)
        body = format_html_join("", f"<tr>{cells}</tr>", rows)
        head = format_html_join("", '<th scope="col" class="px-2 py-1 text-left">{}</th>', ((text,) for text in heads))
        return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, body)

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        obj.made_by = cast(User, request.user)
        key = ApiKey.objects.assign_key(obj)
        super().save_model(request, obj, form, change)
        messages.warning(
            request, gettext("The key is: %(key)s — copy it now, it cannot be shown again.") % {"key": key}
        )
