from django.urls import path, register_converter
from django.urls.converters import IntConverter

from webhooks.mail.views import MailEventsView
from webhooks.twilio import views
from webhooks.twilio.inbound import views as inbound_views
from webhooks.twilio.sms import views as sms_views


class TurnConverter(IntConverter):
    """Matches the number of a turn."""

    regex = "[0-9]{1,6}"


register_converter(TurnConverter, "turn")

urlpatterns = [
    path("mail/<str:provider>/", MailEventsView.as_view(), name="mail-events"),
    path("twilio/inbound/", inbound_views.InboundCallView.as_view(), name="twilio-inbound"),
    path("twilio/inbound/reply/<turn:turn>", inbound_views.InboundReplyView.as_view(), name="twilio-inbound-reply"),
    path("twilio/inbound/turns/<turn:turn>/<str:kind>", inbound_views.IdentityView.as_view(), name="twilio-identity"),
    path("twilio/inbound/status", inbound_views.InboundStatusView.as_view()),
    path("twilio/inbound/fallback", inbound_views.InboundFallbackView.as_view()),
    path("twilio/messages/", sms_views.InboundSmsView.as_view(), name="twilio-sms"),
    path("twilio/messages/reply", sms_views.SmsReplyView.as_view(), name="twilio-sms-reply"),
    path("twilio/messages/<uuid:message_id>/status", sms_views.SmsStatusView.as_view(), name="twilio-sms-status"),
    path("twilio/attempts/<uuid:attempt_id>/status", views.StatusView.as_view(), name="twilio-status"),
    path("twilio/attempts/<uuid:attempt_id>/voicemail", views.VoicemailView.as_view(), name="twilio-voicemail"),
    path("twilio/attempts/<uuid:attempt_id>/machine", views.MachineView.as_view(), name="twilio-amd"),
    path("twilio/attempts/<uuid:attempt_id>/turns/<turn:turn>/recording", views.RecordingView.as_view()),
    path("twilio/attempts/<uuid:attempt_id>/turns/<turn:turn>/transcription", views.TranscriptionView.as_view()),
    path(
        "twilio/attempts/<uuid:attempt_id>/turns/<turn:turn>/live-transcription",
        views.LiveTranscriptionView.as_view(),
        name="twilio-live-transcription",
    ),
    path(
        "twilio/attempts/<uuid:attempt_id>/turns/<turn:turn>/<str:kind>", views.TurnView.as_view(), name="twilio-turn"
    ),
    path("twilio/attempts/<uuid:attempt_id>/fallback", views.FallbackView.as_view(), name="twilio-fallback"),
]
