"""Users, groups and API keys."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from rest_framework_api_key.models import APIKey
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from screener.admin.base import ScreenerAdmin, badge, how_many
from screener.models import ApiKey

for registered_by_its_package in (User, Group, APIKey):
    admin.site.unregister(registered_by_its_package)

KEY_STATES = {"usable": "success", "expired": "warning", "revoked": "danger"}


def _may_more_than(one: User, other: User) -> bool:
    """Whether `one` may do something that `other` may not; of one who was deactivated, what they could do before."""
    as_active = User(pk=one.pk, is_superuser=one.is_superuser)
    return not as_active.get_all_permissions() <= other.get_all_permissions()


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ScreenerAdmin):  # type: ignore[type-arg]
    """Who may change users gives nobody more rights, and takes over no account that may do more than they may."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "first_name", "last_name", "email", "is_staff", "is_active", "last_login"]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups"]
    date_hierarchy = "date_joined"
    readonly_fields = ["last_login", "date_joined"]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        given_by_superusers = [] if request.user.is_superuser else ["is_superuser", "groups", "user_permissions"]
        return [*self.readonly_fields, *given_by_superusers]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and self._is_within_reach(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and self._is_within_reach(request, obj)

    def _is_within_reach(self, request: HttpRequest, obj: User | None) -> bool:
        assert isinstance(request.user, User)
        return obj is None or not _may_more_than(obj, request.user)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ScreenerAdmin):
    """A group gives rights, also to whoever changes it: others than superusers only look."""

    list_display = ["name", "members"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return bool(request.user.is_superuser)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(members=how_many(Group, "user"))

    @admin.display(description="Members", ordering="members")
    def members(self, group: Any) -> int:
        return int(group.members)


@admin.register(ApiKey)
class ApiKeyAdmin(ScreenerAdmin):
    """A key is made, shown once, and later revoked. What it may do is settled when it is made."""

    list_display = ["name", "prefix", "scope", "state", "created", "expiry_date"]
    list_filter = ["scope", "revoked"]
    search_fields = ["name", "prefix"]
    date_hierarchy = "created"
    fields = ["name", "scope", "expiry_date"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.fields if obj is None else ["name", "prefix", "scope", "created", "expiry_date", "revoked"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return []
        revoked_for_good = ["name", "expiry_date", "revoked"] if obj.revoked else []
        return ["prefix", "scope", "created", *revoked_for_good]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Revoked, not deleted: what was done with a key must stay attributable."""
        return False

    @badge("State", KEY_STATES)
    def state(self, key: ApiKey) -> tuple[str, str]:
        state = "revoked" if key.revoked else "expired" if key.has_expired else "usable"
        return state, state

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        key = ApiKey.objects.assign_key(obj)
        super().save_model(request, obj, form, change)
        messages.warning(request, f"The key is: {key} — copy it now, it can't be shown again.")
