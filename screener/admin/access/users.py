"""Users and groups."""

from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import APIKey
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget

from screener.access.user_roles import assign_role, assignable_roles, has_more_access
from screener.admin.actions import ObjectActionForm, object_action
from screener.admin.base import ScreenerAdmin, count_related
from screener.models import Role, RoleKey
from screener.sign_in.mfa.requirement import has_second_factor, reset_second_factor

for model in (User, Group, APIKey, EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)

ROLES_HELP = _(
    "Administrators may do everything. Recruiters work on all jobs. Hiring managers review the candidates of the jobs "
    "that they are members of. Auditors read everything but contact data."
)
ONLY_SUPERUSERS = "auth.reset_second_factor"
"""There is no such permission that could be given, and superusers have all."""


def _may_manage(by: User, user: User) -> bool:
    return not has_more_access(user, by)


class RoleField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Offers the roles that the user of the form may give, at first the recruiter's."""

    widget = UnfoldAdminSelectWidget

    def __init__(self) -> None:
        super().__init__(Role.objects.none(), label=_("Role"), help_text=ROLES_HELP)

    def offer_roles(self, by: User) -> None:
        self.queryset = assignable_roles(by)
        self.initial = self.queryset.filter(key=RoleKey.RECRUITER).first()

    def label_from_instance(self, obj: Any) -> str:
        return gettext(obj.group.name)


class RoleForm(ObjectActionForm):
    role = RoleField()

    def __init__(self, data: Any = None, *, subject: Any) -> None:
        super().__init__(data, subject=subject)
        cast(RoleField, self.fields["role"]).offer_roles(subject.viewer)


class NewUserForm(UserCreationForm):  # type: ignore[misc]
    """New users are staff with a role. Who may give no role adds users without one, who can't log in to the admin."""

    role = RoleField()
    creator: User

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        role_field = cast(RoleField, self.fields["role"])
        role_field.offer_roles(self.creator)
        if not role_field.queryset:
            del self.fields["role"]


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ScreenerAdmin):  # type: ignore[type-arg]
    """Only superusers grant permissions; others give the roles that have no permission which they lack.

    Users cannot change accounts that have more access than theirs.
    """

    form = UserChangeForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    add_fieldsets = (
        (None, {"fields": ("username", "role", "usable_password", "password1", "password2"), "classes": ("wide",)}),
    )
    list_display = ["username", "first_name", "last_name", "email", "role_name", "is_staff", "is_active", "last_login"]
    actions_detail = ["change_role", "reset_second_factor"]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups"]
    date_hierarchy = "date_joined"
    readonly_fields = ["last_login", "date_joined"]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        permission_fields = ["is_superuser", "groups", "user_permissions"]
        return [*self.readonly_fields, *([] if request.user.is_superuser else permission_fields)]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups__role")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **options)
        if obj is None:
            form.creator = request.user
        return form

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None and not assignable_roles(cast(User, request.user)).exists():
            return DjangoUserAdmin.add_fieldsets
        return super().get_fieldsets(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        role = None if change else form.cleaned_data.get("role")
        if role:
            obj.is_staff = True
        super().save_model(request, obj, form, change)
        if role:
            assign_role(obj, role)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        is_managed = obj is None or _may_manage(cast(User, request.user), obj)
        return bool(super().has_change_permission(request, obj)) and is_managed

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        is_managed = obj is None or _may_manage(cast(User, request.user), obj)
        return bool(super().has_delete_permission(request, obj)) and is_managed

    @admin.display(description=_("Role"), empty_value="-")
    def role_name(self, user: User) -> str | None:
        if user.is_superuser:
            return gettext("Superuser")
        return ", ".join(gettext(group.name) for group in user.groups.all() if hasattr(group, "role")) or None

    @object_action(
        _("Change role"),
        explanation=_("The role replaces the one that the user has. Permissions that were given beside it stay."),
        permission="auth.change_user",
        icon="badge",
        form=RoleForm,
        is_available=lambda user: _may_manage(user.viewer, user),
    )
    def change_role(self, request: HttpRequest, user: User, data: dict[str, Any]) -> str:
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        assign_role(user, data["role"])
        user.is_staff = True
        user.save(update_fields=["is_staff"])
        return gettext("The role is %(name)s now.") % {"name": gettext(data["role"].group.name)}

    @object_action(
        _("Reset two-factor authentication"),
        explanation=_(
            "For a user who has lost their phone, passkey and recovery codes. All of them stop working, all sessions "
            "of the user end, and they set up new ones after their next login. Make sure that it is them who asks."
        ),
        permission=ONLY_SUPERUSERS,
        icon="phonelink_erase",
        is_available=has_second_factor,
    )
    def reset_second_factor(self, request: HttpRequest, user: User, data: dict[str, Any]) -> str:
        reset_second_factor(user)
        return gettext("The user has no second factor and no session any more.")


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

    @admin.display(description=_("Members"), ordering="members")
    def members(self, group: Any) -> int:
        return int(group.members)
