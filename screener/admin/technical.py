"""Technical records: model calls, synthesised prompts, idempotent requests and the queue."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from unfold.contrib.filters.admin import DropdownFilter

from screener.admin.base import ReadOnlyAdmin, ReadOnlyInline, badge
from screener.admin.lists import PeriodFilter
from screener.models import IdempotentRequest, ModelCall, SpokenLine
from screener.tts import prompt_cache

admin.site.unregister(ProcrastinateJob)

LINE_STATES = {"synthesised": _("synthesised"), "failed": _("failed"), "waiting": _("waiting")}
TASK_COLOURS = {"todo": "info", "doing": "primary", "succeeded": "success", "failed": "danger"}


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
    list_filter = [
        ("created_at", PeriodFilter),
        "purpose",
        ("error", admin.EmptyFieldListFilter),
        ("cost", admin.EmptyFieldListFilter),
    ]
    search_fields = ["=model", "=prompt_hash", "=interview_id", "=job_id"]

    @admin.display(description=_("Cost"), ordering="cost")
    def dollars(self, call: ModelCall) -> str:
        return gettext("unknown") if call.cost is None else f"${number_format(call.cost)}"

    @badge(_("Result"), {"answered": "success", "failed": "danger"})
    def result(self, call: ModelCall) -> tuple[str, str]:
        return ("failed", gettext("failed")) if call.error else ("answered", gettext("answered"))


@admin.register(SpokenLine)
class SpokenLineAdmin(ReadOnlyAdmin):
    """The file's path in the storage is not shown."""

    list_display = ["text", "language", "model", "voice", "state", "created_at"]
    list_filter = ["model", "voice", ("error", admin.EmptyFieldListFilter)]
    search_fields = ["text", "=job_id"]
    exclude = ["file"]
    readonly_fields = ["audio_player"]

    @badge(_("State"), {"synthesised": "success", "failed": "danger", "waiting": "info"})
    def state(self, line: SpokenLine) -> tuple[str, str]:
        state = "synthesised" if line.file else "failed" if line.error else "waiting"
        return state, str(LINE_STATES[state])

    @admin.display(description=_("Listen"), empty_value="-")
    def audio_player(self, line: SpokenLine) -> str | None:
        audio = '<audio controls preload="none" src="{}"></audio>'
        return format_html(audio, prompt_cache.audio_path(line.key)) if line.file else None


@admin.register(IdempotentRequest)
class IdempotentRequestAdmin(ReadOnlyAdmin):
    """The stored response is not shown, because it may hold personal data."""

    list_display = ["created_at", "owner", "key", "status_code"]
    list_filter = ["status_code"]
    search_fields = ["=owner", "=key"]
    fields = ["owner", "key", "fingerprint", "status_code", "created_at"]


class TaskEventInline(ReadOnlyInline):
    model = ProcrastinateEvent
    verbose_name_plural = _("events")
    fields = ["type", "at"]
    ordering = ["at"]


class TaskStatusFilter(DropdownFilter):  # type: ignore[misc]
    """Ignores unknown values, which PostgreSQL's enum type rejects."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(status, status) for status in ProcrastinateJob.STATUSES]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        status = self.value()
        return queryset.filter(status=status) if status in ProcrastinateJob.STATUSES else queryset


@admin.register(ProcrastinateJob)
class BackgroundTaskAdmin(ReadOnlyAdmin):
    """Tasks in the queue. Their arguments are ids; the state of the work is stored on the rows."""

    list_display = ["id", "task_name", "queue_name", "state", "scheduled_at", "attempts", "args"]
    list_filter = [TaskStatusFilter, "queue_name", "task_name"]
    search_fields = ["task_name", "=id"]
    ordering = ["-id"]
    inlines = [TaskEventInline]

    @badge(_("Status"), TASK_COLOURS, ordering="status")
    def state(self, job: ProcrastinateJob) -> tuple[str, str]:
        return job.status, job.status
