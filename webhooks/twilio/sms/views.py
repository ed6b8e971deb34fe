"""Webhooks of SMS. Each one is verified, parsed, applied and answered in one short transaction, as those of calls."""

from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.urls import reverse

from interviews.messages.sms_reports import apply_sms_report
from interviews.reception.sms.receiving import IncomingSms, receive_sms
from webhooks.models import TwilioEvent
from webhooks.twilio import parsing
from webhooks.twilio.retry_until_saved import DATABASE_UNAVAILABLE, save_in_background
from webhooks.twilio.sms.parsing import message_sid, parse_report
from webhooks.twilio.sms.twiml import reply_twiml
from webhooks.twilio.views import TwilioView, xml_response

STATUS_KIND, RECEIVED_KIND, REPLY_KIND = "sms_status", "sms", "sms_reply"


class InboundSmsView(TwilioView):
    """An SMS to our number. A repeated webhook gets the stored reply, and has no second effect.

    While the database is unavailable, the SMS is applied in the background, without a reply: Twilio asks only once.
    """

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:  # type: ignore[override]
        try:
            sid = message_sid(request.POST)
        except parsing.InvalidWebhook as error:
            return HttpResponseBadRequest(f"Invalid Twilio webhook: {error}", content_type="text/plain")
        try:
            return xml_response(self.receive(request, sid))
        except DATABASE_UNAVAILABLE:
            save_in_background(partial(self.receive, request, sid), description=f"SMS {sid}")
            return xml_response(reply_twiml("", ""))

    @transaction.atomic
    def receive(self, request: HttpRequest, sid: str) -> str:
        """Save and apply the SMS. Returns the reply."""
        number = parsing.caller_number(request.POST)
        event = TwilioEvent(key=f"sms:{sid}", kind=RECEIVED_KIND, call_sid=sid, params=parsing.all_params(request.POST))
        TwilioEvent.insert([event], ignore_conflicts=True)  # waits for another request with this SMS
        stored = TwilioEvent.objects.get(key=event.key)
        if stored.pk != event.pk:
            return stored.answer or reply_twiml("", "")
        words, is_answered = parsing.text_param(request.POST, "Body"), "OptOutType" in request.POST
        text = receive_sms(IncomingSms(number, words, sid, is_answered)) if number else ""
        answer = reply_twiml(text, settings.WEBHOOK_BASE_URL + reverse("twilio-sms-reply"))
        TwilioEvent.objects.filter(pk=event.pk).update(answer=answer)
        return answer


class SmsReplyView(TwilioView):
    """The id of a reply that Twilio has sent for us, which an erasure needs."""

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:  # type: ignore[override]
        try:
            sid = message_sid(request.POST)
        except parsing.InvalidWebhook as error:
            return HttpResponseBadRequest(f"Invalid Twilio webhook: {error}", content_type="text/plain")
        params = {"MessageSid": sid, "To": parsing.text_param(request.POST, "To")}
        event = TwilioEvent(key=f"sms_reply:{sid}", kind=REPLY_KIND, call_sid=sid, params=params)
        TwilioEvent.insert([event], ignore_conflicts=True)
        return xml_response("")


class SmsStatusView(TwilioView):
    """The fate of an SMS. Its address names the message. The numbers are not stored."""

    @transaction.atomic
    def post(self, request: HttpRequest, message_id: UUID, **_: Any) -> HttpResponse:  # type: ignore[override]
        try:
            report = parse_report(request.POST)
        except parsing.InvalidWebhook as error:
            return HttpResponseBadRequest(f"Invalid Twilio webhook: {error}", content_type="text/plain")
        if apply_sms_report(message_id, report.report, sid=report.sid, error_code=report.error_code):
            event = TwilioEvent(
                key=f"sms:{message_id}:{report.sid}:{report.status}",
                kind=STATUS_KIND,
                call_sid=report.sid,
                params={
                    "message": str(message_id),
                    "MessageSid": report.sid,
                    "MessageStatus": report.status,
                    "ErrorCode": report.error_code,
                },
            )
            TwilioEvent.insert([event], ignore_conflicts=True)
        return xml_response("")
