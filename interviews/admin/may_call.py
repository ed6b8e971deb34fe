"""The page that answers: may we call this number now, and if not, why, and when?"""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from interviews.admin.forms import MayCallForm
from interviews.presenters.call_rules import CallRulesPage
from screener.access.viewer import VIEW_CONTACT_DATA, require_permissions


def may_call_page(request: HttpRequest) -> HttpResponse:
    """`?number=…&candidate=…&job=…`: evaluate the dial rules as of now. No call is reserved, and no row changed.

    The page finds candidates by their number, so it needs the permission to view contact data.
    """
    require_permissions(request.user, "candidates.view_candidate", VIEW_CONTACT_DATA)
    is_submitted = any(request.GET.get(name) for name in MayCallForm.base_fields)
    with_jobs = request.user.has_perm("jobs.view_jobdescription")
    form = MayCallForm(request.GET if is_submitted else None, viewer=request.user, with_jobs=with_jobs)
    rules = CallRulesPage.for_number(**form.cleaned_data, viewer=request.user) if form.is_valid() else None
    page = {"title": gettext("May we call?"), "form": form, "rules": rules, "media": form.media}
    return TemplateResponse(request, "admin/interviews/may_call.html", admin.site.each_context(request) | page)
