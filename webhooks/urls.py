from django.urls import path

from webhooks import views

urlpatterns = [
    path("twilio/attempts/<uuid:attempt_id>/status", views.StatusView.as_view(), name="twilio-status"),
    path("twilio/attempts/<uuid:attempt_id>/machine", views.MachineView.as_view(), name="twilio-amd"),
    path("twilio/attempts/<uuid:attempt_id>/turns/<int:turn>/recording", views.RecordingView.as_view()),
    path("twilio/attempts/<uuid:attempt_id>/turns/<int:turn>/transcription", views.TranscriptionView.as_view()),
    path("twilio/attempts/<uuid:attempt_id>/turns/<int:turn>/<str:kind>", views.TurnView.as_view(), name="twilio-turn"),
    path("twilio/fallback", views.fallback, name="twilio-fallback"),
]
