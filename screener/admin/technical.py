"""What is behind the scenes: calls to models, spoken lines, idempotent requests, the queue."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from unfold.contrib.filters.admin import DropdownFilter

from screener.admin.base import ReadOnlyAdmin, ReadOnlyInline, badge
from screener.models import IdempotentRequest, ModelCall, SpokenLine
from screener.tts import prompt_cache

admin.site.unregister(ProcrastinateJob)

JOB_STATES = {"todo": "info", "doing": "primary", "succeeded": "success", "failed": "danger"}


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
