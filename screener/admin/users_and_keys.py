"""Users, groups and API keys."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils import timezone
from rest_framework_api_key.models import APIKey
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from screener.admin.base import ScreenerAdmin, badge, count_related
from screener.models import ApiKey

for model in (User, Group, APIKey):
    admin.site.unregister(model)

KEY_COLOURS = {"usable": "success", "expired": "warning", "revoked": "danger"}


def _has_more_permissions(user: User, other: User) -> bool:
    """Whether `user` has permissions that `other` lacks. An inactive `user` has those of the time before."""
    as_active = User(pk=user.pk, is_superuser=user.is_superuser)
    return not as_active.get_all_permissions() <= other.get_all_permissions()


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ScreenerAdmin):  # type: ignore[type-arg]
    """Only superusers grant permissions. Other users cannot change accounts that have more permissions than theirs."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "first_name", "last_name", "email", "is_staff", "is_active", "last_login"]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups"]
    date_hierarchy = "date_joined"
    readonly_fields = ["last_login", "date_joined"]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        permission_fields = ["is_superuser", "groups", "user_permissions"]
        return [*self.readonly_fields, *([] if request.user.is_superuser else permission_fields)]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and self._may_manage(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and self._may_manage(request, obj)

    def _may_manage(self, request: HttpRequest, obj: User | None) -> bool:
        assert isinstance(request.user, User)
        return obj is None or not _has_more_permissions(obj, request.user)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ScreenerAdmin):
    """Only superusers may change groups, because a group grants permissions to its members."""

    list_display = ["name", "members"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return bool(request.user.is_superuser)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(members=count_related(Group, "user"))

    @admin.display(description="Members", ordering="members")
    def members(self, group: Any) -> int:
        return int(group.members)


class ApiKeyForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_expiry_date(self) -> datetime | None:
        expiry: datetime | None = self.cleaned_data["expiry_date"]
        if expiry and "expiry_date" in self.changed_data and expiry <= timezone.now():
            raise forms.ValidationError("This time has passed. Enter a later one. To end a key now, revoke it.")
        return expiry


@admin.register(ApiKey)
class ApiKeyAdmin(ScreenerAdmin):
    """Keys are created, shown once and later revoked. The scope of a key never changes."""

    list_display = ["name", "prefix", "scope", "state", "created", "expiry_date"]
    form = ApiKeyForm
    list_filter = ["scope", "revoked"]
    search_fields = ["name", "prefix"]
    date_hierarchy = "created"
    fields = ["name", "scope", "expiry_date"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.fields if obj is None else ["name", "prefix", "scope", "created", "expiry_date", "revoked"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return []
        final_fields = ["name", "expiry_date", "revoked"] if obj.revoked else []
        return ["prefix", "scope", "created", *final_fields]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keys are revoked, not deleted: actions must remain attributable to their key."""
        return False

    @badge("State", KEY_COLOURS)
    def state(self, key: ApiKey) -> tuple[str, str]:
        state = "revoked" if key.revoked else "expired" if key.has_expired else "usable"
        return state, state

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        key = ApiKey.objects.assign_key(obj)
        super().save_model(request, obj, form, change)
        messages.warning(request, f"The key is: {key} — copy it now, it cannot be shown again.")
