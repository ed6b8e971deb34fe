"""The sound of pages that update themselves, which each user turns on for themselves."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from screener.models import Preference

PREFERENCE = "desk.sound"


def sound_is_on(user_id: Any) -> bool:
    """Off unless the user has turned it on."""
    return Preference.objects.value_of(user_id, PREFERENCE) is True


@require_POST
def switch_sound(request: HttpRequest) -> HttpResponse:
    """Play a sound from now on when something is ready, or none."""
    Preference.objects.store(request.user.pk, PREFERENCE, request.POST.get("on") == "yes")
    return HttpResponse(status=HTTPStatus.NO_CONTENT)
