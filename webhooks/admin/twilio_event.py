"""The log of Twilio's webhooks, read-only."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from interviews.admin.read_only import InterviewRecordAdmin
from interviews.models import TurnReply
from screener.admin.lists import PeriodFilter
from webhooks.models import TwilioEvent


@admin.register(TwilioEvent)
class TwilioEventAdmin(InterviewRecordAdmin):
    interview_path = "attempt__interview"
    list_display = ["created_at", "kind", "interview_name", "turn", "call_sid", "key"]
    list_filter = [("created_at", PeriodFilter)]
    search_fields = ["=call_sid", "=key", "=kind", "=attempt__id", "=attempt__interview__id"]
    contact_fields = ("params",)
    exclude = ["answer"]
    readonly_fields = ["stored_reply"]
    list_select_related = ["attempt__interview__candidate", "attempt__interview__job"]

    @admin.display(description=_("Interview"), empty_value="-")
    def interview_name(self, event: TwilioEvent) -> str | None:
        return str(event.attempt.interview) if event.attempt else None

    @admin.display(description=_("Answer"), empty_value="-")
    def stored_reply(self, event: TwilioEvent) -> str | None:
        """Return the stored reply of the turn. The log itself has replies of earlier versions alone."""
        if event.answer or event.turn is None:
            return event.answer or None
        replies = TurnReply.objects.filter(attempt=event.attempt_id, turn=event.turn, input_kind=event.kind)
        return replies.values_list("body", flat=True).first()
