"""The Django view that our webhooks are measured beside: it checks the signature, inserts one row and answers."""

import os
from uuid import uuid4

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "screener.settings")
application = get_wsgi_application()
settings.ROOT_URLCONF = __name__

from webhooks.models import TwilioEvent  # noqa: E402 - needs the settings
from webhooks.twilio.signature import require_signature  # noqa: E402


def bare(request: HttpRequest, anywhere: str) -> HttpResponse:
    require_signature(request)
    sid = request.POST["CallSid"]
    TwilioEvent.objects.create(key=f"{uuid4()}", kind="bare", call_sid=sid, params=request.POST.dict())
    return HttpResponse("<Response/>", content_type="text/xml")


bare.csrf_exempt = True  # type: ignore[attr-defined]
urlpatterns = [path("<path:anywhere>", bare)]
