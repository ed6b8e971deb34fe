"""What Twilio sent and what it was answered. Kept as it arrived; nobody edits it."""

from django.contrib import admin

from interviews.admin.read_only import InterviewRecordAdmin
from webhooks.models import TwilioEvent


@admin.register(TwilioEvent)
class TwilioEventAdmin(InterviewRecordAdmin):
    interview_path = "attempt__interview"
    list_display = ["created_at", "kind", "interview", "turn", "call_sid", "key"]
    list_filter = ["kind"]
    search_fields = ["=call_sid", "key", "=attempt__id", "=attempt__interview__id"]
    date_hierarchy = "created_at"
    list_select_related = ["attempt__interview__candidate", "attempt__interview__job"]

    @admin.display(description="Interview", empty_value="-")
    def interview(self, event: TwilioEvent) -> str | None:
        return str(event.attempt.interview) if event.attempt else None
