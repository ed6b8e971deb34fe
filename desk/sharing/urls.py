"""Addresses of share links. The token is the only key to them."""

from django.urls import path

from desk.sharing import shared

urlpatterns = [
    path("<str:token>/", shared.shared_page, name="shared-report"),
    path("<str:token>/report.pdf", shared.shared_pdf, name="shared-pdf"),
    path("<str:token>/recordings/<int:position>/", shared.shared_recording, name="shared-recording"),
]
