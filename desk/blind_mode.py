"""The switch of blind mode."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from screener.access.blind_mode import may_see_names, turn_on


@require_POST
def switch_blind_mode(request: HttpRequest) -> HttpResponse:
    """Mask or show names from now on, and go back to the page. Only users who may view names can show them."""
    on = request.POST.get("on") == "yes"
    if not on and not may_see_names(request.user):
        raise PermissionDenied
    turn_on(request.user.pk, on=on)
    page = request.POST.get("next", "")
    is_ours = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return HttpResponseRedirect(page if is_ours else reverse("admin:index"))
