"""The login page of the admin. After the password, allauth asks for the second factor of users who have one."""

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from screener.sign_in.login_throttle import LoginForm


class PasswordLoginView(LoginView):
    form_class = LoginForm
    template_name = "admin/login.html"
    next_page = "admin:index"

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.get_user()
        login = Login(user=user, redirect_url=self.get_success_url())
        response: HttpResponse = perform_password_login(self.request, {"username": user.get_username()}, login)
        return response

    def get_context_data(self, **options: Any) -> dict[str, Any]:
        next_page = format_html('<input type="hidden" name="next" value="{}">', self.get_success_url())
        page = {
            "title": gettext("Log in"),
            "app_path": self.request.get_full_path(),
            "redirect_field": next_page,
            "sso": settings.OIDC_ISSUER and settings.OIDC_NAME,
        }
        return admin.site.each_context(self.request) | super().get_context_data(**options) | page


@never_cache
def login_page(request: HttpRequest) -> HttpResponse:
    if request.method == "GET" and admin.site.has_permission(request):
        target = request.GET.get(REDIRECT_FIELD_NAME) and PasswordLoginView(request=request).get_redirect_url()
        return HttpResponseRedirect(target or reverse("admin:index"))
    return PasswordLoginView.as_view()(request)  # type: ignore[return-value]  # the page is rendered later
