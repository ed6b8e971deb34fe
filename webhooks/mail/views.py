"""Receives the delivery events of e-mail providers. anymail verifies and parses them; no webhook makes a network call.

A provider repeats a request that was not answered with 200, and sends events in batches: an event that is known has no
effect.
"""

import json
import logging
from typing import Any

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent
from anymail.utils import get_request_basic_auth
from anymail.webhooks.amazon_ses import AmazonSESBaseWebhookView, AmazonSESTrackingWebhookView
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from interviews.messages.tracking import record_report
from webhooks.mail.reports import read_reports

log = logging.getLogger(__name__)

CHALLENGE = {"WWW-Authenticate": 'Basic realm="Delivery events"'}
UNREADABLE = (AnymailError, LookupError, TypeError, ValueError, AttributeError)
"""The errors that anymail raises for events that it cannot parse."""


class AmazonSesView(AmazonSESTrackingWebhookView):
    """Amazon SES, without the client for AWS that anymail's own constructor needs."""

    def __init__(self, **kwargs: Any) -> None:
        super(AmazonSESBaseWebhookView, self).__init__(**kwargs)

    def auto_confirm_sns_subscription(self, sns_message: dict[str, Any]) -> None:
        """Tell the operator how to confirm the subscription: a webhook makes no network call."""
        topic, link = str(sns_message.get("TopicArn")), str(sns_message.get("SubscribeURL"))
        log.warning("Amazon SNS: open this link to confirm the subscription to %.200s: %.1000s", topic, link)


VIEWS: dict[str, type[AnymailBaseWebhookView]] = {
    "amazon_ses": AmazonSesView,
    "brevo": BrevoTrackingWebhookView,
    "mailgun": MailgunTrackingWebhookView,
    "mailjet": MailjetTrackingWebhookView,
    "postmark": PostmarkTrackingWebhookView,
    "sendgrid": SendGridTrackingWebhookView,
    "sparkpost": SparkPostTrackingWebhookView,
}


@method_decorator(csrf_exempt, name="dispatch")  # requests carry the secret instead
class MailEventsView(View):
    """Delivery events of one provider. There is no such page unless its secrets are set."""

    http_method_names = ["post", "head"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not _is_set_up(kwargs["provider"]):
            raise Http404
        if request.method == "POST" and not _has_secret(request):
            return HttpResponse(status=401, headers=CHALLENGE)
        return super().dispatch(request, *args, **kwargs)

    def head(self, request: HttpRequest, provider: str) -> HttpResponse:
        """Some providers ask whether the address exists when it is entered."""
        return HttpResponse()

    def post(self, request: HttpRequest, provider: str) -> HttpResponse:
        try:
            events = _parse_events(request, VIEWS[provider]())
            reports = read_reports(provider, events)
        except AnymailWebhookValidationFailure:
            return HttpResponseForbidden("The request has no valid signature of this account.")
        except UNREADABLE as error:
            log.warning("mail events of %s: unreadable (%s)", provider, type(error).__name__)
            return HttpResponseBadRequest("These events are unreadable.")
        for report in reports:
            record_report(report.message_id, report.report, address=report.address, provider_id=report.provider_id)
        return HttpResponse()


def _parse_events(request: HttpRequest, view: AnymailBaseWebhookView) -> list[AnymailTrackingEvent]:
    json.loads(request.body)
    view.run_validators(request)
    events: list[AnymailTrackingEvent] = view.parse_events(request)
    return events


def _is_set_up(provider: str) -> bool:
    has_key = provider != "mailgun" or settings.ANYMAIL["MAILGUN_WEBHOOK_SIGNING_KEY"]
    return bool(settings.EMAIL_WEBHOOK_SECRET and provider in VIEWS and has_key)


def _has_secret(request: HttpRequest) -> bool:
    return constant_time_compare(get_request_basic_auth(request) or "", settings.EMAIL_WEBHOOK_SECRET)
