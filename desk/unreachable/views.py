"""The list of candidates whom no attempt has reached."""

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.unreachable.address import UnreachableAddress
from desk.unreachable.page import UnreachablePage
from interviews.models import Interview
from screener.access.viewer import require_permissions
from screener.db.replica import reads_replica


@require_safe
@reads_replica
def unreachable_page(request: HttpRequest) -> HttpResponse:
    """Show the candidates of the visible jobs, by the filters of the address."""
    require_permissions(request.user, "interviews.view_interview")
    assert isinstance(request.user, User)
    page = UnreachablePage.load(UnreachableAddress.parse(request.GET.dict()), request.user)
    context = {"title": _("Unreachable"), "page": page, "opts": Interview._meta}
    return render(request, "desk/unreachable/page.html", admin.site.each_context(request) | context)
