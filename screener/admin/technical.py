"""Access and what is behind the scenes: users, API keys, calls to models, the queue."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.html import format_html
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from rest_framework_api_key.models import APIKey
from unfold.contrib.filters.admin import DropdownFilter
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from screener.admin.base import ReadOnlyAdmin, ReadOnlyInline, ScreenerAdmin, badge, how_many
from screener.models import ApiKey, IdempotentRequest, ModelCall, SpokenLine
from screener.tts import prompt_cache

for registered_by_its_package in (User, Group, APIKey, ProcrastinateJob):
    admin.site.unregister(registered_by_its_package)

KEY_STATES = {"usable": "success", "expired": "warning", "revoked": "danger"}
JOB_STATES = {"todo": "info", "doing": "primary", "succeeded": "success", "failed": "danger"}


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


@admin.register(ModelCall)
class ModelCallAdmin(ReadOnlyAdmin):
    list_display = [
        "created_at",
        "purpose",
        "model",
        "tokens_in",
        "tokens_out",
        "audio_seconds",
        "dollars",
        "seconds",
        "result",
    ]
    list_filter = ["purpose", "model", ("error", admin.EmptyFieldListFilter), ("cost", admin.EmptyFieldListFilter)]
    search_fields = ["model", "prompt_hash", "error", "=interview_id", "=job_id"]
    date_hierarchy = "created_at"

    @admin.display(description="Cost", ordering="cost")
    def dollars(self, call: ModelCall) -> str:
        return "unknown" if call.cost is None else f"${call.cost:f}"

    @badge("Result", {"answered": "success", "failed": "danger"})
    def result(self, call: ModelCall) -> tuple[str, str]:
        return ("failed", "failed") if call.error else ("answered", "answered")


@admin.register(SpokenLine)
class SpokenLineAdmin(ReadOnlyAdmin):
    """Its address in the storage is shown to nobody."""

    list_display = ["text", "language", "model", "voice", "state", "created_at"]
    list_filter = ["model", "voice", ("error", admin.EmptyFieldListFilter)]
    search_fields = ["text", "=job_id"]
    date_hierarchy = "created_at"
    exclude = ["file"]
    readonly_fields = ["listen"]

    @badge("State", {"spoken": "success", "failed": "danger", "waiting": "info"})
    def state(self, line: SpokenLine) -> tuple[str, str]:
        state = "spoken" if line.file else "failed" if line.error else "waiting"
        return state, state

    @admin.display(description="Listen", empty_value="It has not been spoken yet.")
    def listen(self, line: SpokenLine) -> str | None:
        audio = '<audio controls preload="none" src="{}"></audio>'
        return format_html(audio, prompt_cache.address(line.key)) if line.file else None


@admin.register(IdempotentRequest)
class IdempotentRequestAdmin(ReadOnlyAdmin):
    """The stored answer may be about a candidate, so lists and pages leave it out."""

    list_display = ["created_at", "owner", "key", "status_code"]
    list_filter = ["status_code"]
    search_fields = ["owner", "key"]
    date_hierarchy = "created_at"
    fields = ["owner", "key", "fingerprint", "status_code", "created_at"]


class JobEventInline(ReadOnlyInline):
    model = ProcrastinateEvent
    verbose_name_plural = "what happened to it"
    fields = ["type", "at"]
    ordering = ["at"]


class JobStatusFilter(DropdownFilter):  # type: ignore[misc]
    """The column is an enumeration, so that PostgreSQL refuses a value that is not in it."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(one, one) for one in ProcrastinateJob.STATUSES]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        wanted = self.value()
        return queryset.filter(status=wanted) if wanted in ProcrastinateJob.STATUSES else queryset


@admin.register(ProcrastinateJob)
class BackgroundJobAdmin(ReadOnlyAdmin):
    """Jobs carry ids only; what is still to do stands on the rows that they are about."""

    list_display = ["id", "task_name", "queue_name", "state", "scheduled_at", "attempts", "args"]
    list_filter = [JobStatusFilter, "queue_name", "task_name"]
    search_fields = ["task_name", "=id"]
    ordering = ["-id"]
    inlines = [JobEventInline]

    @badge("Status", JOB_STATES, ordering="status")
    def state(self, job: ProcrastinateJob) -> tuple[str, str]:
        return job.status, job.status
