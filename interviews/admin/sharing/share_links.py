"""The list of share links, and who opened them."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from interviews.models import AccessEvent, ShareLink
from screener.admin.actions import object_action
from screener.admin.base import ReadOnlyAdmin, ReadOnlyInline, badge, count_related

STATE_COLOURS = {"open": "success", "expired": "default", "revoked": "danger"}


class AccessEventInline(ReadOnlyInline):
    model = AccessEvent
    verbose_name_plural = _("opened")
    fields = ["created_at", "part", "position", "visitor"]
    readonly_fields = ["created_at"]
    ordering = ["-created_at"]


@admin.register(ShareLink)
class ShareLinkAdmin(ReadOnlyAdmin):
    """Links are made on the page of an interview or a job. The token of a link is stored nowhere."""

    list_display = [
        "recipient",
        "interview",
        "job",
        "state_badge",
        "with_names",
        "with_recordings",
        "created_by",
        "created_at",
        "expires_at",
        "opened",
        "last_opened",
    ]
    list_filter = ["with_names", "with_recordings", ("revoked_at", admin.EmptyFieldListFilter)]
    search_fields = ["recipient", "created_by__username", "=interview__id", "=job__id"]
    date_hierarchy = "created_at"
    list_select_related = ["interview__candidate", "interview__job", "job", "created_by"]
    fields = [
        "recipient",
        "interview",
        "job",
        "with_names",
        "with_recordings",
        "created_by",
        "created_at",
        "expires_at",
        "revoked_at",
        "revoked_by",
    ]
    inlines = [AccessEventInline]
    actions_detail = ["revoke"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ShareLink]":
        links: QuerySet[ShareLink] = super().get_queryset(request)
        last = AccessEvent.objects.filter(link=OuterRef("pk")).order_by("-created_at")
        return links.annotate(
            access_count=count_related(ShareLink, "accesses"), last_access=Subquery(last.values("created_at")[:1])
        )

    @badge(_("State"), STATE_COLOURS)
    def state_badge(self, link: ShareLink) -> tuple[str, str]:
        return link.state, str(link.state.label)

    @admin.display(description=_("Opened"), ordering="access_count")
    def opened(self, link: Any) -> int:
        return int(link.access_count)

    @admin.display(description=_("Last opened"), ordering="last_access", empty_value="-")
    def last_opened(self, link: Any) -> Any:
        return link.last_access

    @object_action(
        _("Revoke"),
        explanation=_("The link opens nothing any more. This can't be undone; make a new link instead."),
        permission="interviews.change_sharelink",
        icon="link_off",
        is_available=lambda link: bool(link.state == ShareLink.State.OPEN),
    )
    def revoke(self, request: HttpRequest, link: ShareLink, data: dict[str, Any]) -> str:
        link.revoke(actor=request.user.get_username())
        return str(_("The link is revoked. It opens nothing any more."))
