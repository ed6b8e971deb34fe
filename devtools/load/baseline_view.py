"""A minimal Django view as the baseline for webhooks: it checks the signature, inserts one row and responds."""

import os
from uuid import uuid4

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "screener.settings")
application = get_wsgi_application()
settings.ROOT_URLCONF = __name__

from django.contrib import admin  # noqa: E402 - needs the settings

from webhooks.models import TwilioEvent  # noqa: E402 - needs the settings
from webhooks.twilio.signature import require_signature  # noqa: E402


def baseline_view(request: HttpRequest, any_path: str) -> HttpResponse:
    require_signature(request)
    call_sid = request.POST["CallSid"]
    TwilioEvent.objects.create(key=f"{uuid4()}", kind="baseline", call_sid=call_sid, params=request.POST.dict())
    return HttpResponse("<Response/>", content_type="text/xml")


baseline_view.csrf_exempt = True  # type: ignore[attr-defined]
urlpatterns = [path("admin/", admin.site.urls), path("<path:any_path>", baseline_view)]
"""Middleware asks for the address of the admin."""
