"""Webhooks of other systems, and the deliveries to them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from interviews.models import PublicEventType
from screener.admin.actions import object_action
from screener.admin.base import ReadOnlyAdmin, ScreenerAdmin, badge
from screener.admin.lists import PeriodFilter
from screener.models import InvalidTransition
from webhooks.models import Delivery, Subscription
from webhooks.outgoing.delivering import enable
from webhooks.outgoing.redelivery import queue_test, send_again
from webhooks.outgoing.signing import rotate_secret, subscribe

COLOURS = {"active": "success", "failing": "warning", "disabled": "danger"}
DELIVERY_COLOURS = {"delivered": "success", "waiting": "info", "failed": "danger", "dropped": "warning"}
CHANGE = "webhooks.change_subscription"


class SubscriptionForm(forms.ModelForm):  # type: ignore[type-arg]
    types = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        choices=PublicEventType.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None chosen: all"),
    )


@admin.register(Subscription)
class SubscriptionAdmin(ScreenerAdmin):
    """The secret is shown once, when it is made."""

    form = SubscriptionForm
    list_display = ["__str__", "url", "job", "state", "failing_since", "created_at"]
    list_filter = ["status"]
    search_fields = ["url", "description"]
    list_select_related = ["job"]
    fields = ["url", "description", "types", "job"]
    autocomplete_fields = ["job"]
    actions_detail = ["send_test", "rotate", "disable", "enable"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.fields if obj is None else [*self.fields, "present_state", "failing_since", "disabled_at", "newest"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["present_state", "failing_since", "disabled_at", "newest"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Offer no pages of the chosen job: the menu that leads to them has no name for screen readers."""
        field: Any = super().formfield_for_dbfield(db_field, request, **options)
        if db_field.name == "job":
            widget = field.widget
            widget.can_add_related = widget.can_change_related = widget.can_view_related = False
        return field

    @badge(_("State"), COLOURS)
    def state(self, webhook: Subscription) -> tuple[str, str]:
        return self._state_of(webhook)

    def _state_of(self, webhook: Subscription) -> tuple[str, str]:
        if webhook.cause:
            return "disabled", f"{webhook.get_status_display()}: {webhook.get_cause_display()}"
        return ("failing", gettext("Failing")) if webhook.failing_since else ("active", webhook.get_status_display())

    @admin.display(description=_("State"))
    def present_state(self, webhook: Subscription) -> str:
        return self._state_of(webhook)[1]

    @admin.display(description=_("Deliveries"), empty_value="-")
    def newest(self, webhook: Subscription) -> str:
        """Return a link to the deliveries of this webhook."""
        path = f"{reverse('admin:webhooks_delivery_changelist')}?subscription__id__exact={webhook.pk}"
        waiting = webhook.deliveries.waiting().count()
        text = ngettext("%(count)s waits", "%(count)s wait", waiting) % {"count": waiting}
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a> ({})',
            path,
            gettext("All deliveries"),
            text,
        )

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            self._show_secret(request, subscribe(obj))

    @object_action(
        _("Send a test"),
        explanation=_("A message of the type webhook.test is sent. The list of deliveries shows how it went."),
        permission=CHANGE,
        icon="send",
        is_available=lambda webhook: webhook.status == Subscription.Status.ACTIVE,
    )
    def send_test(self, request: HttpRequest, webhook: Subscription, data: Any) -> str:
        queue_test(webhook)
        return gettext("The test is being sent.")

    @object_action(
        _("Rotate the secret"),
        explanation=_("The next secret is shown once. For 24 hours messages carry the signatures of both."),
        permission=CHANGE,
        icon="key",
    )
    def rotate(self, request: HttpRequest, webhook: Subscription, data: Any) -> str:
        self._show_secret(request, rotate_secret(webhook))
        return gettext("The secret was replaced.")

    @object_action(
        _("Disable"),
        explanation=_("Nothing more is sent. What waits is sent once the webhook is enabled."),
        permission=CHANGE,
        icon="pause",
        is_available=lambda webhook: webhook.status == Subscription.Status.ACTIVE,
    )
    def disable(self, request: HttpRequest, webhook: Subscription, data: Any) -> str:
        webhook.disable(Subscription.Cause.PERSON)
        return gettext("The webhook is disabled.")

    @object_action(
        _("Enable"),
        explanation=_("Deliveries begin again, at first with what waits."),
        permission=CHANGE,
        icon="play_arrow",
        is_available=lambda webhook: webhook.status == Subscription.Status.DISABLED,
    )
    def enable(self, request: HttpRequest, webhook: Subscription, data: Any) -> str:
        enable(webhook)
        return gettext("The webhook is enabled.")

    def _show_secret(self, request: HttpRequest, secret: str) -> None:
        text = gettext("The secret is: %(secret)s — copy it now, it cannot be shown again.")
        messages.warning(request, text % {"secret": secret})


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "subscription", "state", "problem", "response_status", "tries", "created_at"]
    list_filter = ["status", "problem", "subscription", ("created_at", PeriodFilter)]
    list_select_related = ["event", "subscription"]
    search_fields = ["=subject", "=event__message_id"]
    actions = ["send_again"]

    @badge(_("State"), DELIVERY_COLOURS)
    def state(self, delivery: Delivery) -> tuple[str, str]:
        return delivery.status, delivery.get_status_display()

    @admin.action(description=_("Send again"), permissions=["resend"])
    def send_again(self, request: HttpRequest, deliveries: QuerySet[Delivery]) -> None:
        count = 0
        for webhook in Subscription.objects.filter(deliveries__in=deliveries).distinct():
            chosen = deliveries.filter(subscription=webhook).values_list("pk", flat=True)
            try:
                count += send_again(webhook, list(chosen))
            except InvalidTransition as problem:
                messages.error(request, str(problem))
        if count:
            text = ngettext("%(count)s message is being sent.", "%(count)s messages are being sent.", count)
            messages.success(request, text % {"count": count})

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(CHANGE))
