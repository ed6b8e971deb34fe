"""The home page, in place of the admin's index."""

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.home.page import Home
from desk.live_page import render_live_page


@require_safe
def home_page(request: HttpRequest) -> HttpResponse:
    """Show the work that waits for the user, calls and campaigns that run, and the numbers of a period."""
    assert isinstance(request.user, User)
    home = Home.load(request.user, request.GET)
    return render_live_page(
        request,
        "desk/home",
        {"home": home},
        version=home.version,
        address=str(home.address),
        frame=lambda: {"title": _("Home")},
    )
