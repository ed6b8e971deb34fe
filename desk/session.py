"""Whether the user of a page is still logged in. Forms ask before they are sent, so that typed texts are not lost."""

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def session_state(request: HttpRequest) -> JsonResponse:
    """The user, and the token that their forms need now: a login in another tab has changed it. Logged out: no user."""
    user = request.user
    if not (user.is_authenticated and user.is_active and user.is_staff):
        return JsonResponse({"user": "", "token": ""})
    return JsonResponse({"user": str(user.pk), "token": get_token(request)})
