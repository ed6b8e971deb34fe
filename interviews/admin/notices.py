"""The list of mails with notices: those that were sent, and those that failed, with the reason."""

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from interviews.models import NoticeMail
from screener.admin.base import ReadOnlyAdmin


@admin.register(NoticeMail)
class NoticeMailAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "recipient", "pace", "period", "status", "sent_at", "tries", "error"]
    list_filter = [("status", ChoicesDropdownFilter), ("pace", ChoicesDropdownFilter)]
    search_fields = ["recipient__username"]
    list_select_related = ["recipient"]
    ordering = ["-created_at"]
